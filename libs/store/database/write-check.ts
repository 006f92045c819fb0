import type { DataSource } from 'typeorm'
import { databaseFaultOf } from './faults.js'

/** Rows that fill more pages than a table has free at any time: to write them the file of the table must grow. */
const ROWS = 2_000

/** Whether the database can write: rows are written into a table and rolled back. Throws if the database is away. */
export async function canWrite(source: DataSource): Promise<boolean> {
  const runner = source.createQueryRunner()
  try {
    await runner.startTransaction()
    await runner.query(
      `INSERT INTO lease (key, expires_at) SELECT 'write check ' || n, '-infinity' FROM generate_series(1, ${ROWS}) AS n`,
    )
    return true
  } catch (error) {
    const fault = databaseFaultOf(error)
    if (fault === 'disk_full' || fault === 'read_only') return false
    throw error
  } finally {
    // The connection may be gone: then there is nothing left to roll back.
    await runner.rollbackTransaction().catch(() => {})
    await runner.release()
  }
}

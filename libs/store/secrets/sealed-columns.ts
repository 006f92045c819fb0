/** Every column with sealed texts, and how all of them are sealed again with the newest key. */
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import type { KeyFile } from './key-file.js'
import { seal, sealingKeyIdOf } from './sealing.js'
import { Secrets } from './secrets.js'

export const SEALED_COLUMNS = [
  { table: 'second_factor', column: 'secret', key: 'account_name' },
  { table: 'subscription', column: 'secret', key: 'id' },
  { table: 'subscription', column: 'previous_secret', key: 'id' },
] as const

/**
 * Seals with the newest key of the file what is stored plainly or under another key, and returns how many texts that were. The
 * transaction holds the lock `secrets` alone.
 */
export async function sealAgain(tx: Queryable, file: KeyFile): Promise<number> {
  const newest = file.newest()
  const secrets = new Secrets(file)
  let count = 0
  for (const { table, column, key } of SEALED_COLUMNS) {
    const rows = await queryRows<{ row: string; stored: string }>(
      tx,
      sql`SELECT ${raw(key)}::text AS row, ${raw(column)} AS stored FROM ${raw(table)}
       WHERE ${raw(column)} <> '' AND NOT starts_with(${raw(column)}, ${`sealed:${newest.id}:`}) FOR UPDATE`,
    )
    for (const { row, stored } of rows) {
      const place = { table, column, row }
      const text = sealingKeyIdOf(stored) === null ? stored : secrets.open(stored, place)
      await queryRows(
        tx,
        sql`UPDATE ${raw(table)} SET ${raw(column)} = ${seal(newest, text, place)} WHERE ${raw(key)}::text = ${row}`,
      )
    }
    count += rows.length
  }
  return count
}

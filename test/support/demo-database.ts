/**
 * A PostgreSQL database with the demonstration country. It is built once per run of the tests and copied for each file.
 */
import { buildDemo } from '#demo'
import { openDatabase } from '#store/database'
import pg from 'pg'
import { inject } from 'vitest'
import { type TestDatabase, databaseAt, serverPlace } from './database.js'
import { writeShippedRoster } from './shipped-roster.js'

const TEMPLATE = 'demo_template'
/** Number of an advisory lock: test files that need the template wait for the first to build it. */
const TEMPLATE_LOCK = 4_711

export async function demoDatabase(): Promise<TestDatabase> {
  await buildTemplateOnce()
  return databaseAt(await serverPlace(TEMPLATE))
}

async function buildTemplateOnce(): Promise<void> {
  const url = (database: string) => inject('clusterUrl').replace('DATABASE', database)
  const admin = new pg.Client(url('postgres'))
  await admin.connect()
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE])
    if (rowCount !== 0) return
    // The database gets its name when it is complete, so that an interrupted build is not taken for the template.
    const building = `${TEMPLATE}_${process.pid}`
    await admin.query(`CREATE DATABASE ${building} TEMPLATE template`)
    const database = await openDatabase({ url: url(building), dataDir: '', purpose: 'batch' })
    // As at the first start: the demonstration is judged by the roster.
    await writeShippedRoster(database.source)
    await buildDemo(database.source, new Date(), () => {})
    await database.close()
    await admin.query(`ALTER DATABASE ${building} RENAME TO ${TEMPLATE}`)
  } finally {
    await admin.end()
  }
}

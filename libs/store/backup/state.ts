/** The contents of a database, as far as a restored one must agree with them. */
import { MIGRATIONS } from '#migrations'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'

export interface DatabaseState {
  /** Version of PostgreSQL, as 15.9. */
  serverVersion: string
  /** Name of the last migration. */
  migration: string
  /** Rows of each table. */
  rows: Record<string, number>
  /** The digest of each run, by its id. */
  digests: Record<string, string>
}

/**
 * Holds the moment of the transaction (REPEATABLE READ): `moment` names it for pg_dump, and it lasts as long as the transaction,
 * however long that makes no step.
 */
export async function holdMoment(db: Queryable): Promise<{ moment: string; madeAt: string }> {
  await queryRows(db, sql`SET LOCAL idle_in_transaction_session_timeout = 0`)
  const row = await queryRow<{ moment: string; madeAt: Date }>(
    db,
    sql`SELECT pg_export_snapshot() AS moment, now() AS "madeAt"`,
  )
  return { moment: row!.moment, madeAt: row!.madeAt.toISOString() }
}

/** Tables of the observatory, without the months of a table, which count with it. */
const TABLES = sql`
  SELECT c.relname AS name FROM pg_class AS c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relname`

/** Names of the tables that a database has beside those of its extensions. */
export const foreignTables = async (db: Queryable): Promise<string[]> =>
  (await queryRows<{ name: string }>(db, TABLES)).map(({ name }) => name)

export async function readState(db: Queryable): Promise<DatabaseState> {
  const rows: Record<string, number> = {}
  for (const name of await foreignTables(db)) {
    const row = await queryRow<{ n: number }>(db, sql`SELECT count(*)::float8 AS n FROM ${raw(`"${name}"`)}`)
    rows[name] = row!.n
  }
  const runs = await queryRows<{ id: number; digest: string }>(
    db,
    sql`SELECT id, digest FROM run ORDER BY id`,
  )
  const row = await queryRow<{ serverVersion: string; migration: string }>(
    db,
    sql`SELECT current_setting('server_version') AS "serverVersion", (SELECT name FROM migration ORDER BY id DESC LIMIT 1) AS migration`,
  )
  return { ...row!, rows, digests: Object.fromEntries(runs.map(({ id, digest }) => [id, digest])) }
}

/** Whether this program knows a migration; one that it does not know is of a newer version. */
export const isKnownMigration = (name: string): boolean =>
  MIGRATIONS.some((migration) => migration.name === name)

/** Statistics for the planner, which a dump does not carry. */
export async function analyse(db: Queryable): Promise<void> {
  await queryRows(db, sql`ANALYZE`)
}

/** When the last backup was made; null where none was. */
export async function lastBackup(db: Queryable): Promise<Date | null> {
  const row = await queryRow<{ at: Date | null }>(
    db,
    sql`SELECT max(at) AS at FROM change WHERE kind = 'export' AND action = 'back up'`,
  )
  return row!.at
}

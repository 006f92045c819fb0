/** Runs statements of the `sql` tag. */
import type { Queryable } from './queryable.js'
import { PREPARED } from './prepared-client.js'
import { type Sql, raw, sql } from './sql.js'

/** The rows of a statement, each an object by its column aliases. */
export async function queryRows<Row>(db: Queryable, statement: Sql): Promise<Row[]> {
  const { sql: text, parameters } = statement.toStatement()
  return db.query(text, parameters)
}

/** The first row; undefined if there is none. */
export async function queryRow<Row>(db: Queryable, statement: Sql): Promise<Row | undefined> {
  return (await queryRows<Row>(db, statement))[0]
}

/** A statement whose plan each connection keeps: see PREPARED. Its LIMIT must be in the text. */
export const prepared = (statement: Sql): Sql => sql`${raw(PREPARED)}${statement}`

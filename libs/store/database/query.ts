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

/**
 * The rows of a prepared statement, column by column, for many rows of short values: the driver takes several times as
 * long to read each value by itself. Values are texts without line feeds; null is an empty text.
 */
export async function queryColumns<Column extends string>(
  db: Queryable,
  columns: readonly Column[],
  rows: Sql,
): Promise<Record<Column, string[]>> {
  const texts = columns.map((name) => `string_agg(coalesce("${name}"::text, ''), E'\\n') AS "${name}"`)
  const statement = prepared(sql`SELECT ${raw(texts.join(', '))} FROM (${rows}) AS rows`)
  const answer = await queryRow<Record<Column, string | null>>(db, statement)
  const entries = columns.map((name) => [name, answer?.[name]?.split('\n') ?? []] as const)
  return Object.fromEntries(entries) as Record<Column, string[]>
}

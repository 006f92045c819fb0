/** Rows written by hand that stand in for a table or an earlier stage, so that a stage is tested by itself. */
import type { SqlValue } from '#store/database'
import { type Sql, join, param, raw, sql } from '../../../libs/store/database/sql.js'
import type { Queryable } from '../../../libs/store/database/database.js'
import { type Stage, withStages } from '../../../libs/store/classification/stage.js'

/** SQL type of each column, and the value that a row has where a test does not give one. */
export type Columns = Readonly<Record<string, readonly [type: string, value: SqlValue]>>
type GivenRow = Readonly<Record<string, SqlValue | undefined>>

/** A stage of the given rows; it hides a table of its name. */
export function given(name: string, columns: Columns, rows: readonly GivenRow[]): Stage {
  for (const column of rows.flatMap(Object.keys))
    if (!(column in columns)) throw new Error(`${name} has no column ${column}`)
  const names = Object.keys(columns)
  // A row of defaults gives the types where there are no rows, and is then left out.
  const tuples = [...rows, {}].map((row: GivenRow) => {
    const values = names.map((column) => {
      const [type, value] = columns[column]!
      const given = row[column]
      return param(given === undefined ? value : given, type)
    })
    return sql`(${join(values, ', ')})`
  })
  return {
    name,
    query: sql`SELECT * FROM (VALUES ${join(tuples, ', ')}) AS v(${raw(names.join(', '))})
      LIMIT ${raw(String(rows.length))}`,
  }
}

/** All rows of the last stage, its columns as text, numbers or arrays as the driver reads them. */
export async function rowsOfStages(
  db: Queryable,
  stages: readonly Stage[],
  select: Sql = sql`SELECT * FROM ${raw(stages.at(-1)!.name)}`,
): Promise<Record<string, unknown>[]> {
  const statement = withStages(stages, select).toStatement()
  return db.query(statement.sql, statement.parameters)
}

import { type Sql, join, raw, sql } from '../database/sql.js'

/** One step of a statement: a common table expression that reads tables and the stages before it in the list. */
export interface Stage {
  name: string
  query: Sql
  /**
   * Computed once and kept: for a stage that several later ones read. A stage that writes is computed once anyway.
   */
  isMaterialized?: boolean
}

/** `WITH a AS (…), b AS (…) <main>`, in the order of the list. */
export function withStages(stages: readonly Stage[], main: Sql): Sql {
  const expressions = stages.map(
    ({ name, query, isMaterialized }) =>
      sql`${raw(name)} AS ${raw(isMaterialized ? 'MATERIALIZED ' : '')}(${query}\n)`,
  )
  return sql`WITH ${join(expressions, ', ')}${main}`
}

/** Column names of this folder as a list. */
export const columnList = (names: readonly string[], alias = ''): Sql =>
  raw(names.map((name) => (alias ? `${alias}.${name}` : name)).join(', '))

/**
 * A number as text, so that its type is that of a literal: a constant of our own, or a threshold of a rule, which a
 * reader of the statement then sees at its place. A fraction is a double, as it is in the domain.
 */
export function literal(value: number): Sql {
  if (!Number.isFinite(value)) throw new Error(`${value} cannot stand in a statement`)
  return raw(Number.isInteger(value) ? String(value) : `${value}::float8`)
}

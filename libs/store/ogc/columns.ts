/** Columns that several collections share, and functions that define columns. */
import type { SqlColumn } from './collection.js'

/** A moment as RFC 3339 in UTC, to the second. */
export const rfc3339 = (sql: string) => `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
/** The moment at which a day begins in UTC. */
export const utcMidnight = (date: string) => `(${date}::timestamp AT TIME ZONE 'UTC')`

export const H3_COLUMN: SqlColumn = {
  name: 'h3',
  type: 'text',
  sql: 'to_hex(t.cell)',
  about: 'H3 cell of resolution 8',
}
/** `sql` is an expression over the row `t`; by default the column of that name. */
export const textColumn = (name: string, about: string, sql = `t.${name}`): SqlColumn => ({
  name,
  type: 'text',
  sql,
  about,
})
export const integerColumn = (name: string, about: string, sql = `t.${name}`): SqlColumn => ({
  name,
  type: 'integer',
  sql,
  about,
})
/** A small number of operators, empty under a rule without a roster. */
export const boundColumn = (name: string, about: string): SqlColumn => ({
  ...integerColumn(name, about),
  mayBeEmpty: true,
})
export const speedColumn = (name: string, about: string): SqlColumn => ({
  ...integerColumn(name, about, `t.${name}::float8`),
  unit: 'bit/s',
  mayBeEmpty: true,
})
export const populationColumn = (about: string, sql?: string): SqlColumn => ({
  ...integerColumn('population', about, sql),
  mayBeEmpty: true,
})
export const booleanColumn = (name: string, about: string, sql = `t.${name}`): SqlColumn => ({
  name,
  type: 'boolean',
  sql,
  about,
})

export const OPERATOR_COLUMN = textColumn('operator', 'id of the operator')
export const TECHNOLOGY_COLUMN = textColumn('technology', 'access technology')
export const ABOUT_COMMUNE = 'HCP code of the commune'
/** The areas that contain a row itself, and not those of a smaller area that it names. */
export const AREA_CODE_COLUMNS: readonly SqlColumn[] = [
  textColumn('commune_code', ABOUT_COMMUNE),
  textColumn('province_code', 'HCP code of the province or prefecture'),
  textColumn('region_code', 'HCP code of the region'),
]
export const RUN_COLUMNS: readonly SqlColumn[] = [
  integerColumn('run_id', 'run that gave the verdict'),
  { name: 'rule_id', type: 'text', sql: 't.rule_id', about: 'rule of the run' },
]

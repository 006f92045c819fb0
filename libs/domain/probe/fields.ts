/**
 * Lists that derive from the table of a probe's fields: lists of names, names of columns, the type of a stored probe.
 */
import { type ColumnType, PROBE_FIELDS, type ProbeInput } from './probe.js'

export type ProbeFieldName = keyof ProbeInput
type Fields = typeof PROBE_FIELDS
type FieldsWhere<Shape> = {
  [K in ProbeFieldName]: Fields[K] extends Shape ? K : never
}[ProbeFieldName]

/** Fields with a column. */
export type StoredField = FieldsWhere<{ column: ColumnType }>
/** Fields that lists of single probes show, to everybody or to planners. */
export type ListedField = FieldsWhere<{ readers: 'everybody' | 'planners' }>

/** `downloadBps` becomes `download_bps`. */
type SnakeCase<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeCase<Rest>}`
  : Name

/** A probe's fields by column, null where the probe has none. */
export type StoredColumns = { [K in StoredField as SnakeCase<K>]: Required<ProbeInput>[K] }

/** The names in the order of the table, which is the order of columns everywhere. */
export const PROBE_FIELD_NAMES = /* @__PURE__ */ Object.keys(PROBE_FIELDS) as readonly ProbeFieldName[]
export const STORED_FIELDS = /* @__PURE__ */ PROBE_FIELD_NAMES.filter(
  (name) => PROBE_FIELDS[name].column !== null,
) as readonly StoredField[]
export const LISTED_FIELDS = /* @__PURE__ */ PROBE_FIELD_NAMES.filter(
  (name) => PROBE_FIELDS[name].readers !== 'nobody',
) as readonly ListedField[]

/** The name of a field's column, and of the field wherever names are in snake_case. */
export const columnOf = (name: ProbeFieldName): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const STORED = /* @__PURE__ */ STORED_FIELDS.map((name) => ({
  name,
  column: columnOf(name),
  isWhole: PROBE_FIELDS[name].column === 'bigint',
}))

/** The values of a probe as its columns take them; `bigint` columns take whole numbers. */
export function columnsOf(probe: ProbeInput): StoredColumns {
  const row: Record<string, unknown> = {}
  for (const { name, column, isWhole } of STORED) {
    const value = probe[name] ?? null
    row[column] = isWhole && value !== null ? Math.round(value as number) : value
  }
  return row as unknown as StoredColumns
}

/** The fields that lists of single probes have in common, as the table of a probe's fields says who may read them. */
import { LISTED_FIELDS, type ListedField, PROBE_FIELDS, type ProbeInput, columnOf } from '#domain/probe'

/** Fields that each list writes in its own way. */
const KEY_FIELDS: readonly ListedField[] = ['id', 'measuredAt']
type PlainListedField = Exclude<ListedField, 'id' | 'measuredAt'>

/** A probe's fields in a list. Those for planners only are null for everybody else. */
export type ListedFields = Pick<Required<ProbeInput>, 'id' | PlainListedField>

/** Planners of areas see the fields for planners where `reach.inside` holds. */
export type Readers = 'everybody' | 'planners' | 'planners of areas'

export const PLAIN_LISTED_FIELDS = LISTED_FIELDS.filter(
  (field): field is PlainListedField => !KEY_FIELDS.includes(field),
)

/**
 * Columns of `p` by the names of the fields, without `id` and `measuredAt`. Whole numbers are read as float8, which is exact
 * below 2^53: the driver hands out bigint as text.
 */
export const listedColumns = (readers: Readers): string =>
  PLAIN_LISTED_FIELDS.map((field) => {
    const { column: type, readers: fieldReaders } = PROBE_FIELDS[field]
    const value = `p.${columnOf(field)}${type === 'bigint' ? '::float8' : ''}`
    return `${fieldReaders === 'planners' ? forReaders(readers, value, type) : value} AS "${field}"`
  }).join(', ')

function forReaders(readers: Readers, value: string, type: string): string {
  if (readers === 'everybody') return `NULL::${type}`
  return readers === 'planners' ? value : `CASE WHEN reach.inside THEN ${value} END`
}

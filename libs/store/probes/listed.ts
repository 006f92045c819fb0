/** The fields that lists of single probes have in common, as the table of a probe's fields says who may read them. */
import { LISTED_FIELDS, type ListedField, PROBE_FIELDS, type ProbeInput, columnOf } from '#domain/probe'

/** Fields that each list writes in its own way. */
const KEY_FIELDS: readonly ListedField[] = ['id', 'measuredAt']
type PlainListedField = Exclude<ListedField, 'id' | 'measuredAt'>

/** A probe's fields in a list. Those for planners only are null for everybody else. */
export type ListedFields = Pick<Required<ProbeInput>, 'id' | PlainListedField>

export type Readers = 'everybody' | 'planners'

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
    const isHidden = fieldReaders === 'planners' && readers === 'everybody'
    const value = isHidden ? `NULL::${type}` : `p.${columnOf(field)}${type === 'bigint' ? '::float8' : ''}`
    return `${value} AS "${field}"`
  }).join(', ')

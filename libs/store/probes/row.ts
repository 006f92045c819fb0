import type { Flag, StoredColumns } from '#domain/probe'
import { type ColumnType, PROBE_FIELDS, STORED_FIELDS, columnOf } from '#domain/probe'

/** A row of `probe`, ready to be written: the fields of the probe by column, and what the server adds. */
export interface ProbeRow extends StoredColumns {
  /** Its own position, or that of its site. */
  lat: number
  lng: number
  /** The tool's document as JSON text. */
  raw: string | null
  /** Res-8 H3 index in decimal. */
  cell: string
  device_id: string | null
  site_code: string | null
  flags: readonly Flag[]
  /** False where a flag takes the probe out of the evidence. */
  counted: boolean
  /** The device's own time, where `measured_at` was corrected. */
  device_measured_at: string | null
}

type ServerColumn = Exclude<keyof ProbeRow, keyof StoredColumns>

const SERVER_COLUMNS: Record<ServerColumn, ColumnType | 'text[]' | 'boolean'> = {
  cell: 'bigint',
  device_id: 'uuid',
  site_code: 'text',
  flags: 'text[]',
  counted: 'boolean',
  device_measured_at: 'timestamptz',
}

/** The columns of a `ProbeRow` with their types, in the order in which they are written. */
export const ROW_COLUMNS = [
  ...STORED_FIELDS.map((field) => ({ name: columnOf(field), type: PROBE_FIELDS[field].column })),
  ...Object.entries(SERVER_COLUMNS).map(([name, type]) => ({ name, type })),
] as readonly { name: keyof ProbeRow; type: string }[]

/** The values of a column as the text of an array. Two fifths of what PostgreSQL takes to read the same rows as JSON. */
export const arrayOf = (rows: readonly ProbeRow[], column: keyof ProbeRow): string =>
  `{${rows.map((row) => elementOf(row[column])).join(',')}}`

function elementOf(value: ProbeRow[keyof ProbeRow]): string {
  if (value == null) return 'NULL'
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'object' ? quoted(`{${value.join(',')}}`) : String(value)
}

const quoted = (text: string): string =>
  /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`

const COLUMN_NAMES = ROW_COLUMNS.map(({ name }) => name)

/** A copy that stays a quick object: V8 makes a hash table of one with so many fields that is spread into another. */
export function copyOf(row: ProbeRow): ProbeRow {
  const copy: Partial<Record<keyof ProbeRow, unknown>> = {}
  for (const name of COLUMN_NAMES) copy[name] = row[name]
  return copy as ProbeRow
}

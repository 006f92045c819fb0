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
export const ROW_COLUMNS: readonly { name: string; type: string }[] = [
  ...STORED_FIELDS.map((field) => ({ name: columnOf(field), type: PROBE_FIELDS[field].column })),
  ...Object.entries(SERVER_COLUMNS).map(([name, type]) => ({ name, type })),
]

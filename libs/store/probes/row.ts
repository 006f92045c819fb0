import type { Flag, Outcome, Technology } from '#domain/probe'

/** A row of `probe`, ready to be written. */
export interface ProbeRow {
  /** Res-8 index in decimal. */
  cell: string
  measured_at: string
  id: string
  device_id: string | null
  site_code: string | null
  lat: number
  lng: number
  accuracy_m: number | null
  technology: Technology | null
  operator: string | null
  outcome: Outcome
  download_bps: number | null
  upload_bps: number | null
  latency_ms: number | null
  jitter_ms: number | null
  loss_ratio: number | null
  signal_dbm: number | null
  tool: string | null
  flags: readonly Flag[]
  counted: boolean
  raw: string | null
  /** The device's own time, where `measured_at` was corrected. */
  device_measured_at: string | null
  download_test: string | null
  upload_test: string | null
}

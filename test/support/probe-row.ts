/** A row of a probe as ingest makes it. */
import { columnsOf, type ProbeInput } from '#domain/probe'
import { cellAt, cellToSql } from '#geo'
import type { ProbeRow } from '#store/probes'
import { randomUUID } from 'node:crypto'

/** A counted probe of 5 Mbit/s at 34° N, 6° W; of no device unless one is given, and then at its site `S1`. */
export function probeRow(
  at: number,
  device: string | null = null,
  input: Partial<ProbeInput> = {},
): ProbeRow {
  return {
    ...columnsOf({
      id: randomUUID(),
      measuredAt: new Date(at).toISOString(),
      outcome: 'ok',
      downloadBps: 5e6,
      ...input,
    }),
    cell: cellToSql(cellAt(34, -6)),
    device_id: device,
    site_code: device && 'S1',
    lat: 34,
    lng: -6,
    raw: null,
    flags: [],
    counted: true,
    device_measured_at: null,
  }
}

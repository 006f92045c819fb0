/** The histories of devices in the database: read under a lock, and the counted probes that they do not remember. */
import {
  type CountedProbe,
  type DeviceHistory,
  EMPTY_HISTORY,
  REPEAT_WINDOW_MS,
  type TimedPosition,
} from '#domain/probe'
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'
import type { ProbeRow } from './row.js'

/** A counted probe as `device.recent_probes` holds it. */
type StoredProbe = [series: string, at: number, lat: number, lng: number, accuracyM: number | null]

interface DeviceRow {
  id: string
  newestAt: number | null
  positionAt: number | null
  lat: number
  lng: number
  accuracyM: number | null
  recent: StoredProbe[] | null
  recentSince: number | null
}

const msOf = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`

const LOCK_DEVICES = `${PREPARED}
  SELECT id, ${msOf('last_measured_at')} AS "newestAt", ${msOf('last_position_at')} AS "positionAt", last_lat AS lat,
    last_lng AS lng, last_accuracy_m AS "accuracyM", recent_probes AS recent, ${msOf('recent_since')} AS "recentSince"
  FROM device WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`

/**
 * Locks the devices until the transaction ends and reads their histories; a device that does not exist has none. All callers
 * lock in the order of ids, so that two transactions with the same devices wait for each other and never deadlock.
 */
export async function lockDevices(
  tx: Queryable,
  ids: readonly string[],
): Promise<Map<string, DeviceHistory>> {
  const rows: DeviceRow[] = await tx.query(LOCK_DEVICES, [ids])
  return new Map(rows.map((row) => [row.id, historyOf(row)]))
}

function historyOf({
  newestAt,
  positionAt,
  lat,
  lng,
  accuracyM,
  recent,
  recentSince,
}: DeviceRow): DeviceHistory {
  if (newestAt === null) return EMPTY_HISTORY
  return {
    newestAt,
    lastPosition: positionAt === null ? null : { at: positionAt, lat, lng, accuracyM },
    recent: (recent ?? []).map((probe) => countedOf(...probe)),
    // A device from before there was a memory: what it sent up to now has to be read.
    recentSince: recentSince ?? newestAt,
  }
}

const countedOf = (...[series, at, lat, lng, accuracyM]: StoredProbe): CountedProbe => ({
  series,
  at,
  lat,
  lng,
  accuracyM,
})

/**
 * Updates the rows of devices from `$1`, a JSON array of what `deviceRowOf` gives. Their ids stand in `$2` as well: without them a plan
 * that was made while there were few devices joins by reading all of them.
 */
export const UPDATE_DEVICES = `
  UPDATE device SET last_measured_at = r.newest, last_position_at = r.at, last_lat = r.lat, last_lng = r.lng,
    last_accuracy_m = r."accuracyM", recent_probes = r.recent, recent_since = r.since
  FROM json_to_recordset($1::json) AS r(id uuid, newest timestamptz, at timestamptz, lat float8, lng float8,
    "accuracyM" float8, recent jsonb, since timestamptz)
  WHERE device.id = r.id AND device.id = ANY($2::uuid[])`

export function deviceRowOf(
  id: string,
  { newestAt, lastPosition, recent, recentSince }: DeviceHistory,
): object {
  return {
    id,
    newest: timeOf(newestAt),
    at: timeOf(lastPosition?.at),
    lat: lastPosition?.lat,
    lng: lastPosition?.lng,
    accuracyM: lastPosition?.accuracyM,
    recent: recent.map(({ series, at, lat, lng, accuracyM }): StoredProbe => [
      series,
      at,
      lat,
      lng,
      accuracyM,
    ]),
    since: timeOf(recentSince),
  }
}

const timeOf = (ms: number | null | undefined) => (ms == null ? null : new Date(ms).toISOString())

type SeriesFields = Pick<ProbeRow, 'cell' | 'operator' | 'technology' | 'outcome'>

/** Probes of one device in one series repeat each other. */
export const seriesOf = ({ cell, operator, technology, outcome }: SeriesFields): string =>
  [cell, operator ?? '', technology ?? '', outcome].join(' ')

/**
 * Counted probes of some devices near some times, by the primary key of `probe`. The bounds of all times ($2, $3) stand beside those
 * of each device, so that a kept plan reads only the months between them; OFFSET 0 keeps the inner query a nested loop.
 */
export const COUNTED_PROBES_AROUND = `${PREPARED}
  SELECT r.device, p.cell::text, p.operator, p.technology, p.outcome, ${msOf('p.measured_at')} AS at, p.lat, p.lng,
    p.accuracy_m AS "accuracyM"
  FROM json_to_recordset($1::json) AS r(cell bigint, device uuid, "from" timestamptz, "to" timestamptz)
  CROSS JOIN LATERAL (
    SELECT * FROM probe AS p
    WHERE p.cell = r.cell AND p.measured_at > r."from" AND p.measured_at < r."to" AND p.device_id = r.device AND p.counted
      AND p.measured_at > $2::timestamptz AND p.measured_at < $3::timestamptz
    OFFSET 0) AS p`

/**
 * Counted probes by device. Reads the probes of the cells around the rows, so it is meant for late ones. The rows of a
 * device are in order of time.
 */
export async function countedProbesAround(
  tx: Queryable,
  rows: readonly ProbeRow[],
): Promise<Map<string, CountedProbe[]>> {
  if (rows.length === 0) return new Map()
  const spans = spansOf(rows)
  const parameters = [
    JSON.stringify(spans.map((span) => ({ ...span, from: timeOf(span.from), to: timeOf(span.to) }))),
    timeOf(Math.min(...spans.map(({ from }) => from))),
    timeOf(Math.max(...spans.map(({ to }) => to))),
  ]
  const counted: (SeriesFields & TimedPosition & { device: string })[] = await tx.query(
    COUNTED_PROBES_AROUND,
    parameters,
  )
  const byDevice = new Map<string, CountedProbe[]>()
  for (const { device, at, lat, lng, accuracyM, ...probe } of counted) {
    const others = byDevice.get(device) ?? []
    byDevice.set(device, others)
    others.push({ series: seriesOf(probe), at, lat, lng, accuracyM })
  }
  return byDevice
}

interface Span {
  cell: string
  device: string
  /** Ms since 1970, both excluded. */
  from: number
  to: number
}

/** A pause after which two lookups are cheaper than one that reads the pause, too. */
const MAX_PAUSE_MS = 24 * 3_600_000

/** The times around the rows of each cell and device; the rows of a device are in order of time. */
function spansOf(rows: readonly ProbeRow[]): Span[] {
  const spans: Span[] = []
  const last = new Map<string, Span>()
  for (const { cell, device_id: device, measured_at: measuredAt } of rows) {
    const at = Date.parse(measuredAt)
    const key = `${cell} ${device}`
    const before = last.get(key)
    if (before && at - before.to < MAX_PAUSE_MS) before.to = at + REPEAT_WINDOW_MS
    else {
      const span = { cell, device: device!, from: at - REPEAT_WINDOW_MS, to: at + REPEAT_WINDOW_MS }
      last.set(key, span)
      spans.push(span)
    }
  }
  return spans
}

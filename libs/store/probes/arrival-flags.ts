/** Flags that need more than the probe itself: what its device sent before, and what our server saw of its tests. */
import {
  CLOCK_TOLERANCE_MS,
  type Flag,
  type TimedPosition,
  REPEAT_WINDOW_MS,
  isDisagreement,
  isCounted,
  isMovingTooFast,
  isRepeat,
} from '#domain/probe'
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'
import type { ProbeRow } from './row.js'

/** Rows as they are to be written, in the order in which they came. Devices are locked until the transaction's end. */
export async function flagByContext(tx: Queryable, rows: readonly ProbeRow[]): Promise<readonly ProbeRow[]> {
  const found: (readonly [Flag, readonly ProbeRow[]])[] = []
  found.push(['disagrees_with_server', await probesDisagreeingWithServer(tx, rows)])
  const ofDevices = rows.filter((row) => row.device_id !== null).sort(byTime)
  if (ofDevices.length > 0) {
    const devices = await lockDevices(tx, ofDevices)
    found.push(['moving_too_fast', probesMovingTooFast(ofDevices, devices)])
    const doubted = new Set(found.flatMap(([, some]) => some))
    const countable = ofDevices.filter((row) => row.counted && !doubted.has(row))
    found.push(['repeat', await repeatedProbes(tx, countable, devices)])
    await rememberDevices(tx, ofDevices, devices)
  }
  return withFlags(rows, found)
}

function withFlags(
  rows: readonly ProbeRow[],
  found: readonly (readonly [Flag, readonly ProbeRow[]])[],
): readonly ProbeRow[] {
  const more = new Map<ProbeRow, Flag[]>()
  for (const [flag, some] of found)
    for (const row of some) more.set(row, [...(more.get(row) ?? row.flags), flag])
  if (more.size === 0) return rows
  return rows.map((row) => {
    const flags = more.get(row)
    return flags ? { ...row, flags, counted: isCounted(flags) } : row
  })
}

const byTime = (a: ProbeRow, b: ProbeRow) => (a.measured_at < b.measured_at ? -1 : 1)

const momentOf = (row: ProbeRow): TimedPosition => ({
  at: Date.parse(row.measured_at),
  lat: row.lat,
  lng: row.lng,
  accuracyM: row.accuracy_m,
})

/** Client and server of one test, two sides of one thing: who differs by more than a fifth is not to be believed. */
async function probesDisagreeingWithServer(tx: Queryable, rows: readonly ProbeRow[]): Promise<ProbeRow[]> {
  const names = rows.flatMap((row) => [row.download_test, row.upload_test]).filter((name) => name !== null)
  if (names.length === 0) return []
  const found: { id: string; direction: string; bps: string; deviceId: string | null }[] = await tx.query(
    'SELECT id, direction, bps, device_id AS "deviceId" FROM speed_test WHERE id = ANY($1::text[])',
    [names],
  )
  const seen = new Map(found.map((test) => [`${test.direction} ${test.id}`, test]))
  const differs = (direction: string, name: string | null, claimed: number | null, device: string | null) => {
    const test = seen.get(`${direction} ${name}`)
    if (!test) return false
    const isAnothers = test.deviceId !== null && test.deviceId !== device
    return isAnothers || isDisagreement(claimed ?? 0, Number(test.bps))
  }
  return rows.filter(
    (row) =>
      differs('download', row.download_test, row.download_bps, row.device_id) ||
      differs('upload', row.upload_test, row.upload_bps, row.device_id),
  )
}

interface DeviceHistory {
  /** Newest time of its probes, ms since 1970; null where it sent none. */
  newest: number | null
  position: TimedPosition | null
}

interface DeviceState {
  id: string
  newest: Date | null
  at: Date | null
  lat: number
  lng: number
  accuracyM: number | null
}

/** Locked in one order, so that two groups with the same devices wait for each other and never deadlock. */
async function lockDevices(tx: Queryable, rows: readonly ProbeRow[]): Promise<Map<string, DeviceHistory>> {
  const states: DeviceState[] = await tx.query(
    `${PREPARED}SELECT id, last_measured_at AS newest, last_position_at AS at, last_lat AS lat, last_lng AS lng,
       last_accuracy_m AS "accuracyM"
     FROM device WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [[...new Set(rows.map((row) => row.device_id))]],
  )
  return new Map(
    states.map(({ id, newest, at, ...place }) => [
      id,
      { newest: newest?.getTime() ?? null, position: at && { ...place, at: at.getTime() } },
    ]),
  )
}

/** Compares each measured position with the one before it, and leaves the last in `devices`. Rows are in order. */
function probesMovingTooFast(
  rows: readonly ProbeRow[],
  devices: ReadonlyMap<string, DeviceHistory>,
): ProbeRow[] {
  const found: ProbeRow[] = []
  for (const row of rows) {
    const device = devices.get(row.device_id!)
    if (!device || row.flags.includes('position_from_site') || row.flags.includes('inaccurate_position'))
      continue
    const before = device.position
    const moment = momentOf(row)
    if (before && moment.at < before.at) continue
    // A corrected time is right to the tolerance only.
    const late = { ...moment, at: moment.at + CLOCK_TOLERANCE_MS }
    if (before && isMovingTooFast(before, late)) found.push(row)
    else device.position = moment
  }
  return found
}

async function rememberDevices(
  tx: Queryable,
  rows: readonly ProbeRow[],
  devices: ReadonlyMap<string, DeviceHistory>,
): Promise<void> {
  const newest = new Map(rows.map((row) => [row.device_id!, Date.parse(row.measured_at)]))
  const states = [...devices].map(([id, { newest: before, position }]) => ({
    id,
    newest: new Date(Math.max(before ?? 0, newest.get(id)!)),
    at: position && new Date(position.at),
    lat: position?.lat ?? null,
    lng: position?.lng ?? null,
    accuracyM: position?.accuracyM ?? null,
  }))
  await tx.query(
    `${PREPARED}UPDATE device SET last_measured_at = r.newest, last_position_at = r.at, last_lat = r.lat, last_lng = r.lng,
       last_accuracy_m = r."accuracyM"
     FROM json_to_recordset($1::json) AS r(id uuid, newest timestamptz, at timestamptz, lat float8, lng float8, "accuracyM" float8)
     WHERE device.id = r.id`,
    [JSON.stringify(states)],
  )
}

type RepeatKeyFields = Pick<ProbeRow, 'cell' | 'device_id' | 'operator' | 'technology' | 'outcome'>

/** One network at one place, of one device, with one outcome: what is heard again within hours. */
const repeatKeyOf = (row: RepeatKeyFields) =>
  [row.cell, row.device_id, row.operator ?? '', row.technology ?? '', row.outcome].join(' ')

async function repeatedProbes(
  tx: Queryable,
  rows: readonly ProbeRow[],
  devices: ReadonlyMap<string, DeviceHistory>,
): Promise<ProbeRow[]> {
  const counted = await countedAround(
    tx,
    rows.filter((row) => isNear(row, devices.get(row.device_id!))),
  )
  const found: ProbeRow[] = []
  for (const row of rows) {
    const series = repeatKeyOf(row)
    const others = counted.get(series) ?? []
    counted.set(series, others)
    if (isRepeat(momentOf(row), others)) found.push(row)
    else others.push(momentOf(row))
  }
  return found
}

/** Whether the device may have sent something of the same hours: one that keeps its distance costs no look. */
const isNear = (row: ProbeRow, device: DeviceHistory | undefined): boolean =>
  device?.newest != null && Date.parse(row.measured_at) < device.newest + REPEAT_WINDOW_MS

type CountedProbe = RepeatKeyFields & { at: Date; lat: number; lng: number; accuracyM: number | null }

/** What counts already within hours of these, by series: the key of `probe` leads to it. */
async function countedAround(
  tx: Queryable,
  rows: readonly ProbeRow[],
): Promise<Map<string, TimedPosition[]>> {
  if (rows.length === 0) return new Map()
  const spans = new Map<string, { cell: string; device: string; from: number; to: number }>()
  for (const row of rows) {
    const at = Date.parse(row.measured_at)
    const key = `${row.cell} ${row.device_id}`
    const span = spans.get(key) ?? { cell: row.cell, device: row.device_id!, from: at, to: at }
    spans.set(key, { ...span, from: Math.min(span.from, at), to: Math.max(span.to, at) })
  }
  const wanted = [...spans.values()].map(({ cell, device, from, to }) => ({
    cell,
    device,
    from: new Date(from - REPEAT_WINDOW_MS),
    to: new Date(to + REPEAT_WINDOW_MS),
  }))
  const known: CountedProbe[] = await tx.query(
    `${PREPARED}SELECT p.cell::text, p.device_id, p.operator, p.technology, p.outcome, p.measured_at AS at, p.lat, p.lng,
       p.accuracy_m AS "accuracyM"
     FROM json_to_recordset($1::json) AS r(cell bigint, device uuid, "from" timestamptz, "to" timestamptz)
     JOIN probe AS p ON p.cell = r.cell AND p.measured_at > r."from" AND p.measured_at < r."to"
     WHERE p.device_id = r.device AND p.counted`,
    [JSON.stringify(wanted)],
  )
  const counted = new Map<string, TimedPosition[]>()
  for (const row of known) {
    const series = repeatKeyOf(row)
    const others = counted.get(series) ?? []
    counted.set(series, others)
    others.push({ ...row, at: row.at.getTime() })
  }
  return counted
}

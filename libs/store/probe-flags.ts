/** Flags that need more than the probe itself: what its device sent before, and what our server saw of its tests. */
import {
  CLOCK_TOLERANCE_MS,
  type Flag,
  type Moment,
  REPEAT_MS,
  disagree,
  isCounted,
  movesTooFast,
  repeats,
} from '#domain'
import type { Queryable } from './database.js'
import type { ProbeRow } from './probes.js'

/** Rows as they are to be written, in the order in which they came. Devices are locked until the transaction's end. */
export async function flagByContext(tx: Queryable, rows: readonly ProbeRow[]): Promise<ProbeRow[]> {
  const flags = new Map<ProbeRow, Flag[]>(rows.map((row) => [row, [...row.flags]]))
  const add = (row: ProbeRow, flag: Flag) => flags.get(row)!.push(flag)
  for (const row of await disagreeing(tx, rows)) add(row, 'disagrees_with_server')
  const ofDevices = rows.filter((row) => row.device_id !== null).sort(byTime)
  if (ofDevices.length > 0) {
    const last = await lockDevices(tx, ofDevices)
    for (const row of await moving(tx, ofDevices, last)) add(row, 'moving_too_fast')
    const countable = ofDevices.filter((row) => isCounted(flags.get(row)!))
    for (const row of await repeating(tx, countable)) add(row, 'repeat')
  }
  return rows.map((row) => ({ ...row, flags: flags.get(row)!, counted: isCounted(flags.get(row)!) }))
}

const byTime = (a: ProbeRow, b: ProbeRow) => (a.measured_at < b.measured_at ? -1 : 1)

const momentOf = (row: ProbeRow): Moment => ({
  at: Date.parse(row.measured_at),
  lat: row.lat,
  lng: row.lng,
  accuracyM: row.accuracy_m,
})

/** Client and server of one test, two sides of one thing: who differs by more than a fifth is not to be believed. */
async function disagreeing(tx: Queryable, rows: readonly ProbeRow[]): Promise<ProbeRow[]> {
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
    return isAnothers || disagree(claimed ?? 0, Number(test.bps))
  }
  return rows.filter(
    (row) =>
      differs('download', row.download_test, row.download_bps, row.device_id) ||
      differs('upload', row.upload_test, row.upload_bps, row.device_id),
  )
}

/** Locked in one order, so that two groups with the same devices wait for each other and never deadlock. */
async function lockDevices(tx: Queryable, rows: readonly ProbeRow[]): Promise<Map<string, Moment>> {
  const found: { id: string; at: Date; lat: number; lng: number; accuracyM: number | null }[] =
    await tx.query(
      `SELECT id, last_measured_at AS at, last_lat AS lat, last_lng AS lng, last_accuracy_m AS "accuracyM"
       FROM device WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
      [[...new Set(rows.map((row) => row.device_id))]],
    )
  return new Map(
    found.filter(({ at }) => at !== null).map(({ id, at, ...place }) => [id, { ...place, at: at.getTime() }]),
  )
}

/** Compares each measured position with the one before it; remembers the last. */
async function moving(
  tx: Queryable,
  rows: readonly ProbeRow[],
  last: ReadonlyMap<string, Moment>,
): Promise<ProbeRow[]> {
  const now = new Map(last)
  const found: ProbeRow[] = []
  for (const row of rows) {
    if (row.flags.includes('position_from_site') || row.flags.includes('inaccurate_position')) continue
    const device = row.device_id!
    const before = now.get(device)
    const moment = momentOf(row)
    // A corrected time is right to the tolerance only.
    const slack = { ...moment, at: moment.at + CLOCK_TOLERANCE_MS }
    if (before && moment.at >= before.at && movesTooFast(before, slack)) found.push(row)
    else if (!before || moment.at >= before.at) now.set(device, moment)
  }
  const changed = [...now].filter(([device, moment]) => last.get(device) !== moment)
  if (changed.length > 0) await rememberLast(tx, changed)
  return found
}

async function rememberLast(tx: Queryable, moments: readonly (readonly [string, Moment])[]): Promise<void> {
  const rows = moments.map(([id, { at, ...place }]) => ({ id, at: new Date(at), ...place }))
  await tx.query(
    `UPDATE device SET last_measured_at = r.at, last_lat = r.lat, last_lng = r.lng, last_accuracy_m = r."accuracyM"
     FROM json_to_recordset($1::json) AS r(id uuid, at timestamptz, lat float8, lng float8, "accuracyM" float8)
     WHERE device.id = r.id`,
    [JSON.stringify(rows)],
  )
}

type Series = Pick<ProbeRow, 'cell' | 'device_id' | 'operator' | 'technology' | 'outcome'>

/** One network at one place, of one device, with one outcome: what is heard again within hours. */
const seriesOf = (row: Series) =>
  [row.cell, row.device_id, row.operator ?? '', row.technology ?? '', row.outcome].join(' ')

async function repeating(tx: Queryable, rows: readonly ProbeRow[]): Promise<ProbeRow[]> {
  const counted = await countedAround(tx, rows)
  const found: ProbeRow[] = []
  for (const row of rows) {
    const series = seriesOf(row)
    const others = counted.get(series) ?? []
    counted.set(series, others)
    if (repeats(momentOf(row), others)) found.push(row)
    else others.push(momentOf(row))
  }
  return found
}

type Known = Series & {
  at: Date
  lat: number
  lng: number
  accuracyM: number | null
}

/** What counts already within hours of these, by series: the key of `probe` leads to it. */
async function countedAround(tx: Queryable, rows: readonly ProbeRow[]): Promise<Map<string, Moment[]>> {
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
    from: new Date(from - REPEAT_MS),
    to: new Date(to + REPEAT_MS),
  }))
  const known: Known[] = await tx.query(
    `SELECT p.cell::text, p.device_id, p.operator, p.technology, p.outcome, p.measured_at AS at, p.lat, p.lng,
       p.accuracy_m AS "accuracyM"
     FROM json_to_recordset($1::json) AS r(cell bigint, device uuid, "from" timestamptz, "to" timestamptz)
     JOIN probe AS p ON p.cell = r.cell AND p.measured_at > r."from" AND p.measured_at < r."to"
     WHERE p.device_id = r.device AND p.counted`,
    [JSON.stringify(wanted)],
  )
  const counted = new Map<string, Moment[]>()
  for (const row of known) {
    const series = seriesOf(row)
    const others = counted.get(series) ?? []
    counted.set(series, others)
    others.push({ ...row, at: row.at.getTime() })
  }
  return counted
}

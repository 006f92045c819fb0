/** Flags that need more than the probe itself: what its device sent before, and what our server observed of its tests. */
import {
  type DeviceHistory,
  type Flag,
  isCounted,
  isDisagreement,
  isRemembered,
  judgeByHistory,
} from '#domain/probe'
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'
import { countedProbesAround, lockDevices, seriesOf } from './device-history.js'
import { type ProbeRow, copyOf } from './row.js'

/** Rows with all their flags, and what is to be remembered of their devices. */
export interface FlaggedRows {
  rows: readonly ProbeRow[]
  histories: ReadonlyMap<string, DeviceHistory>
}

/** Flags rows that are about to be written. Their devices stay locked until the transaction ends. */
export async function flagByContext(tx: Queryable, rows: readonly ProbeRow[]): Promise<FlaggedRows> {
  const disagreeing = new Set(await probesDisagreeingWithServer(tx, rows))
  const checked = rows.map((row) => (disagreeing.has(row) ? withFlag(row, 'disagrees_with_server') : row))
  const rowsByDevice = byDevice(checked)
  if (rowsByDevice.size === 0) return { rows: checked, histories: new Map() }
  const histories = await lockDevices(tx, [...rowsByDevice.keys()])
  const flagged = checked.filter((row) => row.device_id === null || !histories.has(row.device_id))
  const notRemembered = [...histories].flatMap(([device, history]) =>
    rowsByDevice
      .get(device)!
      .filter((row) => row.counted && !isRemembered(history, Date.parse(row.measured_at))),
  )
  const older = await countedProbesAround(tx, notRemembered)
  const next = new Map<string, DeviceHistory>()
  for (const [device, history] of histories) {
    const ofDevice = rowsByDevice.get(device)!
    const judged = judgeByHistory(history, ofDevice.map(deviceProbeOf), older.get(device))
    next.set(device, judged.history)
    judged.flags.forEach((flag, i) => flagged.push(flag ? withFlag(ofDevice[i]!, flag) : ofDevice[i]!))
  }
  return { rows: flagged, histories: next }
}

/** The rows of each device in order of time. */
function byDevice(rows: readonly ProbeRow[]): Map<string, ProbeRow[]> {
  const groups = new Map<string, ProbeRow[]>()
  for (const row of rows) {
    if (row.device_id === null) continue
    const group = groups.get(row.device_id)
    if (group) group.push(row)
    else groups.set(row.device_id, [row])
  }
  for (const group of groups.values()) group.sort((a, b) => (a.measured_at < b.measured_at ? -1 : 1))
  return groups
}

function withFlag(row: ProbeRow, flag: Flag): ProbeRow {
  const flags = [...row.flags, flag]
  return Object.assign(copyOf(row), { flags, counted: isCounted(flags) })
}

const deviceProbeOf = (row: ProbeRow) => ({
  at: Date.parse(row.measured_at),
  lat: row.lat,
  lng: row.lng,
  accuracyM: row.accuracy_m,
  series: seriesOf(row),
  hasOwnPosition: !row.flags.includes('position_from_site') && !row.flags.includes('inaccurate_position'),
  isCountable: row.counted,
})

/** Client and server measured the same test: a client whose figure differs by more than a fifth is not believed. */
async function probesDisagreeingWithServer(tx: Queryable, rows: readonly ProbeRow[]): Promise<ProbeRow[]> {
  const names = rows.flatMap((row) => [row.download_test, row.upload_test]).filter((name) => name !== null)
  if (names.length === 0) return []
  const tests: { id: string; direction: string; bps: string; deviceId: string | null }[] = await tx.query(
    `${PREPARED}SELECT id, direction, bps, device_id AS "deviceId" FROM speed_test WHERE id = ANY($1::text[])`,
    [names],
  )
  const observed = new Map(tests.map((test) => [`${test.direction} ${test.id}`, test]))
  const differs = (
    direction: string,
    name: string | null,
    claimedBps: number | null,
    device: string | null,
  ) => {
    const test = observed.get(`${direction} ${name}`)
    if (!test) return false
    const isOfAnotherDevice = test.deviceId !== null && test.deviceId !== device
    return isOfAnotherDevice || isDisagreement(claimedBps ?? 0, Number(test.bps))
  }
  return rows.filter(
    (row) =>
      differs('download', row.download_test, row.download_bps, row.device_id) ||
      differs('upload', row.upload_test, row.upload_bps, row.device_id),
  )
}

/**
 * Memory of a device, so that a probe can be compared with those before it without reading them: where the device was
 * last, and its counted probes of the last hours. It has a fixed size, whatever the device has sent in its life.
 */
import { CLOCK_TOLERANCE_MS } from './clock.js'
import { REPEAT_WINDOW_MS, type TimedPosition, isMovingTooFast, isRepeat } from './flag.js'

/** A counted probe. `series` names its cell, network and outcome: only probes of one series repeat each other. */
export interface CountedProbe extends TimedPosition {
  series: string
}

export interface DeviceHistory {
  /** Time of the newest probe, ms since 1970; null where the device has not sent any. */
  newestAt: number | null
  lastPosition: TimedPosition | null
  /** All counted probes that were measured after `recentSince`. */
  recent: readonly CountedProbe[]
  /** Ms since 1970; -Infinity for a device that has not sent anything. */
  recentSince: number
}

export const EMPTY_HISTORY: DeviceHistory = {
  newestAt: null,
  lastPosition: null,
  recent: [],
  recentSince: -Infinity,
}

/** Probes that come in another order than they were measured in are compared from memory up to this age. */
const REMEMBERED_MS = 2 * REPEAT_WINDOW_MS
/** A device that moves may have many counted probes within hours. Beyond this number the oldest are forgotten. */
const MAX_REMEMBERED = 32

/** Whether all probes that one of this time could repeat are in `recent`. Others have to be read from the database. */
export const isRemembered = (history: DeviceHistory, at: number): boolean =>
  at - REPEAT_WINDOW_MS >= history.recentSince

/** A probe of one device, as far as it matters here. */
export interface DeviceProbe extends CountedProbe {
  /** False where the position is its site's or too inaccurate to compare. */
  hasOwnPosition: boolean
  /** False where it is excluded from the evidence already. */
  isCountable: boolean
}

export type HistoryFlag = 'moving_too_fast' | 'repeat'

export interface JudgedProbes {
  /** The flag of each probe, or null, in the order of `probes`. */
  flags: (HistoryFlag | null)[]
  history: DeviceHistory
}

/**
 * Compares the probes of one device, in order of time, with its history and with each other. `older` holds counted probes from
 * the database for those that are not remembered.
 */
export function judgeByHistory(
  history: DeviceHistory,
  probes: readonly DeviceProbe[],
  older: readonly CountedProbe[] = [],
): JudgedProbes {
  let { lastPosition } = history
  const series = new CountedSeries([...history.recent, ...older])
  const added: CountedProbe[] = []
  const flags = probes.map((probe): HistoryFlag | null => {
    if (probe.hasOwnPosition && !(lastPosition && probe.at < lastPosition.at)) {
      // A corrected time is exact only to the tolerance.
      const latest = { ...positionOf(probe), at: probe.at + CLOCK_TOLERANCE_MS }
      if (lastPosition && isMovingTooFast(lastPosition, latest)) return 'moving_too_fast'
      lastPosition = positionOf(probe)
    }
    if (!probe.isCountable) return null
    if (isRepeat(probe, series.around(probe))) return 'repeat'
    const counted = { ...positionOf(probe), series: probe.series }
    series.add(counted)
    added.push(counted)
    return null
  })
  const newestAt = Math.max(history.newestAt ?? -Infinity, probes.at(-1)?.at ?? -Infinity)
  return { flags, history: { newestAt, lastPosition, ...remembered(history, added, newestAt) } }
}

/** Counted probes by series, for questions in order of time: what is too old for one question is too old for all later ones. */
class CountedSeries {
  private readonly probes = new Map<string, CountedProbe[]>()

  constructor(counted: CountedProbe[]) {
    for (const probe of counted.sort((a, b) => a.at - b.at)) this.add(probe)
  }

  add(probe: CountedProbe): void {
    const others = this.probes.get(probe.series)
    if (others) others.push(probe)
    else this.probes.set(probe.series, [probe])
  }

  around({ series, at }: CountedProbe): readonly CountedProbe[] {
    const others = this.probes.get(series) ?? []
    while (others.length > 0 && others[0]!.at <= at - REPEAT_WINDOW_MS) others.shift()
    return others
  }
}

const positionOf = ({ at, lat, lng, accuracyM }: TimedPosition): TimedPosition => ({
  at,
  lat,
  lng,
  accuracyM,
})

/** The counted probes of the last hours, and the time after which they are complete. */
function remembered(
  { recent, recentSince }: DeviceHistory,
  added: readonly CountedProbe[],
  newestAt: number,
): Pick<DeviceHistory, 'recent' | 'recentSince'> {
  const since = Math.max(recentSince, newestAt - REMEMBERED_MS)
  const all = [...recent, ...added].filter(({ at }) => at > since).sort((a, b) => b.at - a.at)
  const forgotten = all[MAX_REMEMBERED]
  if (!forgotten) return { recent: all, recentSince: since }
  return { recent: all.filter(({ at }) => at > forgotten.at), recentSince: forgotten.at }
}

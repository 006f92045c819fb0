/** Whether a line carries a platform, for how many people, and which quantity fails. Pure. */
import type { LineFigures, PeriodFigures } from './line-figures.js'
import {
  type CatalogueEvidence,
  type Platform,
  type PlatformCatalogue,
  QUANTITIES,
  type Quantity,
} from './platform.js'

/**
 * - `carries`: in office hours. - `off_peak`: not in office hours, but outside them. - `fails`: it does not carry the platform.
 * - `unknown`: too little was measured in office hours. It is never counted as `fails`.
 */
export const CARRY_STATES = ['carries', 'off_peak', 'fails', 'unknown'] as const
export type CarryState = (typeof CARRY_STATES)[number]

/** The answer for one platform on one line. */
export interface PlatformCarry {
  /** Id of the platform. */
  platform: string
  state: CarryState
  /** People who can work at once in office hours; null where the number does not matter, or the line does not carry it. */
  people: number | null
  /** Quantities that miss the need of one person in office hours. */
  failing: Quantity[]
  /** Quantities that the platform needs and that were measured too little in office hours. */
  unmeasured: Quantity[]
  /** Time that the platform's transfer takes in office hours, seconds; null where there is none, or its speed is not known. */
  transferSeconds: number | null
}

/** The largest number of people that is told; there may be more. */
export const MAX_PEOPLE = 500

/** The answers for each platform of a catalogue on a line, in the order of the catalogue. */
export const carriesOfLine = (
  line: LineFigures,
  { evidence, platforms }: PlatformCatalogue,
): PlatformCarry[] => platforms.map((platform) => carryOf(line, platform, evidence))

export function carryOf(line: LineFigures, platform: Platform, evidence: CatalogueEvidence): PlatformCarry {
  const office = judged(line.office, platform, evidence)
  const isOffPeak = office.state === 'fails' && judged(line.offPeak, platform, evidence).state === 'carries'
  return {
    platform: platform.id,
    ...office,
    state: isOffPeak ? 'off_peak' : office.state,
    people: office.state === 'carries' ? peopleAtOnce(line.office, platform) : null,
    transferSeconds: transferSeconds(line.office, platform, evidence),
  }
}

/** The need of one person: the least speed, and the largest latency and loss. Null where a quantity does not matter. */
export function needOf(platform: Platform): Record<Quantity, number | null> {
  const download = platform.baseDownBps + platform.perPersonDownBps
  const upload = platform.baseUpBps + platform.perPersonUpBps
  return {
    download: download > 0 ? download : null,
    upload: upload > 0 ? upload : null,
    latency: platform.maxLatencyMs,
    loss: platform.maxLossRatio,
  }
}

const isSpeed = (quantity: Quantity): boolean => quantity === 'download' || quantity === 'upload'

/** One quantity that fails decides, whatever was not measured; without one, every quantity that is not optional must be known. */
function judged(
  figures: PeriodFigures,
  platform: Platform,
  evidence: CatalogueEvidence,
): Pick<PlatformCarry, 'failing' | 'unmeasured'> & { state: 'carries' | 'fails' | 'unknown' } {
  const need = needOf(platform)
  const needed = QUANTITIES.filter((quantity) => need[quantity] !== null)
  const unmeasured = needed.filter((quantity) => !isEnough(figures, quantity, evidence))
  const failing = needed.filter((quantity) => {
    if (unmeasured.includes(quantity)) return false
    const { value } = figures[quantity]!
    return isSpeed(quantity) ? value < need[quantity]! : value > need[quantity]!
  })
  const isUndecided = unmeasured.some((quantity) => !evidence.optionalQuantities.includes(quantity))
  return {
    state: failing.length > 0 ? 'fails' : isUndecided ? 'unknown' : 'carries',
    failing,
    unmeasured,
  }
}

function isEnough(
  figures: PeriodFigures,
  quantity: Quantity,
  { minSamples, minDays }: CatalogueEvidence,
): boolean {
  const figure = figures[quantity]
  return figure !== null && figure.samples >= minSamples && figure.days >= minDays
}

/** The line carries the platform for one person at least. */
function peopleAtOnce({ download, upload }: PeriodFigures, platform: Platform): number | null {
  const { perPersonDownBps, perPersonUpBps } = platform
  if (perPersonDownBps === 0 && perPersonUpBps === 0) return null
  const limits = [
    perPersonDownBps > 0 ? (download!.value - platform.baseDownBps) / perPersonDownBps : MAX_PEOPLE,
    perPersonUpBps > 0 ? (upload!.value - platform.baseUpBps) / perPersonUpBps : MAX_PEOPLE,
  ]
  return Math.min(MAX_PEOPLE, Math.floor(Math.min(...limits)))
}

const BITS_PER_BYTE = 8

function transferSeconds(
  figures: PeriodFigures,
  { transfer }: Platform,
  evidence: CatalogueEvidence,
): number | null {
  if (transfer === null || !isEnough(figures, transfer.direction, evidence)) return null
  const { value } = figures[transfer.direction]!
  return value > 0 ? (transfer.bytes * BITS_PER_BYTE) / value : null
}

/** The state of a site: its best line carries for it. Without a line nothing is known. */
export function siteStateOf(states: readonly CarryState[]): CarryState {
  return CARRY_STATES.find((state) => states.includes(state)) ?? 'unknown'
}

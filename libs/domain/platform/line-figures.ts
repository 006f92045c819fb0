/**
 * Figures of a site's line, from its probes: the 20th percentile of speeds, the 80th of latency and loss, so that four
 * measurements of five were at least as good. Never a mean. `libs/store/platforms` computes the same in SQL.
 */
import type { Outcome, Technology } from '../probe/probe.js'
import { type CatalogueEvidence, QUANTITIES, type Quantity } from './platform.js'

export interface QuantityFigure {
  /** Speed in bit/s, latency in ms, or loss from 0 to 1. */
  value: number
  samples: number
  /** Number of local days on which it was measured. */
  days: number
}

/** Figures of one part of the week; null for a quantity that was not measured in it. */
export type PeriodFigures = Record<Quantity, QuantityFigure | null>

/** An operator with a technology at one site. */
export interface LineFigures {
  /** It is null where the probes do not name it. */
  operator: string | null
  technology: Technology | null
  office: PeriodFigures
  offPeak: PeriodFigures
}

/** The part of a probe that a figure needs, with its time in the country. */
export interface LineProbe {
  operator: string | null
  technology: Technology | null
  outcome: Outcome
  downloadBps: number | null
  uploadBps: number | null
  latencyMs: number | null
  lossRatio: number | null
  /** Local day, YYYY-MM-DD. */
  day: string
  /** 1 (Monday) to 7. */
  weekday: number
  /** 0 to 23. */
  hour: number
}

/** The share of measurements that were at least as good as the figure is 1 minus this, for speeds and for the others. */
export const SPEED_PERCENTILE = 0.2
export const DELAY_PERCENTILE = 0.8

const PERCENTILES: Record<Quantity, number> = {
  download: SPEED_PERCENTILE,
  upload: SPEED_PERCENTILE,
  latency: DELAY_PERCENTILE,
  loss: DELAY_PERCENTILE,
}

/** A line without service has speeds of 0; its latency and loss are not known. */
const VALUES: Record<Quantity, (probe: LineProbe) => number | null> = {
  download: ({ outcome, downloadBps }) => (outcome === 'no_service' ? 0 : downloadBps),
  upload: ({ outcome, uploadBps }) => (outcome === 'no_service' ? 0 : uploadBps),
  latency: ({ outcome, latencyMs }) => (outcome === 'no_service' ? null : latencyMs),
  loss: ({ outcome, lossRatio }) => (outcome === 'no_service' ? null : lossRatio),
}

export const isOfficeTime = (
  { weekday, hour }: Pick<LineProbe, 'weekday' | 'hour'>,
  { officeDays, officeHours }: Pick<CatalogueEvidence, 'officeDays' | 'officeHours'>,
): boolean => officeDays.includes(weekday) && hour >= officeHours.from && hour < officeHours.to

/** The figures of each line among the counted probes of a site's window, by operator and technology. */
export function lineFiguresOf(probes: readonly LineProbe[], evidence: CatalogueEvidence): LineFigures[] {
  const lines = new Map<string, LineProbe[]>()
  for (const probe of probes) {
    if (probe.outcome === 'failed') continue
    const key = JSON.stringify([probe.operator, probe.technology])
    lines.set(key, [...(lines.get(key) ?? []), probe])
  }
  return [...lines.values()].map((line) => ({
    operator: line[0]!.operator,
    technology: line[0]!.technology,
    office: periodFigures(line.filter((probe) => isOfficeTime(probe, evidence))),
    offPeak: periodFigures(line.filter((probe) => !isOfficeTime(probe, evidence))),
  }))
}

const periodFigures = (probes: readonly LineProbe[]): PeriodFigures =>
  Object.fromEntries(
    QUANTITIES.map((quantity) => [quantity, quantityFigure(probes, quantity)]),
  ) as PeriodFigures

function quantityFigure(probes: readonly LineProbe[], quantity: Quantity): QuantityFigure | null {
  const measured = probes.filter((probe) => VALUES[quantity](probe) !== null)
  if (measured.length === 0) return null
  const values = measured.map((probe) => VALUES[quantity](probe)!).toSorted((a, b) => a - b)
  return {
    value: percentileOf(values, PERCENTILES[quantity]),
    samples: values.length,
    days: new Set(measured.map(({ day }) => day)).size,
  }
}

/** Interpolates between ranks in the order of operations of PostgreSQL's percentile_cont, so that both give the same digits. */
function percentileOf(ascending: readonly number[], share: number): number {
  const rank = share * (ascending.length - 1)
  const [low, high] = [ascending[Math.floor(rank)]!, ascending[Math.ceil(rank)]!]
  return low + (rank - Math.floor(rank)) * (high - low)
}

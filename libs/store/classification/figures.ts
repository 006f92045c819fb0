/**
 * Counts that one pass over the probes makes for several rules at once. Rules that judge the same samples share a family, and
 * a set of thresholds is counted once, however many rules and steps of their ladders ask for it.
 */
import type { Rule } from '#domain/rule'
import { type Metric, THRESHOLD_STEPS, WHAT_IF_METRICS, thresholdOf } from '#domain/verdict'

/** Columns of `probe` with a figure that a rule may have a threshold for: bit/s, ms, a share of 0..1. */
export type FigureColumn = 'download_bps' | 'upload_bps' | 'latency_ms' | 'loss_ratio'

const COLUMN_OF_METRIC: Record<Metric, FigureColumn> = {
  download: 'download_bps',
  upload: 'upload_bps',
  latency: 'latency_ms',
}

/** Reached at or above the value where more is better (speeds), at or below it where less is. */
export interface Threshold {
  column: FigureColumn
  value: number
}

/** The fields of a rule that decide which samples it judges and what they weigh. */
type FamilyFields = Pick<
  Rule,
  'peakHours' | 'deviceDayCap' | 'deviceCap' | 'halfWeightAfterDays' | 'settleDays'
>

/** The samples of rules that ask for the same figures and hours, and weigh them alike. */
export interface SampleFamily extends FamilyFields {
  /** Prefix of its columns: `s0`, `s1` … */
  name: string
  /** Figures that must have been measured; in a sample without service none is. */
  columns: readonly FigureColumn[]
}

/**
 * A figure of the samples of a family that meet some other thresholds: null for all others. A column of the stage
 * `sample`, with which any value of the last threshold can be compared.
 */
export interface FreeFigure {
  /** `s0_free0`, `s0_free1` … */
  name: string
  family: SampleFamily
  column: FigureColumn
  others: readonly Threshold[]
}

/** The number of samples of a family that pass a set of thresholds: a column of all stages from device-days to networks. */
export interface PassCount {
  /** `s0_pass0`, `s0_pass1` … */
  name: string
  free: FreeFigure
  value: number
  /** Whether these are all thresholds of a rule, whose settled samples, days and devices are counted too. */
  isJudged: boolean
}

/** A step of a rule's ladder, `download_0` to `latency_6`: as many samples pass there as the count says. */
export interface LadderStep {
  name: string
  count: PassCount
}

export interface RuleFigures {
  family: SampleFamily
  /** The count by the rule's own thresholds. */
  passes: PassCount
  ladder: readonly LadderStep[]
}

export interface Figures {
  families: readonly SampleFamily[]
  freeFigures: readonly FreeFigure[]
  counts: readonly PassCount[]
  /** One for each rule, in their order. */
  ofRules: readonly RuleFigures[]
}

/** Finds what a pass has to count for these rules. */
export function figuresOf(rules: readonly Rule[]): Figures {
  const families = new Distinct<SampleFamily>((n) => `s${n}`)
  const freeFigures = new Distinct<FreeFigure>((n) => `free${n}`)
  const counts = new Distinct<PassCount>((n) => `pass${n}`)
  const ofRules = rules.map((rule): RuleFigures => {
    const thresholds = thresholdsOf(rule)
    const family = families.get(keyOfFamily(rule), (name) => familyOf(name, rule))
    const countAt = ({ column, value }: Threshold): PassCount => {
      const others = thresholds.filter((threshold) => threshold.column !== column)
      const free = freeFigures.get(JSON.stringify([family.name, column, others]), (name) => ({
        name: `${family.name}_${name}`,
        family,
        column,
        others,
      }))
      return counts.get(
        JSON.stringify([family.name, ...[...others, { column, value }].map(keyOfThreshold).sort()]),
        (name) => ({
          name: `${family.name}_${name}`,
          free,
          value,
          isJudged: false,
        }),
      )
    }
    const ladder = movableMetricsOf(rule).flatMap((metric) =>
      THRESHOLD_STEPS[metric].map((value, i) => ({
        name: `${metric}_${i}`,
        count: countAt({ column: COLUMN_OF_METRIC[metric], value }),
      })),
    )
    const passes = countAt(thresholds[0]!)
    passes.isJudged = true
    return { family, passes, ladder }
  })
  return { families: families.values, freeFigures: freeFigures.values, counts: counts.values, ofRules }
}

/** Things that are made once for a key, named by their number. */
class Distinct<T> {
  private readonly byKey = new Map<string, T>()

  constructor(private readonly nameOf: (n: number) => string) {}

  get(key: string, make: (name: string) => T): T {
    const made = this.byKey.get(key) ?? make(this.nameOf(this.byKey.size))
    this.byKey.set(key, made)
    return made
  }

  get values(): T[] {
    return [...this.byKey.values()]
  }
}

/** The thresholds that the rule has, the one for downloads first: each rule has that. */
export function thresholdsOf(rule: Rule): Threshold[] {
  const all: [FigureColumn, number | null][] = [
    ['download_bps', rule.minDownloadBps],
    ['upload_bps', rule.minUploadBps],
    ['latency_ms', rule.maxLatencyMs],
    ['loss_ratio', rule.maxLossRatio],
  ]
  return all.flatMap(([column, value]) => (value === null ? [] : [{ column, value }]))
}

/** Columns of the ladder's steps in the stages that judge by one rule. */
export const ladderStepNames = (rule: Rule): string[] =>
  movableMetricsOf(rule).flatMap((metric) => THRESHOLD_STEPS[metric].map((_, i) => `${metric}_${i}`))

const keyOfThreshold = ({ column, value }: Threshold): string => `${column} ${value}`

/** Metrics whose threshold the rule has, and which a question "what if" can therefore move. */
export const movableMetricsOf = (rule: Rule): Metric[] =>
  WHAT_IF_METRICS.filter((metric) => thresholdOf(rule, metric) !== null)

function familyOf(name: string, rule: Rule): SampleFamily {
  const { peakHours, deviceDayCap, deviceCap, halfWeightAfterDays, settleDays } = rule
  const columns = thresholdsOf(rule).map(({ column }) => column)
  return { name, columns, peakHours, deviceDayCap, deviceCap, halfWeightAfterDays, settleDays }
}

const keyOfFamily = (rule: Rule): string => JSON.stringify(familyOf('', rule))

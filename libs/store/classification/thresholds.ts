/** The thresholds of a rule as conditions on a sample, and the steps to which each of them might be moved. */
import type { Rule } from '#domain/rule'
import { type Metric, THRESHOLD_STEPS, WHAT_IF_METRICS, thresholdOf } from '#domain/verdict'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { literal } from './stage.js'

/** Columns of `probe` with a figure that a rule may have a threshold for: bit/s, ms, a share of 0..1. */
type FigureColumn = 'download_bps' | 'upload_bps' | 'latency_ms' | 'loss_ratio'

interface Threshold {
  column: FigureColumn
  /** True, false, or null where the figure was not measured. */
  isReached: Sql
}

/** The thresholds that the rule has; a figure that it does not ask for is not read. */
export function thresholdsOf(rule: Rule): Threshold[] {
  const threshold = (column: FigureColumn, sign: '>=' | '<=', value: number | null): Threshold[] =>
    value === null ? [] : [{ column, isReached: sql`${raw(column)} ${raw(sign)} ${param(value, 'float8')}` }]
  return [
    ...threshold('download_bps', '>=', rule.minDownloadBps),
    ...threshold('upload_bps', '>=', rule.minUploadBps),
    ...threshold('latency_ms', '<=', rule.maxLatencyMs),
    ...threshold('loss_ratio', '<=', rule.maxLossRatio),
  ]
}

export const COLUMN_OF_METRIC: Record<Metric, FigureColumn> = {
  download: 'download_bps',
  upload: 'upload_bps',
  latency: 'latency_ms',
}

/** Metrics whose threshold the rule has, and which a question "what if" can therefore move. */
export const movableMetricsOf = (rule: Rule): Metric[] =>
  WHAT_IF_METRICS.filter((metric) => thresholdOf(rule, metric) !== null)

/** One step of the ladder of a metric: its name is that of a column in the stages from device-days to networks. */
interface LadderStep {
  name: string
  /** Of a sample: it would pass if the metric's threshold were this step and the others as they are. */
  isReached: Sql
}

/** Column of the sample stage: the metric's figure where the sample meets all other thresholds, else null. */
export const freeColumn = (metric: Metric): string => `free_${metric}`

export const ladderStepsOf = (rule: Rule): LadderStep[] =>
  movableMetricsOf(rule).flatMap((metric) =>
    THRESHOLD_STEPS[metric].map((step, i) => ({
      name: `${metric}_${i}`,
      isReached: sql`${raw(freeColumn(metric))} ${raw(metric === 'latency' ? '<=' : '>=')} ${literal(step)}`,
    })),
  )

export const ladderStepNames = (rule: Rule): string[] => ladderStepsOf(rule).map(({ name }) => name)

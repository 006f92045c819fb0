/**
 * Rules: thresholds and requirements on the evidence, as data. A rule that has been used never changes; a change is a new
 * version.
 */
import type { Technology } from '../probe/probe.js'

/** One text in each language of the page. */
export interface Words {
  en: string
  fr: string
  ar: string
}

/** The confidences that a rule may require: those whose normal quantiles are listed below. */
export const CONFIDENCES = [0.5, 0.8, 0.9, 0.95, 0.99] as const
export type Confidence = (typeof CONFIDENCES)[number]

/**
 * The terms on which a rule judges by the roster of operators. The shares are those of devices that report the opposite of what their network
 * does; they bound how much one measurement can say.
 */
export interface RosterTerms {
  /** Share of devices that fail although the network passes (bad Wi-Fi, a dead spot, a stuck program), 0 to 0.5. */
  falseFailure: number
  /** Share of devices that pass although the network fails (carried elsewhere, faulty, dishonest), 0 to 0.5. */
  falsePass: number
}

export interface Rule {
  id: string
  version: number
  title: Words
  /** Source of the thresholds. */
  source: string
  /** Whether no official text fixes the thresholds for Morocco. */
  assumption: boolean
  /** Whether the map opens with this rule. */
  default: boolean
  /** A sample passes at or above this download speed, bit/s. */
  minDownloadBps: number
  /** A sample passes at or above this upload speed, bit/s; null where the rule asks for none. */
  minUploadBps: number | null
  /** A sample passes at or below this latency, ms; null where the rule asks for none. */
  maxLatencyMs: number | null
  /** A sample passes at or below this share of lost packets, 0 to 1; null where the rule asks for none. */
  maxLossRatio: number | null
  /** Share of samples that must pass, 0 to 1. */
  passShare: number
  /** Two-sided confidence of the interval around the share of passes, by which a network is decided. */
  confidence: Confidence
  /** Minimum number of samples, counted by their weight. */
  minSamples: number
  /** Minimum number of devices on the deciding side: that passed, or that failed. */
  minDevices: number
  /** Minimum number of local days (Africa/Casablanca) on the deciding side, so that one bad day never refutes. */
  minDays: number
  /** Minimum number of different local hours of the day. */
  minHours: number
  /** The local hours whose samples count, `from` included and `to` excluded; null if every hour counts. */
  peakHours: { from: number; to: number } | null
  /** All samples of one device on one local day weigh at most as much as this number, so that repeats add nothing. */
  deviceDayCap: number
  /** All samples of one device weigh at most as much as this number, so that a busy device does not outweigh the others. */
  deviceCap: number
  /** Samples of local days longer ago than this weigh half; null where all weigh the same. */
  halfWeightAfterDays: number | null
  /**
   * Hysteresis that needs no earlier run, so that any run can be rebuilt: a network that is decided by its samples of more
   * than `settleDays` ago stays decided while all samples together still say the same at `keepConfidence`.
   */
  settleDays: number
  keepConfidence: Confidence
  /**
   * Difference between the places within one cell: standard deviation of the log odds of passing between its devices.
   * Because of it one device says less about its cell than its many samples say about its own line.
   */
  placeSpread: number
  /**
   * Minimum probability of a class. A less probable class is not stated; one that was stated by the samples of more
   * than `settleDays` ago stays stated down to `keepClassConfidence`.
   */
  classConfidence: number
  keepClassConfidence: number
  /** Whether declared coverage counts as a network where nothing measured contradicts it. */
  declaredCounts: boolean
  /** A planned network counts when it is promised within this number of days after the window; null where it never counts. */
  planningHorizonDays: number | null
  /**
   * Factor by which the confidence in a neighbour's network is multiplied for a cell in the first, second … ring around
   * it (about 1 km each); see inferred.ts.
   */
  inferenceConfidence: readonly number[]
  /** Number of operators from which on a cell is black. */
  blackFrom: number
  /** The technologies whose samples count. A probe that names none counts if `wifi_unknown` is among them. */
  technologies: readonly Technology[]
  /**
   * The terms on which the rule judges by the roster, so that an operator that nobody tried is neither absent nor present. Null: by the
   * operators that were measured alone.
   */
  roster: RosterTerms | null
  /** Length of the window in days for a run that names none. */
  validityDays: number
}

/** The quantile z for which a standard normal value lies within -z and z with this probability. */
const NORMAL_QUANTILES: Record<Confidence, number> = {
  0.5: 0.6744897501960817,
  0.8: 1.2815515655446004,
  0.9: 1.6448536269514722,
  0.95: 1.959963984540054,
  0.99: 2.5758293035489004,
}

/** The two-sided standard normal quantile of a confidence. */
export const normalQuantileOf = (confidence: Confidence): number => NORMAL_QUANTILES[confidence]

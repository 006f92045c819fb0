/** Rules: thresholds and evidence requirements as data. A rule that has been used never changes; a change is a new version. */
import type { Technology } from '../probe/probe.js'

export interface Words {
  en: string
  fr: string
  ar: string
}

/** Those whose normal quantile is known. */
export const CONFIDENCES = [0.5, 0.8, 0.9, 0.95, 0.99] as const
export type Confidence = (typeof CONFIDENCES)[number]

export interface Rule {
  id: string
  version: number
  title: Words
  /** Where the thresholds come from. */
  source: string
  /** True where no official text fixes the thresholds for Morocco. */
  assumption: boolean
  /** The rule the map opens with. */
  default: boolean
  /** A sample passes at or above this, bit/s. */
  minDownloadBps: number
  minUploadBps: number | null
  /** A sample passes at or below this, ms. */
  maxLatencyMs: number | null
  /** A sample passes at or below this share of lost packets, 0..1. */
  maxLossRatio: number | null
  /** Share of samples that must pass, 0..1. */
  passShare: number
  /** Two-sided confidence of the interval around the share that decides a network. */
  confidence: Confidence
  /** Fewest samples, counted by their weight. */
  minSamples: number
  /** Distinct devices on the side that decides: at which it passed, or at which it failed. */
  minDevices: number
  /** Distinct local days (Africa/Casablanca) on the side that decides: one bad day never refutes. */
  minDays: number
  /** Distinct local hours of the day. */
  minHours: number
  /** Only samples of these local hours count, from (included) to (excluded); null counts all. */
  peakHours: { from: number; to: number } | null
  /** All samples of one device on one local day weigh at most so many: repeats add nothing. */
  deviceDayCap: number
  /** All samples of one device weigh at most so many: a loud device does not drown the others. */
  deviceCap: number
  /** Samples of local days longer ago than this weigh half; null: all weigh the same. */
  halfWeightAfterDays: number | null
  /**
   * Hysteresis without memory, so that a run can be rebuilt: a network that its samples of more than `settleDays` ago
   * decide stays so while all samples together still say the same at `keepConfidence`.
   */
  settleDays: number
  keepConfidence: Confidence
  /**
   * How much places within one cell differ: standard deviation of the log-odds of passing between its devices. One device
   * says less of its cell than its many samples say of its own line.
   */
  placeSpread: number
  /**
   * Probability below which a cell's class is not stated; one that the samples of more than `settleDays` ago stated is
   * kept down to `keepClassConfidence`.
   */
  classConfidence: number
  keepClassConfidence: number
  /** Whether declared coverage counts as a network where nothing measured contradicts it. */
  declaredCounts: boolean
  /** A planned network counts when it is promised within so many days after the window; null: never. */
  planningHorizonDays: number | null
  /** How much a neighbour in the first, second … ring of cells (about 1 km each) says of a cell; see inferred.ts. */
  inferenceConfidence: readonly number[]
  /** Distinct operators that make a cell black. */
  blackFrom: number
  /** Samples of other technologies are left out. A probe that names none counts where `wifi_unknown` does. */
  technologies: readonly Technology[]
  /** Length of the window in days when none is given. */
  validityDays: number
}

const TERRESTRIAL: readonly Technology[] = [
  'fibre',
  'cable',
  'vdsl',
  'adsl',
  'fwa',
  '2g',
  '3g',
  '4g',
  '5g',
  'wifi_unknown',
]
const WITH_LEO: readonly Technology[] = [...TERRESTRIAL, 'satellite_leo']

/**
 * 11 passes of 11 would put the lower bound of a 90 % Wilson interval just above 0.8; one more leaves a margin. Three days
 * and three hours keep one bad afternoon from deciding. One device is enough, for most sites have one: what it cannot do
 * is weigh more than 20 full days.
 */
const DEFAULT_EVIDENCE = {
  passShare: 0.8,
  confidence: 0.9,
  maxLossRatio: null,
  minSamples: 12,
  minDevices: 1,
  minDays: 3,
  minHours: 3,
  peakHours: null,
  deviceDayCap: 6,
  deviceCap: 120,
  halfWeightAfterDays: 180,
  settleDays: 14,
  keepConfidence: 0.8,
  placeSpread: 0.65,
  classConfidence: 0.84,
  keepClassConfidence: 0.7,
  inferenceConfidence: [0.96, 0.92],
  declaredCounts: false,
  planningHorizonDays: null,
  blackFrom: 2,
  validityDays: 365,
} as const

/** The EU's guidelines (2013, section 2.5; 2023 alike) count credible plans of the coming three years. */
const EU_HORIZON_DAYS = 3 * 365

const MBPS = 1_000_000

export const SHIPPED_RULES: readonly Rule[] = [
  {
    ...DEFAULT_EVIDENCE,
    id: 'ma-floor',
    version: 2,
    title: {
      en: 'Morocco, national floor (2 Mbit/s)',
      fr: 'Maroc, plancher national (2 Mbit/s)',
      ar: 'المغرب، الحد الأدنى الوطني (2 ميغابت/ث)',
    },
    source:
      'ANRT board, June 2021: at least 2 Mbit/s over the whole territory; colours are a project assumption',
    assumption: true,
    default: true,
    minDownloadBps: 2 * MBPS,
    minUploadBps: null,
    maxLatencyMs: null,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'eu-2013',
    version: 2,
    title: {
      en: 'EU 2013, NGA (30 Mbit/s)',
      fr: 'UE 2013, NGA (30 Mbit/s)',
      ar: 'الاتحاد الأوروبي 2013 (30 ميغابت/ث)',
    },
    source: 'EU Guidelines 2013/C 25/01: networks of at least 30 Mbit/s are counted',
    assumption: true,
    default: false,
    minDownloadBps: 30 * MBPS,
    minUploadBps: null,
    maxLatencyMs: null,
    planningHorizonDays: EU_HORIZON_DAYS,
    technologies: TERRESTRIAL,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'eu-ultrafast',
    version: 2,
    title: {
      en: 'EU 2022, ultrafast at peak (100 Mbit/s)',
      fr: 'UE 2022, ultrarapide en pointe (100 Mbit/s)',
      ar: 'الاتحاد الأوروبي 2022، فائق السرعة في الذروة (100 ميغابت/ث)',
    },
    source:
      'EU Guidelines 2023/C 36/01: at least 100 Mbit/s under peak-time conditions; peak hours 19–23 are a project assumption',
    assumption: true,
    default: false,
    minDownloadBps: 100 * MBPS,
    minUploadBps: null,
    maxLatencyMs: null,
    peakHours: { from: 19, to: 23 },
    planningHorizonDays: EU_HORIZON_DAYS,
    technologies: TERRESTRIAL,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'fcc-unserved',
    version: 2,
    title: {
      en: 'FCC, unserved below 25/3 Mbit/s, 100 ms',
      fr: 'FCC, non desservi sous 25/3 Mbit/s, 100 ms',
      ar: 'FCC، غير مخدوم دون 25/3 ميغابت/ث، 100 م.ث',
    },
    source: 'US BEAD programme: unserved below 25/3 Mbit/s, latency at most 100 ms',
    assumption: true,
    default: false,
    minDownloadBps: 25 * MBPS,
    minUploadBps: 3 * MBPS,
    maxLatencyMs: 100,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'fcc-underserved',
    version: 2,
    title: {
      en: 'FCC, underserved below 100/20 Mbit/s, 100 ms',
      fr: 'FCC, mal desservi sous 100/20 Mbit/s, 100 ms',
      ar: 'FCC، ضعيف الخدمة دون 100/20 ميغابت/ث، 100 م.ث',
    },
    source: 'US BEAD programme: underserved below 100/20 Mbit/s, latency at most 100 ms',
    assumption: true,
    default: false,
    minDownloadBps: 100 * MBPS,
    minUploadBps: 20 * MBPS,
    maxLatencyMs: 100,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'giga-school',
    version: 2,
    title: { en: 'Giga, school (20 Mbit/s)', fr: 'Giga, école (20 Mbit/s)', ar: 'Giga، مدرسة (20 ميغابت/ث)' },
    source: 'ITU/UN targets for 2030: 20 Mbit/s for a school',
    assumption: true,
    default: false,
    minDownloadBps: 20 * MBPS,
    minUploadBps: null,
    maxLatencyMs: null,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'ma-fibre',
    version: 2,
    title: {
      en: 'Morocco, fibre (100 Mbit/s)',
      fr: 'Maroc, fibre (100 Mbit/s)',
      ar: 'المغرب، الألياف البصرية (100 ميغابت/ث)',
    },
    source: 'ANRT board, June 2021: fibre of at least 100 Mbit/s; colours are a project assumption',
    assumption: true,
    default: false,
    minDownloadBps: 100 * MBPS,
    minUploadBps: null,
    maxLatencyMs: null,
    technologies: ['fibre'],
  },
]

/** Two-sided standard normal quantiles. */
const NORMAL_QUANTILES: Record<Confidence, number> = {
  0.5: 0.6744897501960817,
  0.8: 1.2815515655446004,
  0.9: 1.6448536269514722,
  0.95: 1.959963984540054,
  0.99: 2.5758293035489004,
}

export const normalQuantileOf = (confidence: Confidence): number => NORMAL_QUANTILES[confidence]

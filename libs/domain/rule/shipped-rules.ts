/** The rules that are shipped with the project, as data. */
import type { Technology } from '../probe/probe.js'
import { MBIT_BPS } from '../units/units.js'
import type { Rule } from './rule.js'

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
 * 11 passes of 11 put the lower bound of a 90 % Wilson interval just above 0.8; 12 leave a margin. Three days and three
 * hours keep one bad afternoon from deciding. One device is enough, because most sites have only one, but it cannot
 * weigh more than 20 full days.
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
  classConfidence: 0.94,
  keepClassConfidence: 0.9,
  inferenceConfidence: [0.96, 0.92],
  declaredCounts: false,
  planningHorizonDays: null,
  blackFrom: 2,
  roster: { falseFailure: 0.03, falsePass: 0.01 },
  validityDays: 365,
} as const

/** The EU's guidelines (2013, section 2.5, and likewise 2023) count credible plans for the coming three years. */
const EU_HORIZON_DAYS = 3 * 365

/** The rules that come with the project. A shipped rule that has been used never changes: a change is a new version. */
export const SHIPPED_RULES: readonly Rule[] = [
  {
    ...DEFAULT_EVIDENCE,
    id: 'ma-floor',
    version: 3,
    title: {
      en: 'Morocco, national floor (2 Mbit/s)',
      fr: 'Maroc, plancher national (2 Mbit/s)',
      ar: 'المغرب، الحد الأدنى الوطني (2 ميغابت/ث)',
    },
    source:
      'ANRT board, June 2021: at least 2 Mbit/s over the whole territory; colours are a project assumption',
    assumption: true,
    default: true,
    minDownloadBps: 2 * MBIT_BPS,
    minUploadBps: null,
    maxLatencyMs: null,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'eu-2013',
    version: 3,
    title: {
      en: 'EU 2013, NGA (30 Mbit/s)',
      fr: 'UE 2013, NGA (30 Mbit/s)',
      ar: 'الاتحاد الأوروبي 2013 (30 ميغابت/ث)',
    },
    source: 'EU Guidelines 2013/C 25/01: networks of at least 30 Mbit/s are counted',
    assumption: true,
    default: false,
    minDownloadBps: 30 * MBIT_BPS,
    minUploadBps: null,
    maxLatencyMs: null,
    planningHorizonDays: EU_HORIZON_DAYS,
    technologies: TERRESTRIAL,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'eu-ultrafast',
    version: 3,
    title: {
      en: 'EU 2022, ultrafast at peak (100 Mbit/s)',
      fr: 'UE 2022, ultrarapide en pointe (100 Mbit/s)',
      ar: 'الاتحاد الأوروبي 2022، فائق السرعة في الذروة (100 ميغابت/ث)',
    },
    source:
      'EU Guidelines 2023/C 36/01: at least 100 Mbit/s under peak-time conditions; peak hours 19–23 are a project assumption',
    assumption: true,
    default: false,
    minDownloadBps: 100 * MBIT_BPS,
    minUploadBps: null,
    maxLatencyMs: null,
    peakHours: { from: 19, to: 23 },
    planningHorizonDays: EU_HORIZON_DAYS,
    technologies: TERRESTRIAL,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'fcc-unserved',
    version: 3,
    title: {
      en: 'FCC, unserved below 25/3 Mbit/s, 100 ms',
      fr: 'FCC, non desservi sous 25/3 Mbit/s, 100 ms',
      ar: 'FCC، غير مخدوم دون 25/3 ميغابت/ث، 100 م.ث',
    },
    source: 'US BEAD programme: unserved below 25/3 Mbit/s, latency at most 100 ms',
    assumption: true,
    default: false,
    minDownloadBps: 25 * MBIT_BPS,
    minUploadBps: 3 * MBIT_BPS,
    maxLatencyMs: 100,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'fcc-underserved',
    version: 3,
    title: {
      en: 'FCC, underserved below 100/20 Mbit/s, 100 ms',
      fr: 'FCC, mal desservi sous 100/20 Mbit/s, 100 ms',
      ar: 'FCC، ضعيف الخدمة دون 100/20 ميغابت/ث، 100 م.ث',
    },
    source: 'US BEAD programme: underserved below 100/20 Mbit/s, latency at most 100 ms',
    assumption: true,
    default: false,
    minDownloadBps: 100 * MBIT_BPS,
    minUploadBps: 20 * MBIT_BPS,
    maxLatencyMs: 100,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'giga-school',
    version: 3,
    title: { en: 'Giga, school (20 Mbit/s)', fr: 'Giga, école (20 Mbit/s)', ar: 'Giga، مدرسة (20 ميغابت/ث)' },
    source: 'ITU/UN targets for 2030: 20 Mbit/s for a school',
    assumption: true,
    default: false,
    minDownloadBps: 20 * MBIT_BPS,
    minUploadBps: null,
    maxLatencyMs: null,
    technologies: WITH_LEO,
  },
  {
    ...DEFAULT_EVIDENCE,
    id: 'ma-fibre',
    version: 3,
    title: {
      en: 'Morocco, fibre (100 Mbit/s)',
      fr: 'Maroc, fibre (100 Mbit/s)',
      ar: 'المغرب، الألياف البصرية (100 ميغابت/ث)',
    },
    source: 'ANRT board, June 2021: fibre of at least 100 Mbit/s; colours are a project assumption',
    assumption: true,
    default: false,
    minDownloadBps: 100 * MBIT_BPS,
    minUploadBps: null,
    maxLatencyMs: null,
    technologies: ['fibre'],
  },
]

/** The rule with which the map opens. */
export const DEFAULT_RULE: Rule = SHIPPED_RULES.find((rule) => rule.default)!

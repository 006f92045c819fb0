/**
 * Platforms and classes of applications, with what each needs of a line. Needs are data with a source; a catalogue that was
 * used never changes, a change is a new version.
 */
import type { Words } from '../rule/rule.js'

/** The quantities by which a line is judged. */
export const QUANTITIES = ['download', 'upload', 'latency', 'loss'] as const
export type Quantity = (typeof QUANTITIES)[number]

/**
 * The degree to which a figure was checked: read in the source itself, read on a page that quotes it, not checked, or a proposal of this
 * project, which no source states.
 */
export const VERIFICATIONS = ['source', 'quoted', 'unchecked', 'proposal'] as const
export type Verification = (typeof VERIFICATIONS)[number]

/** `platform` is a service by its name, `class` a kind of application that many services belong to. */
export const PLATFORM_KINDS = ['platform', 'class'] as const
export type PlatformKind = (typeof PLATFORM_KINDS)[number]

/** Something that people send or open, whose time they know: a scanned act, a page. */
export interface Transfer {
  title: Words
  bytes: number
  direction: 'download' | 'upload'
}

/** A platform and its need: speeds `base + perPerson × people at once`, and limits of delay and loss. */
export interface Platform {
  id: string
  kind: PlatformKind
  title: Words
  /** Speeds that it needs however many people work, bit/s. */
  baseDownBps: number
  baseUpBps: number
  /** Speeds that each person at work adds, bit/s; both are 0 where the number of people does not matter. */
  perPersonDownBps: number
  perPersonUpBps: number
  /** The longest round trip, ms; null where it does not matter. */
  maxLatencyMs: number | null
  /** The largest share of lost packets, 0 to 1; null where it does not matter. */
  maxLossRatio: number | null
  transfer: Transfer | null
  /** Source of the figures. */
  source: string
  /** The weakest verification of the figures. */
  verification: Verification
}

/** The measurements that count, and the number that is needed. */
export interface CatalogueEvidence {
  /** Measurements older than this do not count, days. */
  windowDays: number
  /** Days of the week on which offices work, 1 (Monday) to 7. */
  officeDays: number[]
  /** Local hours in which offices work, `from` included and `to` excluded. */
  officeHours: { from: number; to: number }
  /** Least number of measurements of a quantity in office hours, and outside them. */
  minSamples: number
  /** Least number of different local days of these measurements. */
  minDays: number
  /** Quantities that are judged where they were measured, and do not keep a line from being judged where they were not. */
  optionalQuantities: Quantity[]
  source: string
  verification: Verification
}

export interface PlatformCatalogue {
  evidence: CatalogueEvidence
  platforms: Platform[]
}

export const MAX_PLATFORMS = 60

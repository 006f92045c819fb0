/** The programme counts against these: targets, the platforms that a line must carry, and when a device is silent. Data with sources. */
import type { SiteType } from '../place/site.js'
import type { Verification } from '../platform/platform.js'
import type { Technology } from '../probe/probe.js'
import type { Words } from '../rule/rule.js'

/**
 * The steps that a site takes: `listed` is known to the programme; `surveyed`, `contracted` and `installed` are reported of its main line;
 * `measured` is measured now, and `carries` carries all required platforms.
 */
export const FUNNEL_STEPS = ['listed', 'surveyed', 'contracted', 'installed', 'measured', 'carries'] as const
export type FunnelStep = (typeof FUNNEL_STEPS)[number]

/** A number of sites that are to reach a step. */
export interface ProgrammeTarget {
  id: string
  title: Words
  /** The denominator. */
  sites: number
  step: FunnelStep
  /** The types of the sites that count; null for all. */
  types: SiteType[] | null
  /** The technologies of the main lines of the sites that count; null for all. */
  technologies: Technology[] | null
  /** Year in which it is due; null where none is named. */
  year: number | null
  source: string
  verification: Verification
}

/** Days and shares by which devices are followed up. */
export interface FollowUp {
  /** A site is live for so many days after its last measurement. */
  liveDays: number
  /** It is dropped after so many days; between the two it is at risk. */
  droppedDays: number
  /** Days in which a site must have measured to count as reporting. */
  reportingDays: number
  /** Below this share of reporting sites an area is followed up, 0 to 1. */
  followUpShare: number
  /** Below this share it is escalated. */
  escalateShare: number
  source: string
  verification: Verification
}

export interface ProgrammeSettings {
  targets: ProgrammeTarget[]
  /** Ids of the platforms of the catalogue that a line must carry. */
  requiredPlatforms: string[]
  followUp: FollowUp
}

export const MAX_TARGETS = 30

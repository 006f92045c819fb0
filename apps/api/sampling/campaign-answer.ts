/** The answer of a campaign, from which its files are written. */
import type { Campaign, CampaignPlace } from '#domain/campaign'
import type { Technology } from '#domain/probe'
import type { Rule } from '#domain/rule'
import type { AreaRow } from '#store/areas'
import type { RunRow } from '#store/runs'
import type { PartialPlace } from '#store/verdicts'

/** A place to visit, with the tests that would decide its class. */
export interface CampaignStop extends CampaignPlace, Omit<PartialPlace, 'networks' | 'cell'> {
  /** Its rank among all places of the area; the stops are in the order of the route. */
  rank: number
}

/** The terms on which a test counts under the rule; tests beyond them add nothing. */
export interface CountingTerms {
  technologies: readonly Technology[]
  /** The local hours whose tests count, `to` excluded; null if every hour counts. */
  hours: Rule['peakHours']
  /** Number of different local hours, days and tests that a network needs at least. */
  minHours: number
  minDays: number
  minSamples: number
  /** Number of tests of one device that count on one day, and altogether. */
  perDeviceDay: number
  perDevice: number
  /** A test counts for so many days. */
  validityDays: number
}

export interface CampaignAnswer extends Omit<Campaign<CampaignStop>, 'stops'> {
  run: number
  rule: string
  ruleVersion: number
  area: Pick<AreaRow, 'code' | 'nameFr' | 'nameAr'>
  stops: CampaignStop[]
  /** Whether the area has more such places than are looked at. */
  isCut: boolean
  counting: CountingTerms
  simulated: boolean
}

/** A campaign with what its files say of it. */
export interface CampaignSheet {
  answer: CampaignAnswer
  run: RunRow
  rule: Rule
}

export const countingTermsOf = (rule: Rule): CountingTerms => ({
  technologies: rule.technologies,
  hours: rule.peakHours,
  minHours: rule.minHours,
  minDays: rule.minDays,
  minSamples: rule.minSamples,
  perDeviceDay: rule.deviceDayCap,
  perDevice: rule.deviceCap,
  validityDays: rule.validityDays,
})

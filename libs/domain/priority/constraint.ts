/** The conditions on regions that a choice of zones has to meet. Pure. */
import type { Candidate } from './candidate.js'

export interface Constraints {
  /** Serves at least one zone in each region that has candidates. */
  oneZonePerRegion: boolean
  /** The smallest share of each region's whole benefit that must be brought to it, 0 to 1. */
  regionShare: number
}

export const hasConstraints = ({ oneZonePerRegion, regionShare }: Constraints): boolean =>
  oneZonePerRegion || regionShare > 0

/** Code of the region; the empty text for a zone outside all regions. */
export const regionOf = ({ zone }: Candidate): string => zone.regionCode ?? ''

/** The whole benefit of each region: what the best options of all its candidates would bring. */
export function maxBenefitByRegion(candidates: Iterable<Candidate>): Map<string, number> {
  const benefits = new Map<string, number>()
  for (const { zone, options } of candidates)
    if (zone.regionCode)
      benefits.set(zone.regionCode, (benefits.get(zone.regionCode) ?? 0) + options.at(-1)!.benefit)
  return benefits
}

/** The candidate of each region whose cheapest option costs the least; the first one where several cost the same. */
export function cheapestByRegion(candidates: Iterable<Candidate>): Map<string, Candidate> {
  const cheapest = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const { regionCode } = candidate.zone
    if (!regionCode) continue
    const soFar = cheapest.get(regionCode)
    if (!soFar || candidate.options[0]!.cost < soFar.options[0]!.cost) cheapest.set(regionCode, candidate)
  }
  return cheapest
}

/** A campaign of measuring: the places that are worth a visit, ranked, and a route through them. Pure. */
import type { GeoPoint } from '../probe/plausibility.js'
import { routeLengthM, routeOf } from '../verdict/index.js'
import type { TestPlan } from './deciding-tests.js'

/** A place with the tests that would decide its class. */
export interface CampaignPlace extends GeoPoint, TestPlan {
  /** People of its localities. */
  population: number
  /** Dirhams of the plan that depend on the class here; null where no item of the plan with a cost covers the place. */
  atStakeMad: number | null
}

/** `people`: those whose class would be decided, by expectation. `money`: the dirhams of the plan, then the people. */
export const CAMPAIGN_ORDERS = ['people', 'money'] as const
export type CampaignOrder = (typeof CAMPAIGN_ORDERS)[number]

export interface Campaign<T extends CampaignPlace> {
  /** The places to visit, in the order of the route, which begins at the place that ranks first. */
  stops: (T & { rank: number })[]
  /** Places without a test that a visit could make. */
  undecidable: number
  /** Places that rank too low for the number of stops. */
  left: number
  lengthM: number
  /** Tests of all stops, and those of each operator, whose SIM the team must bring; by descending number. */
  samples: number
  operators: { operator: string; stops: number; samples: number }[]
}

/** A campaign of at most `maxStops` stops. The order of places of equal rank is kept. */
export function campaignOf<T extends CampaignPlace>(
  places: readonly T[],
  { order, maxStops }: { order: CampaignOrder; maxStops: number },
): Campaign<T> {
  const decidable = places.filter(({ tests }) => tests.length > 0)
  const ranked = decidable
    .toSorted((a, b) => valueOf(b, order) - valueOf(a, order) || peopleDecided(b) - peopleDecided(a))
    .map((place, i) => ({ ...place, rank: i + 1 }))
  const stops = routeOf(ranked.slice(0, maxStops))
  return {
    stops,
    undecidable: places.length - decidable.length,
    left: Math.max(0, ranked.length - maxStops),
    lengthM: routeLengthM(stops),
    samples: stops.reduce((sum, { tests }) => sum + tests.reduce((all, { samples }) => all + samples, 0), 0),
    operators: operatorsOf(stops),
  }
}

const valueOf = (place: CampaignPlace, order: CampaignOrder): number =>
  order === 'people' ? peopleDecided(place) : (place.atStakeMad ?? 0) * place.decides

const peopleDecided = ({ population, decides }: CampaignPlace): number => population * decides

function operatorsOf(stops: readonly CampaignPlace[]): Campaign<CampaignPlace>['operators'] {
  const byOperator = new Map<string, { stops: number; samples: number }>()
  for (const { tests } of stops) {
    for (const operator of new Set(tests.map((test) => test.operator))) {
      const total = byOperator.get(operator) ?? { stops: 0, samples: 0 }
      const own = tests.filter((test) => test.operator === operator)
      total.stops++
      total.samples += own.reduce((sum, { samples }) => sum + samples, 0)
      byOperator.set(operator, total)
    }
  }
  return [...byOperator]
    .map(([operator, total]) => ({ operator, ...total }))
    .sort((a, b) => b.samples - a.samples || (a.operator < b.operator ? -1 : 1))
}

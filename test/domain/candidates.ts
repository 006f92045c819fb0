/** Small instances of the budget program, and their best answer by trying everything. */
import {
  type Candidate,
  type Constraints,
  type ServiceOption,
  type ZoneFactors,
  DEPLOYABLE_TECHNOLOGIES,
} from '#domain/priority'
import fc from 'fast-check'

export const zoneOf = (n: number): ZoneFactors => ({
  id: `1-${String(n).padStart(4, '0')}`,
  class: 'white',
  communeCode: null,
  provinceCode: null,
  regionCode: ['01', '02', '03'][n % 3]!,
  cellCount: 1,
  people: 0,
  localities: 0,
  localitiesUncounted: 0,
  schools: 0,
  healthCentres: 0,
  administrations: 0,
  otherSites: 0,
  fibreKm: null,
})

/** Options of increasing cost and benefit. */
const options = fc
  .array(fc.record({ cost: fc.integer({ min: 0, max: 15 }), benefit: fc.integer({ min: 1, max: 20 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((steps) => {
    let [cost, benefit] = [0, 0]
    return steps.map((step, i) => {
      cost += step.cost + Number(i > 0)
      benefit += step.benefit
      return { technology: DEPLOYABLE_TECHNOLOGIES[i]!, cost, benefit }
    })
  })

export const candidates = (most: number): fc.Arbitrary<Candidate[]> =>
  fc
    .array(options, { minLength: 1, maxLength: most })
    .map((all) => all.map((some, n) => ({ zone: zoneOf(n), options: some })))

export const FREE: Constraints = { oneZonePerRegion: false, regionShare: 0 }

type Given = readonly (Pick<ServiceOption, 'cost' | 'benefit'> | null)[]

/** The benefit of the best answer within the budget that satisfies the condition; -1 where none does. */
export function bestByHand(
  some: readonly Candidate[],
  budget: number,
  holds: (given: Given) => boolean = () => true,
): number {
  let best = -1
  const go = (i: number, left: number, benefit: number, given: Given): void => {
    if (left < 0) return
    if (i === some.length) {
      if (holds(given)) best = Math.max(best, benefit)
      return
    }
    go(i + 1, left, benefit, [...given, null])
    for (const option of some[i]!.options)
      go(i + 1, left - option.cost, benefit + option.benefit, [...given, option])
  }
  go(0, budget, 0, [])
  return best
}

/** Whether an answer meets the conditions on regions. */
export function meetsConditions(
  some: readonly Candidate[],
  given: readonly ({ benefit: number } | null)[],
  { oneZonePerRegion, regionShare }: Constraints,
): boolean {
  return [...new Set(some.map(({ zone }) => zone.regionCode))].every((region) => {
    const own = some.flatMap(({ zone }, i) => (zone.regionCode === region ? [i] : []))
    const served = own.filter((i) => given[i])
    const won = served.reduce((sum, i) => sum + given[i]!.benefit, 0)
    const whole = own.reduce((sum, i) => sum + some[i]!.options.at(-1)!.benefit, 0)
    return (!oneZonePerRegion || served.length > 0) && won >= regionShare * whole - 1e-9 * Math.max(1, whole)
  })
}

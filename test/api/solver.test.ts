/** The programme solved in its thread, against trying everything on small instances. */
import {
  type Candidate,
  type Constraints,
  boundOf,
  greedyOf,
  programmeOf,
  stepsByYield,
  totalBenefit,
  totalCost,
} from '#domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SolveRequest, solve } from '../../apps/api/priorities/solver.js'
import { bestByHand, candidates } from '../domain/candidates.js'

const never = new AbortController().signal
const FREE: Constraints = { oneZonePerRegion: false, regionShare: 0 }

/** Benefit and cost of the answers for some budgets; null where there is none. */
async function solved(
  some: readonly Candidate[],
  budgets: number[],
  constraints: Constraints,
  more: Partial<SolveRequest> = {},
) {
  const programme = programmeOf(some, budgets[0]!, constraints)
  const answers = await solve({ programme, budgets, start: null, seconds: 20, signal: never, ...more })
  return answers.map(({ taken, status, bound }) => {
    const options = taken?.map((column) => programme.columns[column]!)
    if (options) expect(new Set(options.map(({ candidate }) => candidate)).size).toBe(options.length)
    return options
      ? {
          status,
          bound,
          benefit: totalBenefit(options.map(({ option }) => option)),
          cost: totalCost(options.map(({ option }) => option)),
        }
      : null
  })
}

const constraints = fc.constantFrom<Constraints>(
  FREE,
  { oneZonePerRegion: true, regionShare: 0 },
  { oneZonePerRegion: false, regionShare: 0.4 },
  { oneZonePerRegion: true, regionShare: 0.7 },
)

test('it finds the best of all choices, for a budget and a larger one, or says that there is none', async () => {
  let none = 0
  await fc.assert(
    fc.asyncProperty(candidates(6), fc.nat({ max: 60 }), constraints, async (some, budget, conditions) => {
      const regions = [...new Set(some.map(({ zone }) => zone.regionCode))]
      const meets = (given: readonly ({ benefit: number } | null)[]) =>
        regions.every((region) => {
          const own = some.flatMap(({ zone }, i) => (zone.regionCode === region ? [i] : []))
          const served = own.filter((i) => given[i])
          const won = served.reduce((sum, i) => sum + given[i]!.benefit, 0)
          const whole = own.reduce((sum, i) => sum + some[i]!.options.at(-1)!.benefit, 0)
          return (
            (!conditions.oneZonePerRegion || served.length > 0) &&
            won >= conditions.regionShare * whole - 1e-9
          )
        })
      const budgets = [budget, budget + 10]
      const best = budgets.map((most) => bestByHand(some, most, meets))
      const found = await solved(some, budgets, conditions)
      if (best[0] === -1) {
        none++
        expect(found).toEqual([null])
        return
      }
      found.forEach((answer, i) => {
        expect(answer!.status).toBe('optimal')
        expect(answer!.benefit).toBe(best[i])
        expect(answer!.cost).toBeLessThanOrEqual(budgets[i]!)
        expect(answer!.bound).toBeGreaterThanOrEqual(best[i]! - 1e-6)
      })
    }),
    { numRuns: 40 },
  )
  expect(none).toBeGreaterThan(0)
})

/** As many as a country has, in dirhams. */
function many(count: number): Candidate[] {
  return Array.from({ length: count }, (_, n) => {
    const draw = (salt: number) => ((n * 7919 + salt * 104_729) % 9_973) / 9_973
    const people = Math.round(20 + 4_000 * draw(1) ** 3)
    const [near, far] = [Math.round(60_000 + 90_000 * draw(2)), Math.round(900_000 + 9_000_000 * draw(3))]
    return {
      zone: { ...zoneAt(n), regionCode: String(1 + (n % 12)).padStart(2, '0') },
      options: [
        { technology: 'satellite_leo' as const, cost: near, benefit: people * 0.3 },
        { technology: '4g' as const, cost: 1_800_000, benefit: people * 0.8 },
        { technology: 'fibre' as const, cost: 1_800_001 + far, benefit: people },
      ],
    }
  })
}

const zoneAt = (n: number) => ({ ...fc.sample(candidates(1), 1)[0]![0]!.zone, id: `1-${n}` })

test('of two thousand zones it finds no less than the greedy answer, within the budget and below the bound', async () => {
  const some = many(2_000)
  const budget = 300_000_000
  const steps = stepsByYield(some)
  const greedy = totalBenefit(greedyOf(steps, budget))
  for (const conditions of [FREE, { oneZonePerRegion: true, regionShare: 0.02 }]) {
    const [answer, more] = await solved(some, [budget, budget + 1e6], conditions)
    expect(answer!.cost).toBeLessThanOrEqual(budget)
    expect(more!.benefit).toBeGreaterThanOrEqual(answer!.benefit - 1e-6)
    expect(answer!.benefit).toBeLessThanOrEqual(boundOf(steps, budget) * (1 + 1e-9))
    if (conditions === FREE) expect(answer!.benefit).toBeGreaterThanOrEqual(greedy * (1 - 1e-6))
  }
})

test('it ends at once when nobody waits any more', async () => {
  const programme = programmeOf(many(2_000), 3e8, { oneZonePerRegion: true, regionShare: 0.05 })
  const abort = new AbortController()
  const began = Date.now()
  const work = solve({ programme, budgets: [3e8], start: null, seconds: 60, signal: abort.signal })
  setTimeout(() => abort.abort(new Error('the caller went away')), 150)
  await expect(work).rejects.toThrow('the caller went away')
  expect(Date.now() - began).toBeLessThan(5_000)
})

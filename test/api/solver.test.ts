/** The program solved in its thread, against trying everything on small instances. */
import {
  type Candidate,
  type Constraints,
  greedyOf,
  integerProgramOf,
  relaxationOf,
  stepsByYield,
  totalBenefit,
  totalCost,
} from '#domain/priority'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Allocation, allocationOf } from '../../apps/api/priorities/allocation.js'
import { type SolveRequest, solve } from '../../apps/api/priorities/solver.js'
import { FREE, bestByHand, candidates, meetsConditions } from '../domain/candidates.js'

const never = new AbortController().signal

/** Benefit and cost of the answers for some budgets; null where there is none. */
async function solved(
  some: readonly Candidate[],
  budgets: number[],
  constraints: Constraints,
  more: Partial<SolveRequest> = {},
) {
  const program = integerProgramOf({ open: [...some], fixed: [] }, budgets[0]!, constraints, some)
  const answers = await solve({ program, budgets, start: null, seconds: 20, signal: never, ...more })
  return answers.map(({ chosenColumns, status, bound }) => {
    const options = chosenColumns?.map((column) => program.columns[column]!)
    if (options)
      expect(new Set(options.map(({ candidateIndex }) => candidateIndex)).size).toBe(options.length)
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
      const meets = (given: readonly ({ benefit: number } | null)[]) =>
        meetsConditions(some, given, conditions)
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
    expect(answer!.benefit).toBeLessThanOrEqual(relaxationOf(steps, budget, FREE).upperBound * (1 + 1e-9))
    if (conditions === FREE) expect(answer!.benefit).toBeGreaterThanOrEqual(greedy * (1 - 1e-6))
  }
})

test('given only a part, the answer meets the conditions, is never better than the best, and a proof is one', async () => {
  const seen = { impossible: 0, not_found: 0, found: 0, best: 0 }
  await fc.assert(
    fc.asyncProperty(
      candidates(8),
      fc.nat({ max: 70 }),
      constraints,
      fc.integer({ min: 1, max: 4 }),
      async (some, budget, conditions, most) => {
        const best = bestByHand(some, budget, (given) => meetsConditions(some, given, conditions))
        const answer = await allocationOf(some, {
          budget,
          constraints: conditions,
          maxCandidates: most,
          signal: never,
        })
        if ('reason' in answer) {
          seen[answer.reason]++
          if (answer.reason === 'impossible') expect(best).toBe(-1)
          return
        }
        const given = some.map(({ zone }) => answer.choices.find(({ id }) => id === zone.id) ?? null)
        expect(meetsConditions(some, given, conditions)).toBe(true)
        expect(answer.cost).toBeLessThanOrEqual(budget)
        expect(answer.benefit).toBeLessThanOrEqual(best)
        expect(answer.bound).toBeGreaterThanOrEqual(best - 1e-6)
        seen.found++
        seen.best += Number(answer.benefit === best)
      },
    ),
    { numRuns: 40 },
  )
  expect(seen.impossible).toBeGreaterThan(0)
  expect(seen.best).toBeGreaterThan(seen.found / 2)
})

test('a core of 700 zones of 1,200 is as good as all of them, close to the least that the conditions cost', async () => {
  const conditions = { oneZonePerRegion: true, regionShare: 0.6 }
  const some = many(1_200)
  const { minCost: least } = relaxationOf(stepsByYield(some), 0, conditions)
  const budget = Math.ceil(least * 1.02)
  const [core, whole] = [
    await allocationOf(some, { budget, constraints: conditions, maxCandidates: 700, signal: never }),
    await allocationOf(some, { budget, constraints: conditions, maxCandidates: 1_200, signal: never }),
  ] as [Allocation, Allocation]
  expect(core.notConsidered).toBe(500)
  expect(core.benefit).toBeGreaterThanOrEqual(whole.benefit * (1 - 3e-4))
  expect(core.bound).toBeGreaterThanOrEqual(whole.benefit)
  const given = some.map(({ zone }) => core.choices.find(({ id }) => id === zone.id) ?? null)
  expect(meetsConditions(some, given, conditions)).toBe(true)
})

test('it ends at once when nobody waits any more', async () => {
  const some = many(2_000)
  const conditions = { oneZonePerRegion: true, regionShare: 0.05 }
  const program = integerProgramOf({ open: some, fixed: [] }, 3e8, conditions, some)
  const abort = new AbortController()
  const began = Date.now()
  const work = solve({ program, budgets: [3e8], start: null, seconds: 60, signal: abort.signal })
  setTimeout(() => abort.abort(new Error('the caller went away')), 150)
  await expect(work).rejects.toThrow('the caller went away')
  expect(Date.now() - began).toBeLessThan(5_000)
})

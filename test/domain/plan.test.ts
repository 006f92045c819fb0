import {
  MIN_MEASURED_SHARE,
  PLAN_STATES,
  type PlanEvidence,
  type PlanFields,
  type PlanMonthCount,
  burnDown,
  monthAfter,
  changedPlanFields,
  planRejections,
  planStateOf,
  planStepOf,
} from '#domain/plan'
import { type NetworkState } from '#domain/verdict'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const TODAY = '2026-11-26'
const day = fc.option(
  fc
    .integer({ min: -400, max: 400 })
    .map((n) => new Date(Date.UTC(2026, 10, 26 + n)).toISOString().slice(0, 10)),
)
const dates = fc.record({ awardedOn: day, startedOn: day, promisedBy: day, inServiceOn: day })
const evidence: fc.Arbitrary<PlanEvidence> = fc
  .record({
    state: fc.constantFrom<NetworkState[]>('present', 'refuted', 'absent', 'declared', 'planned', 'unknown'),
    cells: fc.integer({ min: 1, max: 9 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ state, cells, share }) => ({ state, cells, cellsMeasured: Math.ceil(share * cells) }))
const someEvidence = fc.option(evidence)

test('an item is verified or contradicted only by measurements since its day of service', () => {
  const seen = new Set<string>()
  const property = fc.property(dates, someEvidence, (item, measured) => {
    const state = planStateOf(item, measured, TODAY)
    seen.add(state)
    const isServed = item.inServiceOn !== null && item.inServiceOn <= TODAY
    const isEnough = measured !== null && measured.cellsMeasured / measured.cells >= MIN_MEASURED_SHARE
    expect(state === 'verified').toBe(isServed && measured?.state === 'present' && isEnough)
    expect(state === 'contradicted').toBe(
      isServed && (measured?.state === 'refuted' || measured?.state === 'absent'),
    )
    // Without measurements the reported step stands, unless the item is late.
    const reportedState = planStateOf(item, null, TODAY)
    const step = planStepOf(item, TODAY)
    const isBroken = step !== 'in_service' && item.promisedBy !== null && item.promisedBy < TODAY
    expect(reportedState).toBe(isBroken ? 'late' : step)
    if (!isServed) expect(state).toBe(reportedState)
  })
  fc.assert(property, { numRuns: 2_000, seed: 20261126 })
  expect([...seen].sort()).toEqual([...PLAN_STATES].sort())
})

test('on a later day the step never goes back, and only being in service ends being late', () => {
  const later = fc.integer({ min: 0, max: 500 })
  const order = ['planned', 'awarded', 'works', 'in_service']
  fc.assert(
    fc.property(dates, later, (item, days) => {
      const then = new Date(Date.parse(TODAY) + days * 86_400_000).toISOString().slice(0, 10)
      expect(order.indexOf(planStepOf(item, then))).toBeGreaterThanOrEqual(
        order.indexOf(planStepOf(item, TODAY)),
      )
      if (planStateOf(item, null, TODAY) === 'late')
        expect(['late', 'in_service']).toContain(planStateOf(item, null, then))
    }),
  )
})

test('an item is not late on the promised day, but on the day after', () => {
  const item = { awardedOn: null, startedOn: null, promisedBy: TODAY, inServiceOn: null }
  expect(planStateOf(item, null, TODAY)).toBe('planned')
  expect(planStateOf(item, null, '2026-11-27')).toBe('late')
})

const FULL: PlanFields = {
  nameFr: 'Douar',
  nameAr: null,
  areaCode: null,
  operator: 'iam',
  technology: '4g',
  targetBps: null,
  awardedOn: '2025-01-01',
  startedOn: '2025-02-01',
  promisedBy: '2027-01-01',
  inServiceOn: '2026-01-01',
}

test('each rejection names its field', () => {
  const fields = (change: Partial<PlanFields>) =>
    planRejections({ ...FULL, ...change }, TODAY).map((f) => f.field)
  expect(fields({})).toEqual([])
  expect(fields({ nameFr: '' })).toEqual(['nameFr'])
  expect(fields({ operator: null, technology: null })).toEqual(['operator', 'technology'])
  expect(fields({ operator: null, technology: null, inServiceOn: null })).toEqual([])
  expect(fields({ inServiceOn: '2026-11-27' })).toEqual(['inServiceOn'])
  expect(fields({ inServiceOn: '2025-01-31' })).toEqual(['inServiceOn'])
  expect(changedPlanFields(FULL, { ...FULL, targetBps: 2e6, nameAr: 'دوار' })).toEqual([
    'nameAr',
    'targetBps',
  ])
})

test('the burn-down has every month once, never decreases, and reports nothing but promises for the future', () => {
  const count: fc.Arbitrary<PlanMonthCount> = fc.record({
    kind: fc.constantFrom('promised', 'inService', 'verified', 'contradicted'),
    month: fc
      .integer({ min: 0, max: 60 })
      .map((n) => `${2024 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`),
    count: fc.integer({ min: 1, max: 50 }),
  })
  fc.assert(
    fc.property(fc.array(count, { maxLength: 30 }), (counts) => {
      const series = burnDown(counts, '2026-11')
      expect(series.length > 0).toBe(counts.length > 0)
      if (counts.length === 0) return
      for (const [i, row] of series.entries()) {
        const sum = (kind: string) =>
          counts.filter((c) => c.kind === kind && c.month <= row.month).reduce((all, c) => all + c.count, 0)
        expect(row.promised).toBe(sum('promised'))
        expect(row.verified).toBe(row.month > '2026-11' ? null : sum('verified'))
        if (i > 0) expect(row.month).toBe(monthAfter(series[i - 1]!.month))
      }
      expect(series.at(-1)!.month >= '2026-11').toBe(true)
    }),
  )
})

import { type Technology } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import {
  type JudgedNetwork,
  type NetworkEvidence,
  type Neighbour,
  inferredOf,
  networkVerdict,
  poolEvidence,
} from '#domain/verdict'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const rule = SHIPPED_RULES[0]!

function network(operator: string, technology: Technology, passes: number, samples = 60): JudgedNetwork {
  const one: NetworkEvidence = {
    operator,
    technology,
    samples,
    passes,
    noService: 0,
    peakSamples: 0,
    weight: samples * 1000,
    passWeight: passes * 1000,
    settledWeight: 0,
    settledPassWeight: 0,
    devices: 2,
    passDevices: 2,
    failDevices: 2,
    days: 9,
    passDays: 9,
    failDays: 9,
    hours: 9,
    lastMeasuredAt: 1,
    declaredBps: null,
    plannedBy: null,
  }
  return { ...one, state: networkVerdict(rule, one).state }
}
const near = (...networks: JudgedNetwork[]): Neighbour => ({ ring: 1, networks })
const far = (...networks: JudgedNetwork[]): Neighbour => ({ ring: 2, networks })

test('a radio network of a neighbouring cell reaches here, a fibre network does not', () => {
  const radio = inferredOf(rule, [], [near(network('iam', '4g', 60), network('inwi', '4g', 60))], [])
  expect(radio).toMatchObject({ class: 'black' })
  expect(
    inferredOf(rule, [], [near(network('iam', 'fibre', 60), network('inwi', 'fibre', 60))], []),
  ).toBeNull()
})

test('a neighbour farther away gives less confidence, and so do neighbours that disagree', () => {
  const two = [network('iam', '4g', 60), network('inwi', '4g', 60)]
  const one = inferredOf(rule, [], [near(...two)], [])!
  const farther = inferredOf(rule, [], [far(...two)], [])!
  expect(farther.confidence).toBeLessThan(one.confidence)
  const against = near(network('iam', '4g', 0))
  expect(inferredOf(rule, [], [near(...two), against], [])).toBeNull()
})

test('white requires every operator to have failed at two neighbours; an operator that nobody measured prevents it', () => {
  const silent = ['iam', 'orange', 'inwi'].map((operator) => network(operator, '4g', 0))
  expect(inferredOf(rule, [], [near(...silent)], [])).toBeNull()
  expect(inferredOf(rule, [], [near(...silent), near(...silent)], [])).toMatchObject({ class: 'white' })
  const two = silent.slice(1)
  expect(inferredOf(rule, [], [near(...two), near(...two)], [])).toBeNull()
})

test('measurements of the cell itself come first, a declaration last', () => {
  const own = ['orange', 'inwi'].map((operator) => network(operator, '4g', 0))
  const offer = inferredOf(rule, own, [near(network('orange', '4g', 60))], ['iam'])!
  expect(offer.class).toBe('grey')
  expect(offer.basis.map((b) => [b.operator, b.isPresent, b.from])).toEqual([
    ['iam', true, 'declared'],
    ['inwi', false, 'measured'],
    ['orange', false, 'measured'],
  ])
})

const some = fc.record({
  operator: fc.constantFrom('iam', 'inwi'),
  technology: fc.constantFrom<Technology[]>('4g', 'fibre'),
  passes: fc.integer({ min: 0, max: 20 }),
})

test('pooled evidence does not depend on order or grouping, and that of one cell is its own evidence', () => {
  const networks = fc.array(
    some.map((n) => network(n.operator, n.technology, n.passes, 20)),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(networks, fc.nat(12), (all, at) => {
      const whole = poolEvidence(all)
      const figures = (networks: NetworkEvidence[]) =>
        networks.map((n) => [n.operator, n.technology, n.samples, n.passes, n.weight, n.devices, n.days])
      expect(figures(poolEvidence(all.toReversed()))).toEqual(figures(whole))
      const parts = [...poolEvidence(all.slice(0, at)), ...poolEvidence(all.slice(at))]
      expect(figures(poolEvidence(parts))).toEqual(figures(whole))
      expect(whole.reduce((sum, n) => sum + n.samples, 0)).toBe(all.length * 20)
    }),
  )
})

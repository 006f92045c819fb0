import { type LocalityRecord } from '#domain/place'
import { SHIPPED_RULES } from '#domain/rule'
import { CLASSES, type JudgedNetwork, inferredOf, poolEvidence } from '#domain/verdict'
import { cellAt, cellToSql, ringsAround } from '#geo'
import { peopleOfArea, pooledEvidence, upsertLocalities } from '#store/areas'
import { ensureProbeMonths } from '#store/probes'
import { classify } from '#store/runs'
import { inferredClasses, inferredClassesWithin } from '#store/verdicts'
import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { insertAsGiven, type KnownProbe, rowOf, storedVerdicts } from './oracle.js'

const FROM = new Date('2026-05-03T00:00:00Z')
const TO = new Date('2026-05-28T00:00:00Z')
/** Two clumps in the region of Rabat, near and far from each other. */
const CELLS = [cellAt(33.9, -6.6), ...ringsAround(cellAt(33.9, -6.6), 2).flat(), cellAt(34.2, -6.3)]
const rule = {
  ...SHIPPED_RULES[0]!,
  minSamples: 2,
  minDays: 1,
  minHours: 1,
  passShare: 0.5,
  confidence: 0.8 as const,
  placeSpread: 0,
}

const probe: fc.Arbitrary<KnownProbe> = fc.record({
  id: fc.uuid({ version: 4 }),
  h3: fc.constantFrom(...CELLS.filter((_, i) => i % 3 !== 0)),
  measuredAt: fc
    .integer({ min: FROM.getTime(), max: TO.getTime() - 1 })
    .map((ms) => new Date(ms).toISOString()),
  operator: fc.constantFrom('iam', 'orange', 'inwi'),
  technology: fc.constantFrom('4g' as const, '4g' as const, 'fibre' as const),
  outcome: fc.constantFrom('ok' as const, 'ok' as const, 'no_service' as const),
  downloadBps: fc.constantFrom(500_000, 9_000_000, 9_000_000),
  device: fc.constantFrom('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'),
  counted: fc.constant(true),
})

const localities: LocalityRecord[] = CELLS.flatMap((h3, i) =>
  i % 2 === 0
    ? [
        {
          id: `L${i}`,
          nameFr: `Douar ${i}`,
          nameAr: null,
          kind: 'PPL',
          lat: 33.9,
          lng: -6.6,
          population: i % 4 === 0 ? 100 + i : null,
          communeCode: null,
        },
      ]
    : [],
)

describe.each(ENGINES)('an area’s people on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-05-01'])
    await upsertLocalities(database.source.manager, localities)
    // Each into its own cell, whatever its point.
    for (const [i, h3] of CELLS.entries())
      await database.source.query('UPDATE locality SET cell = $1 WHERE id = $2', [cellToSql(h3), `L${i}`])
  })
  afterAll(() => database.drop())

  test('localities and people by class, pooled evidence and inferred classes are those counted by hand', async () => {
    const db = database.source.manager
    const seen = new Set<string>()
    for (const probes of fc.sample(fc.array(probe, { minLength: 150, maxLength: 400 }), {
      numRuns: 6,
      seed: 3,
    })) {
      await database.source.query('TRUNCATE probe, probe_ledger')
      await insertAsGiven(database.source, probes.map(rowOf))
      await sleep(3)
      const run = await classify(database.source, { rule, from: FROM, to: TO, author: 'test' })
      const verdicts = await storedVerdicts(db, run)
      const people = await peopleOfArea(db, run, '04')
      for (const colour of CLASSES) {
        const of = localities.filter(
          (l) => (verdicts.get(CELLS[Number(l.id.slice(1))]!)?.class ?? 'unknown') === colour,
        )
        expect(people.localities[colour]).toBe(of.length)
        expect(people.population[colour]).toBe(of.reduce((sum, l) => sum + (l.population ?? 0), 0))
      }
      const measured = localities.filter((l) => verdicts.has(CELLS[Number(l.id.slice(1))]!)).length
      expect(people.measured.localities).toBeCloseTo(measured / localities.length, 12)
      const plain = ({ state: _state, ...network }: JudgedNetwork) => network
      expect(await pooledEvidence(db, run, '04')).toEqual(
        poolEvidence([...verdicts.values()].flatMap((v) => v.networks.map(plain))),
      )
      const networksOf = (h3: string) => verdicts.get(h3)?.networks ?? []
      const expected = new Map(
        localities.flatMap((l) => {
          const h3 = CELLS[Number(l.id.slice(1))]!
          if ((verdicts.get(h3)?.class ?? 'unknown') !== 'unknown') return []
          const neighbours = ringsAround(h3, 2).flatMap((ring, i) =>
            ring.map((c) => ({ ring: i + 1, networks: networksOf(c) })),
          )
          const offer = inferredOf(rule, networksOf(h3), neighbours, [])
          return offer ? [[h3, offer] as const] : []
        }),
      )
      expect(await inferredClassesWithin(db, run, rule, { area: '04' })).toEqual(expected)
      expect(
        await inferredClassesWithin(db, run, rule, { ranges: [{ low: '0', high: '9223372036854775807' }] }),
      ).toEqual(expected)
      for (const { class: colour } of expected.values()) seen.add(colour)
      expect(await inferredClasses(db, run, rule, [])).toEqual(new Map())
      // An offer changes no verdict.
      expect(await storedVerdicts(db, run)).toEqual(verdicts)
    }
    expect(seen.size).toBeGreaterThan(0)
  })
})

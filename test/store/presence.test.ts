import { seededRandom } from '#domain/random'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { type PresenceCoefficients, groupCoefficientsOf } from '#domain/verdict'
import { cellFromSql, cellToSql, cellsCentredIn, resolutionOf } from '#geo'
import { type CoverageRow, importCoverage } from '#store/coverage'
import { calibrate, presenceCoefficients, presenceModelKnownBefore } from '#store/presence'
import { ensureProbeMonths } from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { writeShippedRoster } from '../support/shipped-roster.js'
import { type KnownProbe, insertAsGiven, rowOf } from './oracle.js'

const DAY = 86_400_000
const RULE: Rule = {
  ...SHIPPED_RULES.find((rule) => rule.default)!,
  roster: { falseFailure: 0.03, falsePass: 0.01 },
}
const OPERATORS = ['iam', 'inwi', 'orange'] as const
/** A block of cells, so that most have neighbours that are declared too. */
const CELLS = cellsCentredIn(
  {
    type: 'Polygon',
    coordinates: [
      [
        [-6.5, 32.5],
        [-6.35, 32.5],
        [-6.35, 32.62],
        [-6.5, 32.62],
        [-6.5, 32.5],
      ],
    ],
  },
  8,
).slice(0, 160)

interface Place {
  h3: string
  declared: readonly string[]
  serving: readonly string[]
  /** Who was tried, and by which device. */
  tried: readonly { operator: string; device: string }[]
}

/** In this country inwi serves one in three of the cells that it declares, the others nearly all. */
const PLACES = (() => {
  const random = seededRandom(41)
  return CELLS.map((h3, i): Place => {
    const declared = OPERATORS.filter(() => random() < 0.7)
    const serving = declared.filter((operator) => random() < (operator === 'inwi' ? 1 / 3 : 0.97))
    const isShared = i % 4 === 0
    const tried = OPERATORS.filter(() => isShared || random() < 0.5).map((operator, k) => ({
      operator,
      device: `00000000-0000-4000-8000-${String(i * 10 + (isShared ? 0 : k)).padStart(12, '0')}`,
    }))
    return { h3, declared, serving, tried }
  })
})()

function probesBefore(now: number): KnownProbe[] {
  const random = seededRandom(43)
  let id = 0
  return PLACES.flatMap(({ h3, serving, tried }) =>
    tried.flatMap(({ operator, device }) =>
      Array.from({ length: 24 }, (_, n): KnownProbe => {
        const isFine = serving.includes(operator) && random() < 0.97
        return {
          id: `00000000-0000-4000-9000-${String(++id).padStart(12, '0')}`,
          h3,
          device,
          operator,
          technology: '4g',
          measuredAt: new Date(now - (1 + (n % 6)) * DAY - (n % 5) * 3_600_000).toISOString(),
          outcome: isFine ? 'ok' : 'no_service',
          ...(isFine ? { downloadBps: 9_000_000 } : {}),
          counted: true,
        }
      }),
    ),
  )
}

const claims = (): CoverageRow[] =>
  PLACES.flatMap(({ h3, declared }) =>
    declared.map((operator) => ({
      cell: cellToSql(h3),
      operator,
      technology: '4g',
      downloadBps: 5_000_000,
      uploadBps: null,
      onDate: '2026-01-01',
    })),
  )

/** What each engine fitted, to compare them. */
const fitted = new Map<string, PresenceCoefficients>()

describe.each(ENGINES)('a calibration on %s', (engine) => {
  let database: TestDatabase
  let first: RunRow
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const now = Date.now()
    await ensureProbeMonths(
      database.source.manager,
      [0, 28].map((back) => `${new Date(now - back * DAY).toISOString().slice(0, 7)}-01`),
    )
    await writeShippedRoster(database.source)
  })
  afterAll(() => database.drop())

  test('is refused without a roster, without a run and with few cells', async () => {
    const { source } = database
    expect(await calibrate(source, { ...RULE, roster: null }, 'test')).toBe('no_roster')
    expect(await calibrate(source, { ...RULE, id: 'never-run' }, 'test')).toBe('no_run')
    await classify(source, { rule: RULE, author: 'test' })
    expect(await calibrate(source, RULE, 'test')).toBe('few_cells')
  })

  test('finds which operator overstates, and keeps the local shares', async () => {
    const { source } = database
    await importCoverage(source, 'declared', claims(), { source: 'test', author: 'test' })
    await insertAsGiven(source, probesBefore(Date.now()).map(rowOf))
    first = await classify(source, { rule: RULE, author: 'test' })
    const calibration = await calibrate(source, RULE, 'test')
    if (typeof calibration === 'string') throw new Error(calibration)
    const measured = PLACES.filter(({ tried }) => tried.length > 0).length
    expect(calibration).toMatchObject({ rule: RULE.id, run: first.id, cells: measured })
    expect(calibration.logLoss).toBeGreaterThan(0)
    expect(calibration.logLoss).toBeLessThan(0.6)
    const coefficients = await presenceCoefficients(source.manager, calibration.model)
    fitted.set(engine, coefficients)
    const declaredHere = (operator: string) => {
      const { intercept, declaredHere: here } = groupCoefficientsOf(coefficients, operator, 'mobile')
      return intercept + here
    }
    expect(declaredHere('inwi')).toBeLessThan(declaredHere('iam') - 0.5)
    expect(declaredHere('inwi')).toBeLessThan(declaredHere('orange') - 0.5)
    const shares: { place: string; n: number }[] = await source.query(
      'SELECT place::text, n FROM presence_share WHERE model_id = $1',
      [calibration.model],
    )
    expect(shares.length).toBeGreaterThan(0)
    expect(new Set(shares.map(({ place }) => resolutionOf(cellFromSql(place))))).toEqual(new Set([5]))
  })

  test('is used by the next run, and by none that knew less', async () => {
    const { source } = database
    const newest = await presenceModelKnownBefore(source.manager, RULE.id, new Date())
    expect(newest).not.toBeNull()
    expect(await presenceModelKnownBefore(source.manager, RULE.id, first.knownBefore)).toBeNull()
    expect(await presenceModelKnownBefore(source.manager, 'another', new Date())).toBeNull()
    const next = await classify(source, { rule: RULE, author: 'test' })
    expect(next.digest).not.toBe(first.digest)
    const { from, to, knownBefore } = first
    const rebuilt = await classify(source, { rule: RULE, from, to, knownBefore, author: 'test' })
    expect(rebuilt.digest).toBe(first.digest)
  })
})

test('both engines fit the same', () => {
  const [one, other] = ENGINES.map((engine) => fitted.get(engine)!.groups.mobile)
  for (const key of ['intercept', 'declaredHere', 'aroundHere', 'untried'] as const)
    expect(one![key]).toBeCloseTo(other![key], 6)
})

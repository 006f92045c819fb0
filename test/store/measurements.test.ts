/** Quantiles and failures of a cell's measurements, against the pure functions on generated probes. */
import { type Technology } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { failureKindsOf, isJudgeableSample } from '#domain/verdict'
import { cellAt, cellToSql, centreOf } from '#geo'
import { ensureProbeMonths } from '#store/probes'
import { upsertSites } from '#store/sites'
import { type NetworkMeasurements, measurementsOf } from '#store/verdicts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type KnownProbe, insertAsGiven, rowOf } from './oracle.js'

const FROM = new Date('2026-02-15T00:00:00Z')
const DAYS = 20
const WINDOW = {
  id: 1,
  from: FROM,
  to: new Date(FROM.getTime() + DAYS * 86_400_000),
  knownBefore: new Date('2100-01-01T00:00:00Z'),
}
const CELL = cellAt(33.7, -6.4)
const floor = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const RULES: readonly Rule[] = [
  ...SHIPPED_RULES,
  { ...floor, id: 'all-thresholds', minUploadBps: 0.5e6, maxLatencyMs: 100, maxLossRatio: 0.02 },
  { ...floor, id: 'evening', peakHours: { from: 19, to: 23 } },
]

interface Sample extends KnownProbe {
  isAtSite: boolean
}

const some: fc.Arbitrary<Sample[]> = fc.array(
  fc
    .record({
      id: fc.uuid({ version: 4 }),
      minute: fc.integer({ min: -600, max: DAYS * 1440 + 600 }),
      operator: fc.constantFrom('iam', 'orange', null),
      technology: fc.constantFrom<(Technology | null)[]>('4g', 'fibre', 'satellite_geo', null),
      outcome: fc.constantFrom('ok' as const, 'ok' as const, 'no_service' as const, 'failed' as const),
      downloadBps: fc.constantFrom(null, 0.4e6, 2e6, 30e6, 120e6),
      uploadBps: fc.constantFrom(null, 0.1e6, 0.5e6, 25e6),
      latencyMs: fc.constantFrom(null, 20, 100, 101, 600),
      lossRatio: fc.constantFrom(null, 0, 0.02, 0.3),
      counted: fc.constantFrom(true, true, true, false),
      isAtSite: fc.boolean(),
    })
    .map(({ minute, ...probe }) => {
      const figures = { downloadBps: null, uploadBps: null, latencyMs: null, lossRatio: null }
      return {
        ...probe,
        ...(probe.outcome !== 'ok' && figures),
        h3: CELL,
        device: null,
        measuredAt: new Date(FROM.getTime() + minute * 60_000).toISOString(),
      }
    }),
  { minLength: 5, maxLength: 60 },
)

const HOUR = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Africa/Casablanca',
  hour: '2-digit',
  hourCycle: 'h23',
})

/** What the database should say of one network, but for the values of the quantiles. */
function byHand(rule: Rule, probes: readonly Sample[]) {
  const succeeded = probes.filter(({ outcome }) => outcome === 'ok')
  const isPublic = (n: number) => n >= 3 || (succeeded.length > 0 && succeeded.every((p) => p.isAtSite))
  const countOf = (column: 'downloadBps' | 'uploadBps' | 'latencyMs') => {
    const n = succeeded.filter((p) => p[column] != null).length
    return isPublic(n) && n > 0 ? n : null
  }
  const failing = (kind: ReturnType<typeof failureKindsOf>[number]) =>
    probes.filter((probe) => failureKindsOf(rule, probe).includes(kind)).length
  const failingWithService = (kind: Parameters<typeof failing>[0]) =>
    succeeded.length === 0 || isPublic(succeeded.length) ? failing(kind) : null
  return {
    samples: probes.length,
    failures: {
      noService: failing('noService'),
      slowDownload: failingWithService('slowDownload'),
      slowUpload: failingWithService('slowUpload'),
      highLatency: failingWithService('highLatency'),
      highLoss: failingWithService('highLoss'),
    },
    counts: [countOf('downloadBps'), countOf('uploadBps'), countOf('latencyMs'), null],
  }
}

function checked(row: NetworkMeasurements) {
  const { quantiles: q } = row
  // A quantile is shown with its number or not at all.
  for (const [figure, count] of [
    [q.downloadBps, q.downloadCount],
    [q.uploadBps, q.uploadCount],
    [q.latencyMs, q.latencyCount],
    [q.loadedLatencyMs, q.loadedLatencyCount],
  ])
    expect(figure === null).toBe(count === null)
  return {
    samples: row.samples,
    failures: row.failures,
    counts: [q.downloadCount, q.uploadCount, q.latencyCount, q.loadedLatencyCount],
  }
}

const keyOf = ({
  operator = null,
  technology = null,
}: {
  operator?: string | null
  technology?: string | null
}) => `${operator} ${technology}`

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01', '2026-03-01'])
    const [lng, lat] = centreOf(CELL)
    const site = {
      code: 'S-1',
      name: 'École',
      type: 'school' as const,
      communeCode: '03.231.01.01',
      lat,
      lng,
    }
    await upsertSites(database.source.manager, [site], { author: 'test', simulated: false })
  })
  afterAll(() => database?.drop())

  test('failures and counts are those of the samples that the rule judges', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(some, async (probes) => {
        await database.source.query('TRUNCATE probe, probe_ledger')
        const rows = probes.map((probe) => ({ ...rowOf(probe), site_code: probe.isAtSite ? 'S-1' : null }))
        await insertAsGiven(database.source, rows)
        for (const rule of RULES) {
          const networks = new Map<string, Sample[]>()
          for (const probe of probes) {
            const at = Date.parse(probe.measuredAt)
            if (!probe.counted || at < WINDOW.from.getTime() || at >= WINDOW.to.getTime()) continue
            if (!isJudgeableSample(rule, probe, Number(HOUR.format(at)))) continue
            networks.set(keyOf(probe), [...(networks.get(keyOf(probe)) ?? []), probe])
          }
          const found = await measurementsOf(database.source.manager, WINDOW, rule, cellToSql(CELL))
          expect(new Map(found.map((row) => [keyOf(row), checked(row)]))).toEqual(
            new Map([...networks].map(([key, samples]) => [key, byHand(rule, samples)])),
          )
          for (const { failures } of found)
            for (const [kind, n] of Object.entries(failures)) seen.add(`${kind} ${n === null ? n : n > 0}`)
        }
      }),
      { numRuns: 12, seed: 20261130 },
    )
    for (const kind of ['slowDownload', 'slowUpload', 'highLatency', 'highLoss'])
      for (const n of [true, false, null]) expect(seen).toContain(`${kind} ${n}`)
    expect(seen).toContain('noService true')
  })
})

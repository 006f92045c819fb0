import { type Technology } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { networkVerdict, verdictOf } from '#domain/verdict'
import { cellAt, cellToSql, coveredCells } from '#geo'
import {
  type CoverageKind,
  type CoverageRow,
  contradictedCells,
  contradictionKey,
  countContradictions,
  coverageOfCell,
  importCoverage,
  listContradictions,
} from '#store/coverage'
import { ensureProbeMonths } from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import {
  insertAsGiven,
  type KnownProbe,
  type Verdicts,
  classifyByHand,
  digestOf,
  rowOf,
  storedVerdicts,
} from './oracle.js'

const CELLS = Array.from({ length: 8 }, (_, i) => cellAt(33.6 + i * 0.012, -6.4))
const FROM = new Date('2026-05-03T00:00:00Z')
const TO = new Date('2026-05-20T12:00:00Z')
const TODAY = '2026-05-20'

const rule: Rule = {
  ...SHIPPED_RULES[0]!,
  id: 'claims',
  minSamples: 2,
  minDays: 1,
  minHours: 1,
  passShare: 0.5,
  confidence: 0.8,
  keepConfidence: 0.8,
  classConfidence: 0,
  technologies: ['4g', '5g', 'fibre'],
  declaredCounts: true,
  planningHorizonDays: 30,
}

const probe: fc.Arbitrary<KnownProbe> = fc.record({
  id: fc.uuid({ version: 4 }),
  h3: fc.constantFrom(...CELLS.slice(0, 6)),
  measuredAt: fc
    .integer({ min: FROM.getTime(), max: TO.getTime() - 1 })
    .map((ms) => new Date(ms).toISOString()),
  operator: fc.constantFrom('iam', 'orange', null),
  technology: fc.constantFrom<Technology[]>('4g', 'fibre'),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'no_service'),
  downloadBps: fc.constantFrom(500_000, 5_000_000, 5_000_000),
  device: fc.constantFrom('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'),
  counted: fc.constant(true),
})

interface Claim extends CoverageRow {
  kind: CoverageKind
  h3: string
}

const claim: fc.Arbitrary<Claim> = fc
  .record({
    h3: fc.constantFrom(...CELLS),
    kind: fc.constantFrom<CoverageKind[]>('declared', 'planned'),
    operator: fc.constantFrom('iam', 'orange', 'inwi'),
    technology: fc.constantFrom<Technology[]>('4g', 'fibre', '3g'),
    downloadBps: fc.constantFrom(1_000_000, 2_000_000, 30_000_000),
    onDate: fc.constantFrom('2026-05-19', TODAY, '2026-05-21', '2026-06-19', '2026-06-20'),
  })
  .map((c) => ({ ...c, uploadBps: null, cell: cellToSql(c.h3) }))

/** What the rule counts of the claims: of one network and date the fastest stands. */
const counted = (claims: readonly Claim[]) =>
  claims.filter((c) => c.downloadBps >= rule.minDownloadBps && rule.technologies.includes(c.technology))

function withClaims(measured: Verdicts, claims: readonly Claim[]): Verdicts {
  const verdicts: Verdicts = new Map()
  for (const h3 of CELLS) {
    const networks = [...(measured.get(h3)?.networks ?? [])]
    for (const c of counted(claims).filter((some) => some.h3 === h3)) {
      const isDeclared = c.kind === 'declared' && c.onDate <= TODAY
      const isPlanned = c.kind === 'planned' && c.onDate >= TODAY && c.onDate <= '2026-06-19'
      if (!isDeclared && !isPlanned) continue
      let network = networks.find((n) => n.operator === c.operator && n.technology === c.technology)
      if (!network) networks.push((network = nothing(c)))
      const i = networks.indexOf(network)
      networks[i] = {
        ...network,
        ...(isDeclared && { declaredBps: Math.max(network.declaredBps ?? 0, c.downloadBps) }),
        ...(isPlanned && { plannedBy: [network.plannedBy ?? c.onDate, c.onDate].sort()[0]! }),
      }
    }
    if (networks.length === 0) continue
    networks.sort((a, b) =>
      `${a.operator ?? ''}\u0001${a.technology}` < `${b.operator ?? ''}\u0001${b.technology}` ? -1 : 1,
    )
    const judged = networks.map((n) => ({ ...n, state: networkVerdict(rule, n).state }))
    verdicts.set(h3, { ...verdictOf(rule, judged), networks: judged })
  }
  return verdicts
}

const nothing = ({ operator, technology }: Claim) => ({
  operator,
  technology,
  samples: 0,
  passes: 0,
  noService: 0,
  peakSamples: 0,
  weight: 0,
  passWeight: 0,
  settledWeight: 0,
  settledPassWeight: 0,
  devices: 0,
  passDevices: 0,
  failDevices: 0,
  days: 0,
  passDays: 0,
  failDays: 0,
  hours: 0,
  lastMeasuredAt: null,
  declaredBps: null,
  plannedBy: null,
  state: 'unknown' as const,
})

describe.each(ENGINES)('coverage on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-05-01'])
  })
  afterAll(() => database.drop())
  beforeEach(() => database.source.query('TRUNCATE probe, probe_ledger, coverage'))

  const about = { source: 'test.csv', author: 'test' }
  async function write(probes: readonly KnownProbe[], claims: readonly Claim[]): Promise<void> {
    if (probes.length > 0) await insertAsGiven(database.source, probes.map(rowOf))
    for (const kind of ['declared', 'planned'] as const)
      await importCoverage(
        database.source,
        kind,
        claims.filter((c) => c.kind === kind),
        about,
      )
    await sleep(3)
  }
  const window = (more = {}) =>
    classify(database.source, { rule, from: FROM, to: TO, author: 'test', ...more })
  const stored = (run: RunRow) => storedVerdicts(database.source.manager, run)

  test('a verdict counts what is declared and promised, as the pure functions do', async () => {
    const seen = new Set<string>()
    const country = fc.tuple(
      fc.array(probe, { minLength: 60, maxLength: 90 }),
      fc.array(claim, { minLength: 5, maxLength: 30 }),
    )
    await fc.assert(
      fc.asyncProperty(country, async ([probes, claims]) => {
        await database.source.query('TRUNCATE probe, probe_ledger, coverage')
        await write(probes, claims)
        const run = await window()
        const expected = withClaims(classifyByHand(rule, probes, FROM, TO), claims)
        expect(await stored(run)).toEqual(expected)
        expect(run.digest).toBe(digestOf(expected))
        for (const { networks } of expected.values()) for (const n of networks) seen.add(n.state)
        await expectContradictions(run, probes, claims)
      }),
      { numRuns: 12, seed: 6 },
    )
    for (const state of ['present', 'refuted', 'declared', 'planned', 'unknown'])
      expect(seen).toContain(state)
  })

  async function expectContradictions(
    run: RunRow,
    probes: readonly KnownProbe[],
    claims: readonly Claim[],
  ): Promise<void> {
    const expected = new Set<string>()
    const known = counted(claims).filter((c) => c.onDate <= TODAY)
    const declarers = new Set(claims.filter((c) => c.kind === 'declared').map((c) => c.operator))
    const states = new Map<string, string>()
    for (const [h3, { networks }] of classifyByHand(rule, probes, FROM, TO))
      for (const n of networks) {
        const planned = counted(claims).some(
          (c) =>
            c.kind === 'planned' &&
            c.h3 === h3 &&
            c.operator === n.operator &&
            c.technology === n.technology &&
            c.onDate >= TODAY &&
            c.onDate <= '2026-06-19',
        )
        // A network that is promised is planned until it is there.
        states.set(
          `${h3} ${n.operator} ${n.technology}`,
          planned && n.state !== 'present' ? 'planned' : n.state,
        )
        const declares = known.some((c) => c.kind === 'declared' && c.h3 === h3 && c.operator === n.operator)
        if (n.state === 'present' && n.operator && declarers.has(n.operator) && !declares)
          expected.add(`${h3} present_undeclared ${n.operator} ${n.technology}`)
      }
    for (const c of known) {
      const state = states.get(`${c.h3} ${c.operator} ${c.technology}`)
      if (c.kind === 'declared' && (state === 'refuted' || state === 'absent'))
        expected.add(`${c.h3} declared_refuted ${c.operator} ${c.technology}`)
      if (c.kind === 'planned' && state !== 'present')
        expected.add(`${c.h3} late_plan ${c.operator} ${c.technology}`)
    }
    const db = database.source.manager
    const found: string[] = []
    for (let after = ''; ;) {
      const page = await listContradictions(db, run, rule, {
        area: null,
        kind: null,
        operator: null,
        after,
        limit: 3,
      })
      found.push(...page.map((row) => `${row.h3} ${row.kind} ${row.operator} ${row.technology}`))
      if (page.length < 3) break
      after = contradictionKey(page.at(-1)!)
    }
    expect(found.length).toBe(new Set(found).size)
    expect(new Set(found)).toEqual(expected)
    const counts = await countContradictions(db, run, rule, 'operator')
    for (const { of, declaredRefuted } of counts)
      expect(declaredRefuted).toBe(
        new Set(found.filter((f) => f.includes(` declared_refuted ${of} `)).map((f) => f.split(' ')[0])).size,
      )
    const all = [{ low: '0', high: '9223372036854775807' }]
    const cells = await contradictedCells(db, run, rule, all)
    expect(new Set(cells.map((c) => c.h3))).toEqual(new Set(found.map((f) => f.split(' ')[0])))
  }

  test('what is replaced stays readable as it was known, and a run can be rebuilt', async () => {
    const one: Claim = {
      h3: CELLS[7]!,
      cell: cellToSql(CELLS[7]!),
      kind: 'declared',
      operator: 'iam',
      technology: '4g',
      downloadBps: 5e6,
      uploadBps: null,
      onDate: '2026-05-01',
    }
    expect(await importCoverage(database.source, 'declared', [one, one], about)).toEqual({
      added: 1,
      replaced: 0,
      duplicates: 1,
    })
    await sleep(3)
    const first = await window()
    const slower = { ...one, downloadBps: 1e6 }
    expect(await importCoverage(database.source, 'declared', [slower], about)).toEqual({
      added: 0,
      replaced: 1,
      duplicates: 0,
    })
    expect(await importCoverage(database.source, 'declared', [slower], about)).toEqual({
      added: 0,
      replaced: 0,
      duplicates: 1,
    })
    await sleep(3)
    const second = await window()
    expect([first.counts.grey, second.counts.grey]).toEqual([1, 0])
    const again = await window({ knownBefore: first.knownBefore })
    expect(again.digest).toBe(first.digest)
    const at = async (run: RunRow) =>
      (await coverageOfCell(database.source.manager, one.cell, run.knownBefore)).map((c) => c.downloadBps)
    expect([await at(first), await at(second)]).toEqual([[5e6], [1e6]])
  })

  test('after an import only its cells are judged again, as a full run would', async () => {
    const own = { ...rule, id: 'claims-now', validityDays: 3650 }
    const current = (more = {}) => classify(database.source, { rule: own, author: 'test', ...more })
    const [probes = []] = fc.sample(fc.array(probe, { minLength: 80, maxLength: 80 }), {
      numRuns: 1,
      seed: 8,
    })
    await write(probes, [])
    await current()
    const today = new Date().toISOString().slice(0, 10)
    const claims = fc.sample(claim, { numRuns: 6, seed: 9 }).map((c) => ({
      ...c,
      onDate: c.kind === 'declared' ? '2026-05-01' : today,
      downloadBps: 30e6,
      technology: '4g' as const,
    }))
    for (const some of claims) {
      await write([], [some])
      const run = await current()
      const full = await current({ full: true })
      expect(full.digest).toBe(run.digest)
      expect(await stored(full)).toEqual(await stored(run))
    }
  })

  test('a polygon covers the cells whose centre lies in it', () => {
    const box = (w: number, s: number, e: number, n: number) => ({
      type: 'Polygon' as const,
      coordinates: [
        [
          [w, s],
          [e, s],
          [e, n],
          [w, n],
          [w, s],
        ] as [number, number][],
      ],
    })
    const cells = coveredCells({ geometry: box(-6.5, 33.5, -6.4, 33.6) })!
    expect(cells.length).toBeGreaterThan(100)
    expect(cells).toContain(cellAt(33.55, -6.45))
    expect(coveredCells({ geometry: box(-6.5, 33.5, -6.4999, 33.5001) })).toEqual([])
    expect(coveredCells({ h3: CELLS[0]! })).toEqual([CELLS[0]])
    expect(coveredCells({ h3: '8739ab809ffffff' })).toBeNull()
  })
})

/** The plan on both engines: what is written, what is found of it, and the same by hand. */
import {
  type PlanFields,
  type PlanPlace,
  type PlanRow,
  type PlanState,
  planRuleOf,
  planStateOf,
} from '#domain/plan'
import { type Technology } from '#domain/probe'
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellToSql, centreOf } from '#geo'
import { upsertLocalities } from '#store/areas'
import {
  PLAN_SORTS,
  type PlanItemRow,
  type PlanOfCell,
  editPlan,
  findPlanItem,
  importPlan,
  judgePlanNow,
  judgePlan,
  listPlan,
  planInBox,
  planOfCell,
  planProgress,
} from '#store/plan'
import { ensureProbeMonths } from '#store/probes'
import { classify } from '#store/runs'
import fc from 'fast-check'
import { gridDisk } from 'h3-js'
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type KnownProbe, classifyByHand, insertAsGiven, rowOf } from './oracle.js'

const DAY_MS = 86_400_000
const NOW = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + 12 * 3600_000)
const dayBack = (days: number) => new Date(NOW.getTime() - days * DAY_MS).toISOString().slice(0, 10)
const RULE = SHIPPED_RULES.find((rule) => rule.default)!
/** Where the window begins. */
const RULE_MONTHS = Math.round(RULE.validityDays / 30.4)
const CENTRE = cellAt(33.9, -5.5)
const CELLS = gridDisk(CENTRE, 1)
const DEVICES = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', null]
const ABOUT = {
  author: 'test',
  source: 'plan.csv',
  comment: 'first list',
  simulated: false,
  now: NOW,
  preview: false,
}

const at = (h3: string): PlanPlace => {
  const [lng, lat] = centreOf(h3)
  return { lat, lng }
}

const row = (line: number, code: string, fields: Partial<PlanFields>, place: PlanPlace | null): PlanRow => ({
  line,
  code,
  fields: { nameFr: `Douar ${code}`, ...fields },
  place,
  comment: null,
})

/** A polygon around the cells of the disk. */
const AROUND: PlanPlace = {
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [-5.52, 33.885],
        [-5.48, 33.885],
        [-5.48, 33.915],
        [-5.52, 33.915],
        [-5.52, 33.885],
      ],
    ],
  },
}

interface Line {
  h3: string
  operator: string
  technology: Technology
  level: number
  dead: number
  size: number
}

const line = fc.record<Line>({
  h3: fc.constantFrom(...CELLS),
  operator: fc.constantFrom('iam', 'orange'),
  technology: fc.constantFrom<Technology[]>('4g', 'fibre'),
  level: fc.constantFrom(0.5e6, 3e6, 25e6),
  dead: fc.constantFrom(0, 0, 0.2, 1),
  size: fc.integer({ min: 5, max: 60 }),
})

const somePlan = fc.record({
  lines: fc.array(line, { minLength: 10, maxLength: 18 }),
  items: fc.array(
    fc.record({
      h3: fc.constantFrom(null, ...CELLS),
      operator: fc.constantFrom('iam', 'orange'),
      technology: fc.constantFrom<Technology[]>('4g', 'fibre'),
      targetBps: fc.constantFrom(null, 2e6, 20e6),
      served: fc.constantFrom(null, 5, 20, 39),
      promised: fc.constantFrom(null, 10, -10),
    }),
    { minLength: 12, maxLength: 20 },
  ),
  luck: fc.integer({ min: 1, max: 1e9 }),
})

type SomeItem = (typeof somePlan extends fc.Arbitrary<infer T> ? T : never)['items'][number]

const rowsOf = (items: readonly SomeItem[]): PlanRow[] =>
  items.map(({ h3, served, promised, ...fields }, i) =>
    row(
      i + 2,
      `P${i}`,
      {
        ...fields,
        inServiceOn: served === null ? null : dayBack(served),
        promisedBy: promised === null ? null : dayBack(promised),
      },
      h3 === null ? AROUND : at(h3),
    ),
  )

function probesOf(lines: readonly Line[], seed: number): KnownProbe[] {
  let state = seed
  const roll = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return lines.flatMap((line, l) =>
    Array.from({ length: line.size }, (_, i): KnownProbe => {
      const isDead = roll() < line.dead
      return {
        id: `00000000-0000-4000-8000-${String(l * 1000 + i).padStart(12, '0')}`,
        h3: line.h3,
        measuredAt: new Date(NOW.getTime() - Math.floor(roll() * 40 * DAY_MS)).toISOString(),
        operator: line.operator,
        technology: line.technology,
        outcome: isDead ? 'no_service' : 'ok',
        downloadBps: isDead ? null : Math.round(line.level * (0.8 + 0.4 * roll())),
        uploadBps: null,
        latencyMs: 40,
        device: DEVICES[Math.floor(roll() * 3)]!,
        counted: roll() < 0.9,
      }
    }),
  )
}

/** Local midnight, as PostgreSQL counts it, by trying both offsets that Morocco has. */
function midnight(day: string): number {
  const local = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'Africa/Casablanca',
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  })
  return [0, -1]
    .map((hours) => Date.parse(`${day}T00:00:00Z`) + hours * 3600_000)
    .find((time) => local.format(time) === `${day}, 00:00:00`)!
}

/** The item's own probes since its day, as if they lay in one cell, by the pure functions. */
function stateByHand(
  rule: Rule,
  item: { fields: PlanFields; cells: readonly string[] },
  probes: readonly KnownProbe[],
  run: { from: Date; to: Date },
): { state: PlanState; samples: number } {
  const { operator, technology, targetBps, inServiceOn } = item.fields
  const own = probes.filter(
    (p) =>
      item.cells.includes(p.h3) &&
      p.operator === operator &&
      p.technology === technology &&
      Date.parse(p.measuredAt) >= midnight(inServiceOn ?? '2099-01-01'),
  )
  const judgedBy = planRuleOf(rule, targetBps, [technology!])
  const [verdict] = classifyByHand(
    judgedBy,
    own.map((p) => ({ ...p, h3: CENTRE })),
    run.from,
    run.to,
  ).values()
  const [network] = verdict?.networks ?? []
  const cellsMeasured = new Set(own.filter((p) => p.counted).map((p) => p.h3)).size
  const evidence = network ? { state: network.state, cells: item.cells.length, cellsMeasured } : null
  return { state: planStateOf(item.fields, evidence, dayBack(0)), samples: network?.samples ?? 0 }
}

describe.each(ENGINES)('the plan on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const months = [0, 1, 2, RULE_MONTHS].map(
      (n) =>
        `${new Date(Date.UTC(NOW.getUTCFullYear(), NOW.getUTCMonth() - n, 1)).toISOString().slice(0, 7)}-01`,
    )
    await ensureProbeMonths(database.source.manager, months)
  })
  beforeEach(() => database.source.query('TRUNCATE probe, probe_ledger, plan_item, plan_finding'))
  afterAll(() => database.drop())

  const db = () => database.source.manager
  const everything = { area: null, state: null, operator: null, technology: null, after: '', limit: 1_000 }
  const list = (page = {}) => listPlan(db(), { ...everything, sort: 'code', ...page })
  const detail = async (code: string) => (await findPlanItem(db(), code))!

  test(
    'what is found of each item is what the pure functions say of its own probes since its day',
    { timeout: 240_000 },
    async () => {
      const seen = new Set<string>()
      const property = fc.asyncProperty(somePlan, async ({ lines, items, luck }) => {
        await database.source.query('TRUNCATE probe, probe_ledger, plan_item, plan_finding')
        const probes = probesOf(lines, luck)
        await insertAsGiven(database.source, probes.map(rowOf))
        const { refused } = await importPlan(database.source, rowsOf(items), ABOUT)
        expect(refused).toEqual([])
        const run = await classify(database.source, { rule: RULE, author: 'test' })
        for (const found of await list()) {
          const { h3: cells } = await detail(found.code)
          const expected = stateByHand(RULE, { fields: found, cells }, probes, run)
          expect([found.code, found.state, found.evidence?.samples ?? 0]).toEqual([
            found.code,
            expected.state,
            expected.samples,
          ])
          seen.add(found.state)
        }
        await expectPlanOfCells(await list())
      })
      // Shrinking would run for minutes.
      await fc.assert(property, { numRuns: 10, seed: 20261126, endOnFailure: true })
      for (const state of ['verified', 'contradicted', 'in_service', 'late', 'planned'])
        expect([...seen]).toContain(state)
    },
  )

  test(
    'a run that measures only items of changed cells finds the same as from scratch',
    { timeout: 240_000 },
    async () => {
      let moved = 0
      const change = fc.record({
        lines: fc.array(line, { maxLength: 3 }),
        flagged: fc.boolean(),
        edited: fc.boolean(),
      })
      const property = fc.asyncProperty(
        somePlan,
        fc.array(change, { minLength: 2, maxLength: 3 }),
        async (plan, changes) => {
          await database.source.query('TRUNCATE probe, probe_ledger, probe_flag, plan_item, plan_finding')
          await insertAsGiven(database.source, probesOf(plan.lines, plan.luck).map(rowOf))
          // A run goes on from the one before: the first of this plan has to judge all.
          await importPlan(database.source, rowsOf(plan.items), ABOUT)
          await classify(database.source, { rule: RULE, author: 'test', full: true })
          for (const [c, { lines, flagged, edited }] of changes.entries()) {
            const before = await list()
            const fresh = probesOf(lines, plan.luck + c + 1).map((p) => ({ ...p, id: randomUUID() }))
            // Some leave the window before the next run looks.
            const end = Date.now() - RULE.validityDays * DAY_MS + 300
            fresh.slice(0, 10).forEach((p) => (p.measuredAt = new Date(end).toISOString()))
            await insertAsGiven(database.source, fresh.map(rowOf))
            if (flagged)
              await database.source.query(
                `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment)
               SELECT cell, id, 'far_off', false, 'test', 'test' FROM probe ORDER BY id LIMIT 20 OFFSET ${20 * c}`,
              )
            if (edited)
              await editPlan(database.source, {
                code: 'P0',
                version: before.find(({ code }) => code === 'P0')!.version,
                fields: {
                  targetBps: 1e6 * (c + 1),
                  inServiceOn: dayBack(c === 0 ? RULE.validityDays + 30 : 30),
                },
                place: null,
                withdrawn: false,
                comment: 'test',
                author: 'test',
                now: NOW,
              })
            const run = await classify(database.source, { rule: RULE, author: 'test' })
            const found = await list()
            moved += found.filter(
              ({ evidence }, i) => !isDeepStrictEqual(evidence, before[i]!.evidence),
            ).length
            const scratch = { run, rule: RULE, at: run.to, codes: null, dirtyCells: null }
            await database.source.transaction((tx) => judgePlan(tx, scratch))
            expect(await list()).toEqual(found)
          }
        },
      )
      await fc.assert(property, { numRuns: 6, seed: 20261126, endOnFailure: true })
      expect(moved).toBeGreaterThan(5)
    },
  )

  /** A cell's answer names what the list has, where an item's own cells say so; the next promise first. */
  async function expectPlanOfCells(items: readonly PlanItemRow[]): Promise<void> {
    const covering: { item: PlanItemRow; h3: string[] }[] = []
    for (const item of items) covering.push({ item, h3: (await detail(item.code)).h3 })
    for (const cell of CELLS) {
      const named = await planOfCell(db(), cellToSql(cell))
      const key = ({ promisedBy, code }: PlanOfCell) => `${promisedBy ?? '9999-12-31'} ${code}`
      expect(named.map(key)).toEqual(named.map(key).toSorted())
      expect(named.map(({ code, state, promisedBy }) => [code, state, promisedBy]).toSorted()).toEqual(
        covering
          .filter(({ h3 }) => h3.includes(cell))
          .map(({ item: { code, state, promisedBy } }) => [code, state, promisedBy])
          .toSorted(),
      )
    }
  }

  test('nothing is overwritten: versions with author and comment, findings with their time, no change without a difference', async () => {
    const served = { operator: 'iam', technology: '4g' as const, awardedOn: dayBack(100) }
    const first = await importPlan(
      database.source,
      [row(2, 'A', served, at(CELLS[0]!)), row(3, 'B', {}, null)],
      ABOUT,
    )
    expect(first).toMatchObject({ added: 1, changed: 0, unchanged: 0 })
    expect(first.refused).toEqual([
      {
        line: 3,
        code: 'B',
        field: 'place',
        value: '',
        reason: 'is missing: a locality, a zone, a position or a shape',
      },
    ])
    const again = await importPlan(database.source, [row(2, 'A', served, null)], ABOUT)
    expect(again).toMatchObject({ added: 0, changed: 0, unchanged: 1 })
    const preview = await importPlan(database.source, [row(2, 'A', { targetBps: 2e6 }, null)], {
      ...ABOUT,
      preview: true,
    })
    expect(preview.changes).toEqual([
      { line: 2, code: 'A', nameFr: 'Douar A', nameAr: null, fields: ['targetBps'], isNew: false },
    ])
    expect((await detail('A')).versions).toHaveLength(1)
    const edit = {
      code: 'A',
      version: 1,
      fields: { startedOn: dayBack(50) },
      place: at(CELLS[1]!),
      withdrawn: false,
    }
    const who = { comment: 'works were seen', author: 'planner', now: NOW }
    expect(await editPlan(database.source, { ...edit, ...who })).toEqual({ version: 2 })
    expect(await editPlan(database.source, { ...edit, ...who })).toEqual({ conflict: 2 })
    const { versions, findings, h3 } = await detail('A')
    expect(
      versions.map(({ version, author, comment, source }) => [version, author, comment, source]),
    ).toEqual([
      [2, 'planner', 'works were seen', null],
      [1, 'test', 'first list', 'plan.csv'],
    ])
    expect(versions[1]!.endedAt).toEqual(versions[0]!.changedAt)
    expect(h3).toEqual([CELLS[1]])
    expect(findings.map(({ state, version }) => [state, version])).toEqual([
      ['works', 2],
      ['awarded', 1],
    ])
    expect(findings[1]!.until).toEqual(findings[0]!.since)
    const bad = await editPlan(database.source, {
      ...edit,
      ...who,
      version: 2,
      fields: { inServiceOn: dayBack(60) },
    })
    expect(bad).toEqual({
      faults: [{ field: 'inServiceOn', reason: `must not be before startedOn (${dayBack(50)})` }],
    })
    expect(await editPlan(database.source, { ...edit, ...who, version: 2, withdrawn: true })).toEqual({
      version: 3,
    })
    expect(await list()).toEqual([])
    expect(await planOfCell(db(), cellToSql(CELLS[1]!))).toEqual([])
    expect((await detail('A')).standing).toBeNull()
    expect((await detail('A')).findings[0]!.until).not.toBeNull()
    // What was withdrawn comes back with all its past.
    expect(await importPlan(database.source, [row(2, 'A', {}, null)], ABOUT)).toMatchObject({ added: 1 })
    expect((await detail('A')).versions.map((v) => [v.version, v.withdrawn])).toEqual([
      [4, false],
      [3, true],
      [2, false],
      [1, false],
    ])
    const changes = await database.source.query(
      `SELECT action, author FROM change WHERE subject = 'A' ORDER BY id`,
    )
    expect(changes).toEqual([
      { action: 'change plan item', author: 'planner' },
      { action: 'withdraw plan item', author: 'planner' },
    ])
  })

  test('a place is found by id, by name and commune where only one bears it, by zone or by position', async () => {
    const [lng, lat] = centreOf(CELLS[2]!)
    const locality = (id: string, nameFr: string) => ({
      id,
      nameFr,
      nameAr: null,
      kind: 'PPL',
      population: 10,
      communeCode: '03.231.01.01',
      lat,
      lng,
    })
    await upsertLocalities(db(), [locality('L1', 'Aït Ali'), locality('L2', 'Twin'), locality('L3', 'Twin')])
    const commune = { communeCode: '03.231.01.01' }
    const { refused } = await importPlan(
      database.source,
      [
        row(2, 'by-id', {}, { localityId: 'L1' }),
        row(3, 'by-name', {}, { name: 'ait ali', ...commune }),
        row(4, 'twin', {}, { name: 'Twin', ...commune }),
        row(5, 'no-id', {}, { localityId: 'L9' }),
        row(6, 'no-zone', {}, { zoneId: '1-2' }),
      ],
      ABOUT,
    )
    expect(refused.map(({ line, field, value }) => [line, field, value])).toEqual([
      [4, 'place', 'Twin, 03.231.01.01'],
      [5, 'place', 'L9'],
      [6, 'place', '1-2'],
    ])
    for (const code of ['by-id', 'by-name']) {
      const found = (await detail(code)).standing!
      expect([found.localityId, found.lat, found.lng]).toEqual(['L1', lat, lng])
      // The commune is the smallest known area that holds the place.
      expect(found.areaCode).toMatch(/^\d\d\.\d{3}/)
    }
    expect((await detail('by-id')).h3).toEqual([CELLS[2]])
    expect(cellToSql(CELLS[2]!)).toBe(BigInt(`0x${(await detail('by-name')).h3[0]}`).toString())
  })

  test('a day that passes makes late, without a new run; a quiet day writes nothing', async () => {
    const promisedBy = dayBack(0)
    await importPlan(database.source, [row(2, 'A', { promisedBy }, at(CELLS[0]!))], ABOUT)
    const judge = (later: number) =>
      database.source.transaction((tx) => judgePlanNow(tx, new Date(NOW.getTime() + later * DAY_MS), null))
    await judge(0)
    expect((await detail('A')).findings.map((f) => f.state)).toEqual(['planned'])
    await judge(1)
    await judge(2)
    expect((await detail('A')).findings.map((f) => f.state)).toEqual(['late', 'planned'])
  })

  test('pages in every order hold each item once; filters and the burn-down agree with the list', async () => {
    const rows = Array.from({ length: 57 }, (_, i) =>
      row(
        i + 2,
        `P-${i}`,
        {
          operator: ['iam', 'orange', null][i % 3]!,
          technology: i % 3 === 2 ? null : '4g',
          promisedBy: i % 5 === 0 ? null : dayBack(60 - i * 7),
          inServiceOn: i % 4 === 0 && i % 3 !== 2 ? dayBack(i) : null,
        },
        i % 2 === 0 ? at(CELLS[i % 7]!) : { lat: 31.63, lng: -8 + i * 0.01 },
      ),
    )
    await importPlan(database.source, rows, ABOUT)
    const all = await list()
    expect(all).toHaveLength(57)
    for (const sort of PLAN_SORTS) {
      const keys: string[] = []
      for (let after = ''; ;) {
        const page = await list({ sort, after, limit: 10 })
        keys.push(...page.map((item) => item.code))
        if (page.length < 10) break
        after = page.at(-1)!.key
      }
      expect(keys).toHaveLength(57)
      expect(new Set(keys).size).toBe(57)
    }
    const late = all.filter((item) => item.state === 'late')
    expect((await list({ state: 'late' })).map((item) => item.code)).toEqual(late.map((item) => item.code))
    expect(await list({ operator: 'orange', technology: '4g' })).toHaveLength(19)
    const region = all[0]!.areaCode!.slice(0, 2)
    const inRegion = all.filter((item) => item.areaCode?.startsWith(`${region}.`))
    expect(await list({ area: region })).toHaveLength(inRegion.length)
    const progress = await planProgress(db(), null, NOW)
    expect(progress.states.late).toBe(late.length)
    expect(progress.areas.reduce((sum, area) => sum + area.items, 0)).toBe(57)
    expect(progress.areas.find((area) => area.code === region)!.items).toBe(inRegion.length)
    const now = progress.months.find(({ month }) => month === dayBack(0).slice(0, 7))!
    expect(now.inService).toBe(all.filter((item) => item.step === 'in_service').length)
    expect(progress.months.at(-1)!.promised).toBe(all.filter((item) => item.promisedBy !== null).length)
    const box = { west: -5.6, south: 33.8, east: -5.4, north: 34 }
    expect(await planInBox(db(), box, 100)).toHaveLength(29)
  })
})

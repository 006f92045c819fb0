/** What the page about an area says, against a count by hand of every row of the country. */
import { buildDemo } from '#demo'
import { type Technology } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import { CLASSES, type Class } from '#domain/verdict'
import { cellFromSql, parentOf } from '#geo'
import {
  cellsOfArea,
  figuresOfAreas,
  findArea,
  localitiesOfArea,
  operatorsOfArea,
  outlinesAround,
  peopleOfArea,
  previousRunOfArea,
  sitesOfArea,
  upsertLocalities,
  whiteZonesOfArea,
} from '#store/areas'
import { contradictionsOfArea, importCoverage, listContradictions } from '#store/coverage'
import { type RunRow, classify } from '#store/runs'
import { listZones } from '#store/zones'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const RULE = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const HOLDS = 'series = $1 AND first_run <= $2 AND (next_run IS NULL OR next_run > $2)'

interface Place {
  cell: string
  code: string
}

/** What an operator's measured networks in one cell come to: the best of them. */
function bestOf(states: readonly string[]): string {
  if (states.includes('present')) return 'present'
  if (states.some((state) => !['refuted', 'absent'].includes(state))) return 'undecided'
  return states.includes('refuted') ? 'refuted' : 'absent'
}

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  let run: RunRow
  /** A region with white cells, a province and a commune inside it. */
  let codes: string[]
  let places: Place[]
  let classOf: Map<string, Class>

  const db = () => database.source.manager
  const inside = (code: string) => (place: Place) => `${place.code}.`.startsWith(`${code}.`)

  beforeAll(async () => {
    database = await freshDatabase(engine)
    await buildDemo(database.source, new Date('2026-11-01'), () => {})
    // The demonstration's own declarations give way to those that are counted below.
    await database.source.query('TRUNCATE coverage')
    const sites: { lat: number; lng: number }[] = await db().query('SELECT lat, lng FROM site ORDER BY code')
    await upsertLocalities(
      db(),
      sites
        .filter((_, i) => i % 2 === 0)
        .map(({ lat, lng }, i) => ({
          id: `d${i}`,
          nameFr: `Douar ${i}`,
          nameAr: i % 3 ? `دوار ${i}` : null,
          kind: 'PPL',
          communeCode: null,
          lat,
          lng,
          population: i % 5 === 0 ? null : i,
        })),
    )
    expect(
      await contradictionsOfArea(
        db(),
        await classify(database.source, { rule: RULE, author: 'test' }),
        RULE,
        '01',
      ),
    ).toBeNull()
    await claim()
    run = await classify(database.source, { rule: RULE, author: 'test' })
    await addTechnologies()
    places = await db().query(
      `SELECT cell::text, coalesce(commune_code, province_code, region_code) AS code FROM cell_place
       WHERE region_code IS NOT NULL`,
    )
    const verdicts: { cell: string; class: Class }[] = await db().query(
      `SELECT cell::text, class FROM verdict WHERE ${HOLDS}`,
      [run.series, run.id],
    )
    classOf = new Map(verdicts.map((row) => [row.cell, row.class]))
    codes = await nested()
  })
  afterAll(() => database?.drop())

  /** An operator that has 4G in a cell has 3G there, too: the demonstration measures one network of each. */
  async function addTechnologies(): Promise<void> {
    const added: object[] = await db().query(
      `INSERT INTO evidence SELECT (jsonb_populate_record(v, '{"technology": "3g"}')).* FROM evidence AS v
       WHERE ${HOLDS} AND technology = '4g' ON CONFLICT DO NOTHING RETURNING cell`,
      [run.series, run.id],
    )
    expect(added.length).toBeGreaterThan(0)
  }

  /** Operators declare every second measured cell, and promise every fifth for a day that has passed. */
  async function claim(): Promise<void> {
    const cells: { cell: string }[] = await db().query('SELECT cell::text FROM cell_place ORDER BY cell')
    const rows = (every: number, onDate: string) =>
      cells
        .filter((_, i) => i % every === 0)
        .flatMap(({ cell }) =>
          ['iam', 'inwi'].map((operator) => ({
            cell,
            operator,
            technology: '4g' as Technology,
            downloadBps: 30e6,
            uploadBps: null,
            onDate,
          })),
        )
    const about = { source: 'list.csv', author: 'test' }
    await importCoverage(database.source, 'declared', rows(2, '2025-01-01'), about)
    await importCoverage(database.source, 'planned', rows(5, '2026-01-31'), about)
  }

  async function nested(): Promise<string[]> {
    const worst = (some: { code: string; cells: { white: number } | null }[]) =>
      some.toSorted((a, b) => (b.cells?.white ?? 0) - (a.cells?.white ?? 0))[0]!.code
    const region = worst(await figuresOfAreas(db(), run, null))
    const province = worst(await figuresOfAreas(db(), run, (await findArea(db(), region))!))
    return [region, province, worst(await figuresOfAreas(db(), run, (await findArea(db(), province))!))]
  }

  test.each([8, 6])(
    'its cells at resolution %i are those that lie in it, and no others',
    async (resolution) => {
      for (const code of codes) {
        const expected = new Map<string, Record<Class, number>>()
        for (const { cell } of places.filter(inside(code))) {
          const found = classOf.get(cell)
          if (!found) continue
          const parent = parentOf(cellFromSql(cell), resolution)
          const counts = expected.get(parent) ?? { white: 0, grey: 0, black: 0, unknown: 0 }
          counts[found]++
          expected.set(parent, counts)
        }
        expect(expected.size).toBeGreaterThan(0)
        const rows = await cellsOfArea(db(), run, code, resolution)
        // By no roster nothing is known of what has no class.
        const known = { served: 0, noneTried: 0 }
        expect(new Map(rows.map(({ h3, ...counts }) => [h3, counts]))).toEqual(
          new Map([...expected].map(([h3, counts]) => [h3, { ...counts, ...known }])),
        )
        expect(rows).toHaveLength(expected.size)
      }
    },
  )

  test('its operators are counted by cells, whatever their technologies', async () => {
    const evidence: { cell: string; operator: string; state: string }[] = await db().query(
      `SELECT cell::text, operator, state FROM evidence WHERE ${HOLDS} AND samples > 0`,
      [run.series, run.id],
    )
    for (const code of codes) {
      const own = new Set(places.filter(inside(code)).map(({ cell }) => cell))
      const mine = evidence.filter(({ cell }) => own.has(cell))
      const statesOf = (operator: string) => {
        const states = new Map<string, string[]>()
        for (const { cell, operator: other, state } of mine)
          if (other === operator) states.set(cell, [...(states.get(cell) ?? []), state])
        return [...states.values()].map(bestOf)
      }
      const expected = [...new Set(mine.map(({ operator }) => operator))].map((operator) => {
        const states = statesOf(operator)
        const count = (state: string) => states.filter((one) => one === state).length
        return {
          operator: operator || null,
          present: count('present'),
          undecided: count('undecided'),
          refuted: count('refuted'),
          absent: count('absent'),
          tried: states.length,
        }
      })
      const rows = await operatorsOfArea(db(), run, code)
      expect(rows.toSorted(byOperator)).toEqual(expected.toSorted(byOperator))
      expect(rows.map(({ present }) => present)).toEqual(
        rows.map(({ present }) => present).toSorted((a, b) => b - a),
      )
    }
  })

  test('its people, localities and sites are those of its cells', async () => {
    const localities: { id: string; cell: string; population: number | null }[] = await db().query(
      'SELECT id, cell::text, population FROM locality',
    )
    const sites: { code: string; cell: string }[] = await db().query('SELECT code, cell::text FROM site')
    for (const code of codes) {
      const own = new Set(places.filter(inside(code)).map(({ cell }) => cell))
      const of = (cell: string) => classOf.get(cell) ?? 'unknown'
      const [here, sitesHere] = [
        localities.filter(({ cell }) => own.has(cell)),
        sites.filter(({ cell }) => own.has(cell)),
      ]
      const people = await peopleOfArea(db(), run, code)
      for (const colour of CLASSES) {
        const some = here.filter(({ cell }) => of(cell) === colour)
        expect(people.localities[colour]).toBe(some.length)
        expect(people.population[colour]).toBe(some.reduce((sum, l) => sum + (l.population ?? 0), 0))
        expect(people.sites[colour]).toBe(sitesHere.filter(({ cell }) => of(cell) === colour).length)
      }
      const biggest = here
        .toSorted((a, b) => (b.population ?? -1) - (a.population ?? -1) || (a.id < b.id ? -1 : 1))
        .slice(0, 4)
      const shown = await localitiesOfArea(db(), run, code, 4)
      expect(shown.map((l) => [l.id, l.class])).toEqual(biggest.map(({ id, cell }) => [id, of(cell)]))
      const marks = await sitesOfArea(db(), run, code, 10_000)
      expect(new Map(marks.map((site) => [site.code, site.class]))).toEqual(
        new Map(sitesHere.map((site) => [site.code, of(site.cell)])),
      )
      const isServed = marks.map((site) => site.class !== 'white')
      expect(isServed).toEqual(isServed.toSorted((a, b) => Number(a) - Number(b)))
    }
  })

  test('its white zones come by their people, with the commune and the largest place of each', async () => {
    for (const code of codes) {
      const all = await listZones(db(), run, {
        class: 'white',
        area: code,
        box: null,
        order: 'id',
        after: null,
        limit: 5_000,
      })
      const expected = all
        .toSorted(
          (a, b) =>
            (b.population ?? -1) - (a.population ?? -1) ||
            b.cellCount - a.cellCount ||
            (a.id < b.id ? -1 : 1),
        )
        .slice(0, 5)
      const area = (await findArea(db(), code))!
      const rows = await whiteZonesOfArea(db(), run, area, 5)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.map((z) => [z.id, z.population, z.cellCount, z.siteCount])).toEqual(
        expected.map((z) => [z.id, z.population, z.cellCount, z.siteCount]),
      )
      for (const [i, { communeFr, placeFr, lat, lng }] of rows.entries()) {
        const commune = expected[i]!.communeCode
        expect(communeFr).toBe(commune && (await findArea(db(), commune))!.nameFr)
        expect(placeFr === null).toBe(rows[i]!.population === null)
        const [west, south, east, north] = expected[i]!.bbox
        expect(lng >= west && lng <= east && lat >= south && lat <= north).toBe(true)
      }
    }
  })

  test('its contradictions are those of the list, counted by cells', async () => {
    let found = 0
    for (const code of codes) {
      const page = { area: code, kind: null, operator: null, after: '', limit: 100_000 }
      const rows = await listContradictions(db(), run, RULE, page)
      const cells = (kind: string) =>
        new Set(rows.filter((row) => row.kind === kind).map(({ cell }) => cell)).size
      expect(await contradictionsOfArea(db(), run, RULE, code)).toEqual({
        declaredRefuted: cells('declared_refuted'),
        presentUndeclared: cells('present_undeclared'),
        latePlan: cells('late_plan'),
      })
      found += rows.length
    }
    expect(found).toBeGreaterThan(0)
  })

  test('the run before is the one before it in its series, and the first has none', async () => {
    const runs: { id: number; series: number }[] = await db().query(
      `SELECT id, series FROM run WHERE rule_id = 'ma-floor' ORDER BY id`,
    )
    expect(await previousRunOfArea(db(), runs[0]!, codes[0]!)).toBeNull()
    for (const code of codes) {
      const [{ white }] = await db().query('SELECT white FROM area_count WHERE run_id = $1 AND code = $2', [
        runs[1]!.id,
        code,
      ])
      expect(await previousRunOfArea(db(), run, code)).toMatchObject({ run: runs[1]!.id, white })
    }
  })

  test('around it are its neighbours of the same level, and inside it those of the next', async () => {
    for (const code of codes.slice(0, 2)) {
      const area = (await findArea(db(), code))!
      const [west, south, east, north] = area.bbox
      const box = { west: west - 1, south: south - 1, east: east + 1, north: north + 1 }
      const rows = await outlinesAround(db(), area, { box, tolerance: 0.01 })
      const levels = new Map(rows.map((row) => [row.code, row.level]))
      expect(levels.get(code)).toBe(area.level)
      const children = await figuresOfAreas(db(), run, area)
      for (const child of children) expect(levels.has(child.code)).toBe(true)
      expect(rows.filter(({ level }) => level === area.level).length).toBeGreaterThan(1)
      expect(rows.every(({ level, code: of }) => level === area.level || of.startsWith(`${code}.`))).toBe(
        true,
      )
      for (const { geojson } of rows) expect(JSON.parse(geojson)).toHaveProperty('type')
    }
  })

  test('the outline of Al Hoceima, which has islets, is among its own, however coarse', async () => {
    const area = (await findArea(db(), '01.051'))!
    const [west, south, east, north] = area.bbox
    const box = { west: west - 1, south: south - 1, east: east + 1, north: north + 1 }
    for (const tolerance of [0.0001, 0.00099063, 0.003, 0.01, 0.05]) {
      const rows = await outlinesAround(db(), area, { box, tolerance })
      const { coordinates } = JSON.parse(rows.find(({ code }) => code === area.code)!.geojson) as {
        coordinates: unknown[]
      }
      expect(coordinates.length).toBeGreaterThan(0)
    }
  })
})

const byOperator = (a: { operator: string | null }, b: { operator: string | null }) =>
  (a.operator ?? '') < (b.operator ?? '') ? -1 : 1

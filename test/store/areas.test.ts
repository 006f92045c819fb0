import { type AreaLevel, type AreaRecord, type Position, foldName } from '#domain/place'
import { cellAt, cellToSql, centreOf } from '#geo'
import {
  AREA_ORDERS,
  type AreaKey,
  type AreaRow,
  type AreaPageQuery,
  areaKey,
  areaShapes,
  findArea,
  importAreas,
  searchAreas,
} from '#store/areas'
import { areasOfCell } from '#store/verdicts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const NO_FILTER: AreaPageQuery = {
  words: [],
  level: null,
  box: null,
  order: 'code',
  after: null,
  limit: 1_000,
}

const box = (west: number, south: number, east: number, north: number): Position[] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]

/** A square degree in the sea south of Guinea, where no other area lies. */
const AT_SEA = box(0, 0, 1, 1)

function area(code: string, ring: Position[], change: Partial<AreaRecord> = {}): AreaRecord {
  const levels: Record<number, AreaLevel> = { 2: 'region', 6: 'province' }
  const level = levels[code.length] ?? 'commune'
  return {
    code,
    vintage: 2024,
    level,
    type: null,
    parentCode: { region: null, province: code.slice(0, 2), commune: code.slice(0, 6) }[level],
    nameFr: `Lieu ${code}`,
    nameAr: `مكان ${code}`,
    population: null,
    geometry: { type: 'Polygon', coordinates: [ring] },
    ...change,
  }
}

describe.each(ENGINES)('areas on %s', (engine) => {
  let database: TestDatabase
  /** Edition of the regions and provinces that every database has. */
  let vintage: number
  beforeAll(async () => {
    database = await freshDatabase(engine)
    vintage = (await findArea(database.source.manager, '01'))!.vintage
    await bring(area('99', AT_SEA, { vintage }))
  })
  afterAll(() => database.drop())

  const bring = (...areas: AreaRecord[]) =>
    importAreas(database.source, areas, { source: 'test', author: 'test', cellCount: () => 7 })
  const find = (code: string) => findArea(database.source.manager, code)
  const search = (change: Partial<AreaPageQuery>): Promise<AreaRow[]> =>
    searchAreas(database.source.manager, { ...NO_FILTER, ...change })
  const named = async (text: string) =>
    (await search({ words: foldName(text).split(' ') })).map((found) => found.nameFr)

  describe('what is imported', () => {
    test('an area of which half lies outside its parent is refused, with the share', async () => {
      const half = await bring(
        area('99.001', box(0.5, 0, 1.5 + 0.02, 1), { vintage }),
        area('99.002', box(0.5, 0, 1.5 - 0.02, 1), { vintage }),
      )
      expect(half.imported).toBe(1)
      expect(half.refused).toEqual([
        { code: '99.001', field: 'geometry', value: '0.49', reason: 'only 49 % of it lies in 99' },
      ])
      expect([await find('99.001'), (await find('99.002'))?.code]).toEqual([undefined, '99.002'])
    })

    test('an area that lies elsewhere altogether is refused', async () => {
      const { imported, refused } = await bring(area('01.051.01.91', AT_SEA))
      expect([imported, refused.map((r) => [r.code, r.field])]).toEqual([0, [['01.051.01.91', 'geometry']]])
    })

    test('an area whose parent is not known is refused', async () => {
      const { imported, refused } = await bring(area('98.001', AT_SEA, { vintage }))
      expect(imported).toBe(0)
      expect(refused).toEqual([
        { code: '98.001', field: 'parent', value: '98', reason: 'parent area 98 does not exist' },
      ])
    })

    test('children find a parent that stands after them in the file, and none that was refused', async () => {
      const { imported, refused } = await bring(
        area('99.003.01.01', box(0.1, 0.1, 0.2, 0.2)),
        area('99.003', box(0, 0, 0.5, 0.5), { vintage }),
        area('99.004.01.01', box(5, 5, 6, 6)),
        area('99.004', box(5, 5, 6, 6), { vintage }),
      )
      expect(imported).toBe(2)
      expect(refused.map((r) => [r.code, r.field])).toEqual([
        ['99.004', 'geometry'],
        ['99.004.01.01', 'parent'],
      ])
    })

    test('a border that crosses itself is mended, one without an area is refused', async () => {
      const bow: Position[] = [
        [0, 0],
        [0.2, 0.2],
        [0.2, 0],
        [0, 0.2],
        [0, 0],
      ]
      const line: Position[] = [
        [0, 0],
        [0.1, 0.1],
        [0.2, 0.2],
        [0, 0],
      ]
      const { imported, refused } = await bring(
        area('99.005', bow, { vintage }),
        area('99.006', line, { vintage }),
      )
      expect([imported, refused.map((r) => [r.code, r.value])]).toEqual([1, [['99.006', 'empty']]])
      const [{ valid, size }] = await database.source.query(
        `SELECT ST_IsValid(geom) AS valid, ST_Area(geom) AS size FROM area WHERE code = '99.005'`,
      )
      expect([valid, size.toFixed(6)]).toEqual([true, '0.020000'])
    })

    test('an area that comes again takes the new names and border, and keeps a population that is not said', async () => {
      await bring(area('99.007', box(0, 0, 0.5, 0.5), { vintage, population: 123 }))
      await bring(area('99.007', box(0, 0, 0.25, 1), { vintage, nameFr: 'Nouveau' }))
      expect(await find('99.007')).toMatchObject({
        nameFr: 'Nouveau',
        population: 123,
        bbox: [0, 0, 0.25, 1],
      })
    })

    test('every import leaves its author', async () => {
      await bring(area('99.008', box(0, 0, 0.5, 0.5), { vintage }))
      const rows = await database.source.query(
        'SELECT author, action, subject FROM change ORDER BY id DESC LIMIT 1',
      )
      expect(rows).toEqual([{ author: 'test', action: 'import areas', subject: '1 areas' }])
    })

    test('cells that were measured before are placed in what comes later', async () => {
      const h3 = cellAt(0.3, 0.3)
      const [lng, lat] = centreOf(h3)
      await database.source.query('INSERT INTO cell_place (cell) VALUES ($1)', [cellToSql(h3)])
      expect(await areasOfCell(database.source.manager, cellToSql(h3))).toEqual([])
      const around = box(lng - 0.01, lat - 0.01, lng + 0.01, lat + 0.01)
      await bring(area('99.009', box(0.2, 0.2, 0.4, 0.4), { vintage }), area('99.009.01.01', around))
      const codes = (await areasOfCell(database.source.manager, cellToSql(h3))).map((a) => a.code)
      expect(codes).toEqual(['99', '99.009', '99.009.01.01'])
    })

    test('a newer edition of a level stands in place of the whole older one', async () => {
      const commune = box(0.1, 0.1, 0.2, 0.2)
      await bring(area('99.003.01.02', commune, { vintage: 2031 }))
      const communes = await search({ level: 'commune' })
      expect(communes.map((found) => found.code)).toEqual(['99.003.01.02'])
      await database.source.query('DELETE FROM area WHERE vintage = 2031')
    })
  })

  describe('what is searched', () => {
    test.each(['Al Hoceima', 'al-hoceïma', 'hoceima AL', 'الحسيمة', 'الحسيمه', 'حُسيمة', 'hoce'])(
      'Al Hoceima is found by %s',
      async (text) => expect((await named(text)).join()).toContain('Hoceima'),
    )

    test.each(['Fès', 'fes', 'FEZ'.replace('Z', 'S'), 'فاس'])('Fès is found by %s', async (text) => {
      const found = await named(text)
      expect(found.some((name) => /f[eè]s/i.test(name))).toBe(true)
    })

    test('every area is found by each of its own names', async () => {
      for (const one of await search({})) {
        expect(await named(one.nameFr)).toContain(one.nameFr)
        expect(await named(one.nameAr)).toContain(one.nameFr)
      }
    })

    test('the signs of a pattern stand for themselves', async () => {
      expect(await search({ words: ['%'] })).toEqual([])
      expect(await search({ words: ['_'] })).toEqual([])
      expect(await search({ words: ['\\'] })).toEqual([])
      expect(await search({ words: [`' OR true --`] })).toEqual([])
    })

    test('all words must occur', async () => {
      expect(await named('hoceima fes')).toEqual([])
    })

    test('a level and a box keep the others out', async () => {
      const regions = await search({ level: 'region' })
      expect(regions).toHaveLength(13)
      const sea = { west: 0.9, south: 0.9, east: 0.95, north: 0.95 }
      expect((await search({ box: sea, level: 'region' })).map((found) => found.code)).toEqual(['99'])
    })

    test.each(AREA_ORDERS)(
      'page by page in the order of %s each area comes once, as all at once',
      async (order) => {
        const all = await search({ order })
        expect(new Set(all.map(({ code }) => code.length)).size).toBeGreaterThan(2)
        if (order === 'code') {
          const byLength = (a: string, b: string) => a.length - b.length || (a < b ? -1 : 1)
          expect(all.map(({ code }) => code)).toEqual(all.map(({ code }) => code).toSorted(byLength))
        } else {
          const people = all.map(({ population }) => population)
          const known = people.filter((count) => count !== null)
          const rising = order === 'population' ? 1 : -1
          expect([known.length > 50, known.length < people.length]).toEqual([true, true])
          expect(people.slice(0, known.length)).toEqual(known.toSorted((a, b) => rising * (a - b)))
        }
        const paged: AreaRow[] = []
        for (let after: AreaKey | null = null; paged.length <= all.length;) {
          const page: AreaRow[] = await search({ order, after, limit: 9 })
          if (page.length === 0) break
          paged.push(...page)
          after = areaKey(order, page.at(-1)!)
        }
        expect(paged).toEqual(all)
      },
    )
  })

  test('before any run no area has a shape with counts', async () => {
    const everywhere = { west: -20, south: -2, east: 2, north: 40 }
    const query = { run: 0, level: 'region' as const, box: everywhere, tolerance: 0.1 }
    expect(await areaShapes(database.source.manager, query)).toEqual([])
  })
})

/** The numbers beside the map, against a count of every place and cell by hand. */
import { buildDemo } from '#demo'
import { SHIPPED_RULES } from '#domain/rule'
import { CLASSES } from '#domain/verdict'
import { countsOfArea, figuresOfAreas, findArea, upsertLocalities } from '#store/areas'
import { classify } from '#store/runs'
import { verdictAt } from '#store/verdicts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await buildDemo(database.source, new Date('2026-11-01'), () => {})
    // A locality beside every third site, with so many people as its number says.
    const sites: { lat: number; lng: number }[] = await database.source.query(
      'SELECT lat, lng FROM site ORDER BY code',
    )
    const places = sites.filter((_, i) => i % 3 === 0)
    await upsertLocalities(
      database.source.manager,
      places.map(({ lat, lng }, i) => ({
        id: `d${i}`,
        nameFr: `Douar ${i}`,
        nameAr: null,
        kind: 'PPL',
        communeCode: null,
        lat,
        lng,
        population: i % 5 === 0 ? null : i,
      })),
    )
  })
  afterAll(() => database?.drop())

  test('regions, provinces and communes have the sums of what lies in them', async () => {
    const db = database.source.manager
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    const run = await classify(database.source, { rule, author: 'test' })
    const places: { cell: string; code: string | null; people: number | null; site: boolean }[] =
      await db.query(
        `SELECT p.cell::text, coalesce(commune_code, province_code, region_code) AS code, people, site FROM (
           SELECT cell, population AS people, false AS site FROM locality UNION ALL SELECT cell, NULL, true FROM site
         ) AS p LEFT JOIN cell_place USING (cell)`,
      )
    const classOf = new Map<string, string>()
    for (const { cell } of places) classOf.set(cell, (await verdictAt(db, run, cell))?.class ?? 'unknown')
    const regions = await figuresOfAreas(db, run, null)
    expect(regions).toHaveLength(12)
    const region = regions.find(({ sites }) => sites.white > 0)!
    const provinces = await figuresOfAreas(db, run, (await findArea(db, region.code))!)
    const communes = await figuresOfAreas(db, run, (await findArea(db, provinces[0]!.code))!)
    expect(await figuresOfAreas(db, run, (await findArea(db, communes[0]!.code))!)).toEqual([])
    for (const area of [...regions, ...provinces, ...communes]) {
      const { cells, partial } = area
      expect({ counts: cells, partial }).toEqual(await countsOfArea(db, run.id, area.code))
      for (const colour of CLASSES) {
        const inside = places.filter(
          ({ cell, code }) => `${code}.`.startsWith(`${area.code}.`) && classOf.get(cell) === colour,
        )
        expect(area.sites[colour]).toBe(inside.filter(({ site }) => site).length)
        expect(area.localities[colour]).toBe(inside.filter(({ site }) => !site).length)
        expect(area.people[colour]).toBe(inside.reduce((sum, { people }) => sum + (people ?? 0), 0))
      }
    }
    const inOrder = regions
      .filter(({ rank }) => rank !== null)
      .toSorted((a, b) => b.people.white - a.people.white || b.cells!.white - a.cells!.white)
    expect(inOrder.map(({ rank }) => rank)).toEqual(
      inOrder.map(
        (a) =>
          1 +
          inOrder.filter(
            (b) =>
              b.people.white > a.people.white ||
              (b.people.white === a.people.white && b.cells!.white > a.cells!.white),
          ).length,
      ),
    )
  })

  test('the trend is that against the run before, and nothing where there was none', async () => {
    const db = database.source.manager
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    const first: { id: number; series: number }[] = await db.query(
      `SELECT id, series FROM run WHERE rule_id = 'ma-floor' ORDER BY id LIMIT 1`,
    )
    for (const { whiteBefore } of await figuresOfAreas(db, first[0]!, null)) expect(whiteBefore).toBeNull()
    const before = await figuresOfAreas(db, await classify(database.source, { rule, author: 'test' }), null)
    const after = await figuresOfAreas(db, await classify(database.source, { rule, author: 'test' }), null)
    expect(after.map(({ whiteBefore }) => whiteBefore)).toEqual(before.map(({ cells }) => cells!.white))
  })
})

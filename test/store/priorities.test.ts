/** The factors of zones, against a count of every place of every cell and every distance by hand. */
import { type SiteRecord, SITE_TYPES } from '#domain/place'
import { distanceM } from '#domain/probe'
import { seededRandom } from '#domain/random'
import { birthRunOf } from '#domain/zone'
import { cellToSql, centreOf, connectedCellGroups, nearestDistanceKmTo, zonePolygon } from '#geo'
import { upsertLocalities } from '#store/areas'
import { type RunRow } from '#store/runs'
import { upsertSites } from '#store/sites'
import { factorsOfZones, fibreCells, findZone, listZones, placesRevision, nameZones } from '#store/zones'
import fc from 'fast-check'
import { latLngToCell } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'

const between = (h3: string, to: string) => {
  const [[aLng, aLat], [bLng, bLat]] = [centreOf(h3), centreOf(to)]
  return distanceM({ lat: aLat, lng: aLng }, { lat: bLat, lng: bLng }) / 1000
}

test('the distance between the nearest of two sets of cells is that of all their pairs', () => {
  const cell = fc
    .tuple(fc.double({ min: 21, max: 36, noNaN: true }), fc.double({ min: -17, max: -1, noNaN: true }))
    .map(([lat, lng]) => latLngToCell(lat, lng, 8))
  fc.assert(
    fc.property(
      fc.array(cell, { maxLength: 40 }),
      fc.array(cell, { minLength: 1, maxLength: 8 }),
      (those, these) => {
        const found = nearestDistanceKmTo(those)(these)
        if (those.length === 0) return found === null
        const byHand = Math.min(...these.flatMap((a) => those.map((b) => between(a, b))))
        return Math.abs(found! - byHand) < 1e-5
      },
    ),
  )
})

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  let run: RunRow
  beforeAll(async () => {
    database = await freshDatabase(engine)
    run = await fillObservatory(database, new Date())
    await makeZones()
    await makeFibre()
  })
  afterAll(() => database?.drop())

  const db = () => database.source.manager

  /** Patches of three colours by chance, in the place of what the run found. */
  async function makeZones() {
    await database.source.query('DELETE FROM zone')
    const random = seededRandom(3)
    const colours = new Map(OBSERVED_CELLS.map((h3) => [h3, Math.floor(random() * 3)]))
    for (const [i, name] of (['white', 'grey', 'black'] as const).entries())
      for (const cells of connectedCellGroups(OBSERVED_CELLS.filter((h3) => colours.get(h3) === i).sort()))
        await database.source.query(
          `INSERT INTO zone (series, id, first_run, class, commune_code, province_code, region_code, cell_count, cells, geom)
           VALUES ($1, $2, $3, $4, NULL, '03.231', '03', cardinality($5::bigint[]), $5::bigint[],
             ST_SetSRID(ST_GeomFromGeoJSON($6), 4326))`,
          [
            run.series,
            `${run.id}-${cells[0]}`,
            run.id,
            name,
            cells.map(cellToSql),
            JSON.stringify(zonePolygon(cells)),
          ],
        )
  }

  /** Found at the first cell, which nobody declares; denied at the third, which iam and others declare. */
  async function makeFibre() {
    for (const [n, state] of [
      [1, 'present'],
      [2, 'refuted'],
      [3, 'unknown'],
    ] as const)
      for (const operator of n === 2 ? ['iam', 'orange', 'inwi', 'a. b/c?'] : ['iam'])
        await database.source.query(
          `INSERT INTO evidence SELECT (e).* FROM (SELECT jsonb_populate_record(e, $3::jsonb) AS e FROM evidence AS e
             WHERE series = $1 AND cell = $2 LIMIT 1) AS copied`,
          [
            run.series,
            cellToSql(OBSERVED_CELLS[n]!),
            JSON.stringify({ operator, technology: 'fibre', state }),
          ],
        )
  }
  const all = { class: null, area: null, box: null, order: 'id' as const, after: null, limit: 10_000 }

  async function zonesByHand() {
    const zones = (await listZones(db(), run, all)).filter((zone) => zone.class !== 'black')
    return Promise.all(
      zones.map(async ({ id }) => (await findZone(db(), { id, born: birthRunOf(id) }, run))!),
    )
  }

  type Place = { h3: string; type: string | null; technology: string | null; population: number | null }
  const places = (): Promise<Place[]> =>
    database.source.query(
      `SELECT to_hex(cell) AS h3, NULL AS type, NULL AS technology, population FROM locality
       UNION ALL SELECT to_hex(cell), type, technology, NULL FROM site`,
    )

  async function expectFactors() {
    const zones = await zonesByHand()
    const known = await places()
    const [localities, sites] = [known.filter((p) => !p.type), known.filter((p) => p.type)]
    const fibre = await fibreCells(db(), run)
    const factors = new Map((await factorsOfZones(db(), run)).map((zone) => [zone.id, zone]))
    expect([...factors.keys()].sort()).toEqual(zones.map(({ id }) => id).sort())
    for (const zone of zones) {
      const cells = new Set(zone.cells)
      const own = localities.filter(({ h3 }) => cells.has(h3))
      const counted = own.filter(({ population }) => population !== null)
      const there = sites.filter(({ h3 }) => cells.has(h3))
      const sitesOf = (...types: string[]) =>
        sites.length === 0 ? null : there.filter(({ type }) => types.includes(type!)).length
      const ifAny = (amount: number | null) => (localities.length === 0 ? null : amount)
      const sum = counted.reduce((people, { population }) => people + population!, 0)
      expect(factors.get(zone.id)).toEqual({
        id: zone.id,
        class: zone.class,
        communeCode: zone.communeCode,
        provinceCode: zone.provinceCode,
        regionCode: zone.regionCode,
        cellCount: zone.cells.length,
        people: ifAny(own.length > 0 && counted.length === 0 ? null : sum),
        localities: ifAny(own.length),
        localitiesUncounted: ifAny(own.length - counted.length),
        schools: sitesOf('school'),
        healthCentres: sitesOf('health_centre'),
        administrations: sitesOf('council', 'caidat', 'post_office', 'administration'),
        otherSites: sitesOf('other'),
        fibreKm:
          fibre.length === 0
            ? null
            : expect.closeTo(Math.min(...zone.cells.flatMap((a) => fibre.map((b) => between(a, b)))), 5),
      })
    }
    return zones
  }

  test('fibre is where it was found, or declared and not denied by measurements', async () => {
    const declared: { h3: string }[] = await database.source.query(
      `SELECT DISTINCT to_hex(cell) AS h3 FROM coverage WHERE kind = 'declared' AND technology = 'fibre'
       AND withdrawn_at IS NULL`,
    )
    const byHand = new Set([...declared.map(({ h3 }) => h3), OBSERVED_CELLS[1]!])
    expect(byHand.delete(OBSERVED_CELLS[2]!)).toBe(true)
    expect(byHand.has(OBSERVED_CELLS[3]!)).toBe(false)
    expect((await fibreCells(db(), run)).sort()).toEqual([...byHand].sort())
  })

  test('factors are those counted by hand, and change with localities and sites as their mark does', async () => {
    const zones = await expectFactors()
    expect(zones.length).toBeGreaterThan(1)
    const marks = [await placesRevision(db())]
    const random = seededRandom(7)
    const somewhere = () => {
      const [lng, lat] = centreOf(OBSERVED_CELLS[Math.floor(random() * OBSERVED_CELLS.length)]!)
      return { lng, lat, communeCode: '03.231.01.01' }
    }
    await upsertLocalities(
      db(),
      Array.from({ length: 60 }, (_, n) => ({
        ...somewhere(),
        id: `R${n}`,
        nameFr: `Douar ${n}`,
        nameAr: null,
        kind: 'PPL',
        population: random() < 0.2 ? null : Math.floor(random() * 900),
      })),
    )
    marks.push(await placesRevision(db()))
    const site = (n: number): SiteRecord => ({
      ...somewhere(),
      code: `R-${n}`,
      name: `Site ${n}`,
      type: SITE_TYPES[n % SITE_TYPES.length]!,
      technology: n % 20 === 0 ? 'fibre' : '4g',
    })
    await upsertSites(
      db(),
      Array.from({ length: 60 }, (_, n) => site(n)),
      { author: 't', simulated: false },
    )
    marks.push(await placesRevision(db()))
    await expectFactors()
    await upsertLocalities(db(), [
      { ...somewhere(), id: 'R1', nameFr: 'Douar 1', nameAr: null, kind: 'PPL', population: 12_345 },
    ])
    marks.push(await placesRevision(db()))
    expect(new Set(marks).size).toBe(4)
    expect(await placesRevision(db())).toBe(marks[3])
    await expectFactors()
  })

  test('a zone is named by its most populous locality and stands in one of its own cells', async () => {
    const zones = await zonesByHand()
    const names = await nameZones(
      db(),
      run,
      zones.map(({ id }) => id),
    )
    expect(names.size).toBe(zones.length)
    for (const { id, cells, bbox } of zones) {
      const named = names.get(id)!
      expect(named.bbox).toEqual(bbox)
      expect(cells).toContain(latLngToCell(named.lat, named.lng, 8))
      const [first] = await database.source.query(
        `SELECT name_fr AS name FROM locality WHERE to_hex(cell) = ANY($1) ORDER BY population DESC NULLS LAST, id LIMIT 1`,
        [cells],
      )
      expect(named.localityFr).toBe(first?.name ?? null)
    }
  })

  test('where nothing was imported nothing is known, and no fibre is no distance', async () => {
    await database.source.query('DELETE FROM locality')
    await database.source.query('DELETE FROM site')
    await expectFactors()
    const [zone] = await factorsOfZones(db(), run)
    expect(zone).toMatchObject({ people: null, localities: null, schools: null, administrations: null })
    await database.source.query('DELETE FROM coverage')
    await database.source.query(`DELETE FROM evidence WHERE technology = 'fibre'`)
    expect((await factorsOfZones(db(), run)).map(({ fibreKm }) => fibreKm)).not.toContainEqual(
      expect.any(Number),
    )
  })
})

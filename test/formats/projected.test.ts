/** Coordinates in Moroccan Lambert and other systems become WGS 84; unknown ones are refused by name. */
import { crsOf } from '#formats/geometry'
import { readAreas, readCoverage, readLocalities, readPlan, readSites } from '#formats/lists'
import { ImportQuestion, readResults } from '#formats/tools'
import { describe, expect, test } from 'vitest'
import { bytes, zipOf } from './files.js'
import { geoPackageOf } from './geopackages.js'
import { dbfOf, shpOf } from './shapefiles.js'

/** Made with PROJ 9.1 (gdaltransform): name, easting, northing, longitude, latitude. */
const POINTS: [string, number, number, number, number][] = [
  ['EPSG:26191', 525_000, 380_000, -5.12765005834593, 34.0185960808725],
  ['EPSG:26191', 700_000, 150_000, -3.2832524972524, 31.9261062249253],
  ['EPSG:26191', 500_000, 300_000, -5.39840808697729, 33.2973811791821],
]

describe.each(POINTS)('%s %s %s', (code, x, y, lng, lat) => {
  const near = { lat: expect.closeTo(lat, 6), lng: expect.closeTo(lng, 6) }
  const crs = crsOf(code)!
  const note = expect.stringContaining(`converted from ${code} (Merchich / Nord Maroc) to WGS 84`)

  test('in a table, where a person or the headers name the system', async () => {
    const rows = (header: string) => bytes(`code;name;commune_code;${header}\nA;B;01.051.01.01;${x};${y},0\n`)
    const named = await readSites(rows('X (Lambert Nord Maroc);Y (Lambert Nord Maroc)'))
    expect(named).toMatchObject({ sites: [near], notes: [note] })
    expect(await readSites(rows('x_lambert;y_lambert'), { crs })).toMatchObject({
      sites: [near],
      notes: [note],
    })
    expect((await readPlan(rows('X EPSG:26191;Y EPSG:26191'))).rows[0]!.place).toMatchObject(near)
    const unnamed = await readSites(rows('x;y'))
    expect(unnamed.rejections[0]!.reason).toMatch(/looks projected; say in which system, such as EPSG:26191/)
    expect((await readLocalities(rows('x;y'), { crs })).localities).toMatchObject([near])
  })

  test('in results of tests, where the system is asked', async () => {
    const table = bytes(`date,x,y,download (Mbit/s)\n2026-03-01 10:00,${x},${y},3\n`)
    const read = async (options: object) => {
      for await (const [record] of readResults(
        table,
        { format: null, unit: null, ...options },
        { format: null, unit: null, notes: [] },
      ))
        return record!.document
      return null
    }
    await expect(read({})).rejects.toThrow(ImportQuestion)
    await expect(read({})).rejects.toThrow(/Say crs=EPSG:26191/)
    expect(await read({ crs })).toMatchObject(near)
  })

  const square = [
    [x, y],
    [x + 2000, y],
    [x + 2000, y + 2000],
    [x, y],
  ]
  const corner = [expect.closeTo(lng, 6), expect.closeTo(lat, 6)]

  test('in GeoJSON with a crs, as points and as polygons', async () => {
    const collection = (geometry: object) => ({
      type: 'FeatureCollection',
      crs: { type: 'name', properties: { name: `urn:ogc:def:crs:${code.replace(':', '::')}` } },
      features: [{ type: 'Feature', properties: { code: '01', name: 'Nord' }, geometry }],
    })
    const point = bytes(JSON.stringify(collection({ type: 'Point', coordinates: [x, y] })))
    expect(await readPlan(point)).toMatchObject({ rows: [{ place: near }], notes: [note] })
    const polygon = bytes(JSON.stringify(collection({ type: 'Polygon', coordinates: [square] })))
    const { areas } = await readAreas(polygon)
    expect(areas[0]!.geometry.coordinates[0]![0]).toEqual(corner)
  })

  test('in a shapefile with its .prj, as ESRI and as GDAL write it', async () => {
    const esri = `PROJCS["Nord_Maroc",GEOGCS["GCS_Merchich",DATUM["D_Merchich",SPHEROID["Clarke_1880_IGN",6378249.2,293.466021293627]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",300000.0],PARAMETER["Central_Meridian",-5.4],PARAMETER["Standard_Parallel_1",33.3],PARAMETER["Scale_Factor",0.999625769],PARAMETER["Latitude_Of_Origin",33.3],UNIT["Meter",1.0]]`
    const gdal = esri
      .replace('"Nord_Maroc"', '"Projet de la province"')
      .replace(/\]$/, ',AUTHORITY["EPSG","26191"]]')
    for (const prj of [esri, gdal, esri.replace('Nord_Maroc', 'Lambert_perso')]) {
      const file = zipOf([
        { name: 'a.shp', text: shpOf(5, [[[...square].reverse()]]) },
        { name: 'a.dbf', text: dbfOf({ code: 'C', name: 'C' }, [['01', 'Nord']]) },
        { name: 'a.prj', text: prj },
      ])
      const { areas, notes } = await readAreas(file)
      expect(areas[0]!.geometry.coordinates[0]![3]).toEqual(corner)
      expect(notes).toContainEqual(note)
    }
  })

  test('in a GeoPackage', async () => {
    const file = await geoPackageOf({ epsg: 26191, point: [x, y], columns: { code: 'A' } })
    expect(await readPlan(file)).toMatchObject({
      rows: [{ code: 'A', place: near }],
      notes: [note],
    })
  })
})

test.each([
  ['EPSG:26192', 500_000, 300_000, 'Sud Maroc'],
  ['26194', 1_200_000, 400_000, 'Sahara Nord'],
  ['EPSG:26195', 1_500_000, 400_000, 'Sahara Sud'],
  ['EPSG:32629', 700_000, 3_700_000, 'UTM zone 29N'],
])('%s is known', async (code, x, y, name) => {
  const { claims, notes, rejections } = await readCoverage(
    bytes(`x,y,operator,technology,download (Mbit/s),date\n${x},${y},inwi,4G,30,2026-01-01\n`),
    { crs: crsOf(code)! },
  )
  expect(rejections).toEqual([])
  expect(notes[0]).toContain(name)
  expect(claims[0]!.place).toHaveProperty('lat')
})

test('a system that is not known is refused by its name', async () => {
  expect(crsOf('EPSG:27700')).toBeNull()
  const parts = [
    { name: 'a.shp', text: shpOf(1, [[[[9_000_000, 380_000]]]]) },
    { name: 'a.dbf', text: dbfOf({ code: 'C' }, [['A']]) },
  ]
  const other =
    'PROJCS["NTF_Lambert_II_etendu",GEOGCS["GCS_NTF"],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["latitude_of_origin",46.8]]'
  await expect(readPlan(zipOf([...parts, { name: 'a.prj', text: other }]))).rejects.toThrow(
    /NTF_Lambert_II_etendu, which is not known/,
  )
  // Without a .prj a person may say it.
  const { rejections } = await readPlan(zipOf(parts), { crs: crsOf('EPSG:26191')! })
  expect(rejections[0]!.reason).toContain('outside Morocco')
})

test('a coordinate that is no metre, and one that lies elsewhere', async () => {
  const list = (x: string) => bytes(`code,name,commune_code,x,y\nA,B,01.051.01.01,${x},380000\n`)
  const reason = async (x: string) =>
    (await readSites(list(x), { crs: crsOf('EPSG:26191')! })).rejections[0]!.reason
  expect(await reason('-6.84')).toContain('coordinate in metres')
  expect(await reason('"525,000"')).toContain('coordinate in metres')
  expect(await reason('9000000')).toContain('outside Morocco')
})

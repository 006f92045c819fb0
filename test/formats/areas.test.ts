import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnreadableFileError } from '#formats/file'
import { readAreas } from '#formats/lists'
import { bytes, dataFile, haveData } from './files.js'

const SQUARE = [
  [-5, 35],
  [-4, 35],
  [-4, 34],
  [-5, 35],
]
const polygon = (ring: unknown = SQUARE) => ({ type: 'Polygon', coordinates: [ring] })
const feature = (properties: object, geometry: unknown = polygon()) => ({
  type: 'Feature',
  properties: { name_fr: 'Ici', name_ar: 'هنا', ...properties },
  geometry,
})
const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features })
const read = (document: unknown, options = {}) => readAreas(bytes(JSON.stringify(document)), options)
const refusalOf = async (properties: object, geometry?: unknown) =>
  (await read(collection(feature(properties, geometry)))).rejections[0]

const levels = async (name: string) => {
  const { areas, rejections: refused, notes } = await readAreas(dataFile(`boundaries/${name}`))
  const count = (level: string) => areas.filter((area) => area.level === level).length
  const vintages = [...new Set(areas.map(({ vintage }) => vintage))]
  const counts = { region: count('region'), province: count('province'), commune: count('commune') }
  return { ...counts, refused: refused.length, vintages, notes: notes.length }
}

describe('real boundaries', () => {
  it.skipIf(!haveData('boundaries/hcp2014_adm123.topo.json')).each([
    [
      'hcp2014_adm123.topo.json',
      { region: 12, province: 75, commune: 1503, refused: 0, vintages: [2014], notes: 0 },
    ],
    [
      'hcp2014_adm3_full.topo.json.gz',
      { region: 0, province: 0, commune: 1503, refused: 0, vintages: [2014], notes: 0 },
    ],
    [
      'geoboundaries_mar_adm1.geojson',
      { region: 12, province: 0, commune: 0, refused: 0, vintages: [2024], notes: 1 },
    ],
    [
      'geoboundaries_mar_adm2.geojson',
      { region: 0, province: 75, commune: 0, refused: 0, vintages: [2024], notes: 1 },
    ],
  ])('%s', (name, counts) => expect(levels(name)).resolves.toEqual(counts))

  it.skipIf(!haveData('boundaries/hcp2014_adm123.topo.json'))('hold the people of 2014', async () => {
    const { areas } = await readAreas(dataFile('boundaries/hcp2014_adm123.topo.json'))
    const people = areas.reduce((sum, area) => sum + (area.level === 'commune' ? area.population! : 0), 0)
    expect(people).toBe(33_610_084)
  })
})

describe('a feature', () => {
  it('becomes an area', async () => {
    const {
      areas,
      rejections: refused,
      notes,
    } = await read(feature({ code: '010510101', pop_2014: 5, type: 'Urbaine', id: 1 }, polygon()))
    expect({ areas, refused, notes }).toEqual({
      areas: [
        {
          code: '01.051.01.01',
          vintage: 2014,
          level: 'commune',
          type: 'urban',
          parentCode: '01.051',
          nameFr: 'Ici',
          nameAr: 'هنا',
          population: 5,
          geometry: polygon(),
        },
      ],
      refused: [],
      notes: [],
    })
  })

  it.each([
    [{ code_hcp: '01.051' }, '01.051'],
    [{ Commune_Code: 10510101 }, '01.051.01.01'],
    [{ digits: '1511010' }, '01.511.01.0'],
    [{ 'رمز الجماعة': '010510101' }, '01.051.01.01'],
    [{ commune_code_2014: '01.051.01.01', province_code: '01.051' }, '01.051.01.01'],
  ])('names its code in several ways: %j', async (properties, code) =>
    expect((await read(collection(feature(properties)))).areas[0]?.code).toBe(code),
  )

  it('names itself in several ways, one language standing for the other', async () => {
    const named = (properties: object) =>
      read(collection({ type: 'Feature', geometry: polygon(), properties: { code: '01', ...properties } }))
    expect((await named({ NOM: 'Fès', الاسم: 'فاس' })).areas[0]).toMatchObject({
      nameFr: 'Fès',
      nameAr: 'فاس',
    })
    expect((await named({ NAME: 'Fès' })).areas[0]).toMatchObject({ nameFr: 'Fès', nameAr: 'Fès' })
    expect((await named({ name: 'فاس' })).areas[0]).toMatchObject({ nameFr: 'فاس', nameAr: 'فاس' })
    expect((await named({})).rejections[0]).toMatchObject({ line: 1, code: '01', field: 'nameFr' })
  })

  it('leaves heights out', async () => {
    const high = SQUARE.map((position) => [...position, 100])
    expect((await read(feature({ code: '01' }, polygon(high)))).areas[0]?.geometry).toEqual(polygon())
  })

  it('with a population that is no number is refused, so that it empties none', async () => {
    const { areas, rejections } = await read(feature({ code: '01', population_2024: 'beaucoup' }))
    expect(areas).toEqual([])
    expect(rejections).toMatchObject([
      { field: 'population', value: 'beaucoup', reason: 'is not a whole number' },
    ])
  })

  it('takes the population of its own year', async () => {
    const both = { code: '01', population_2014: 14, population_2024: 24 }
    expect((await read(feature(both))).areas[0]).toMatchObject({ vintage: 2024, population: 24 })
    expect((await read(feature(both), { vintage: 2014 })).areas[0]).toMatchObject({
      vintage: 2014,
      population: 14,
    })
  })
})

describe('the vintage', () => {
  const file = collection(feature({ code: '01', vintage: 2015 }), feature({ code: '02', pop_2019: 3 }))
  it('is the option before all', async () =>
    expect((await read(file, { vintage: 0 })).areas.map(({ vintage }) => vintage)).toEqual([0, 0]))
  it('is the feature’s own before the population’s year', async () =>
    expect((await read(file)).areas.map(({ vintage }) => vintage)).toEqual([2015, 2019]))
  it('is assumed with a note when nothing says it', async () => {
    const { areas, notes } = await read(feature({ code: '01' }))
    expect(areas[0]?.vintage).toBe(2024)
    expect(notes).toEqual([expect.stringContaining('2024')])
  })
  it('that is no year is refused', async () =>
    expect(await refusalOf({ code: '01', vintage: 'soon' })).toMatchObject({
      field: 'vintage',
      value: 'soon',
    }))
})

describe('refused features', () => {
  const ring = (...positions: unknown[]) => polygon(positions)
  const square = (first: unknown) => ring(first, [-4, 35], [-4, 34], first)
  it.each([
    ['no code', {}, polygon(), { field: 'code', value: '', reason: /missing/ }],
    ['a malformed code', { code: '99.1' }, polygon(), { field: 'code', value: '99.1', reason: /HCP/ }],
    ['a cercle', { code: '01.051.07' }, polygon(), { field: 'code', value: '01.051.07', reason: /cercle/ }],
    ['no geometry', { code: '01' }, null, { field: 'geometry', value: 'null', reason: /no geometry/ }],
    [
      'a point',
      { code: '01' },
      { type: 'Point', coordinates: [0, 0] },
      { value: 'Point', reason: /not a Poly/ },
    ],
    ['an empty polygon', { code: '01' }, { type: 'Polygon', coordinates: [] }, { reason: /empty/ }],
    ['no coordinates', { code: '01' }, { type: 'MultiPolygon' }, { reason: /empty/ }],
    ['a short ring', { code: '01' }, ring([-5, 35], [-4, 35], [-5, 35]), { reason: /3 points/ }],
    ['an open ring', { code: '01' }, ring(...SQUARE.slice(0, 3), [-6, 35]), { reason: /does not end/ }],
    ['text for a number', { code: '01' }, square(['-5', '35']), { value: '["-5","35"]', reason: /finite/ }],
    ['null for a number', { code: '01' }, square([null, 35]), { reason: /finite/ }],
    ['metres', { code: '01' }, square([489000.5, 3e5]), { value: '[489000.5,300000]', reason: /projected/ }],
    ['a longitude over 180', { code: '01' }, square([-190, 35]), { value: '[-190,35]', reason: /projected/ }],
    ['a latitude over 90', { code: '01' }, square([-5, 90.5]), { value: '[-5,90.5]', reason: /projected/ }],
    ['exchanged axes', { code: '01' }, square([35, -5]), { value: '[35,-5]', reason: /swapped/ }],
  ])('%s', async (_, properties, geometry, { reason, ...rest }) => {
    const refusal = await refusalOf(properties, geometry)
    expect(refusal).toMatchObject({ line: 1, ...rest })
    expect(refusal?.reason).toMatch(reason)
  })

  it('a number too large for JSON', async () => {
    const text = JSON.stringify(feature({ code: '01' })).replaceAll('-5,', '-5e999,')
    expect((await readAreas(bytes(text))).rejections[0]?.reason).toMatch(/finite/)
  })

  it('a second area of one code, the others staying', async () => {
    const file = collection(feature({ code: '01' }), feature({ code: '02' }), feature({ code: '1' }))
    const { areas, rejections: refused } = await read(file)
    expect(areas.map(({ code }) => code)).toEqual(['01', '02'])
    expect(refused).toEqual([{ line: 3, code: '01', field: 'code', value: '01', reason: 'is a duplicate' }])
  })

  it('a feature of a topology whose arcs are missing, the others staying', async () => {
    const member = (code: string, arc: number) => ({
      type: 'Polygon',
      arcs: [[arc]],
      properties: { code, nom: 'Ici' },
    })
    const objects = {
      a: { type: 'GeometryCollection', geometries: [member('01', 0), member('02', 7)] },
      b: member('03', 0),
    }
    const { areas, rejections: refused } = await read({ type: 'Topology', arcs: [SQUARE], objects })
    expect(areas.map(({ code, geometry }) => [code, geometry])).toEqual([
      ['01', polygon()],
      ['03', polygon()],
    ])
    expect(refused).toEqual([
      expect.objectContaining({
        line: 2,
        code: '02',
        field: 'geometry',
        reason: expect.stringMatching(/arcs/),
      }),
    ])
  })

  it('things that are no features', async () => {
    const { areas, rejections: refused } = await read(collection(null, 3, 'x', {}, feature({ code: '01' })))
    expect(areas).toHaveLength(1)
    expect(refused.map(({ line }) => line)).toEqual([1, 2, 3, 4])
  })
})

describe('files that are none', () => {
  it.each([
    ['nothing', bytes(''), /not JSON/],
    ['cut JSON', bytes('{"type":"FeatureCollection","features":[{"ty'), /not JSON/],
    ['a list', bytes('[]'), /neither GeoJSON|neither a GeoJSON/],
    ['another object', bytes('{"type":"Point"}'), /neither a GeoJSON/],
    ['features that are no list', bytes('{"type":"FeatureCollection","features":3}'), /neither a GeoJSON/],
    ['a topology without arcs', bytes('{"type":"Topology","objects":{}}'), /neither a GeoJSON/],
    ['Latin-1', Buffer.from('{"é":1}', 'latin1'), /UTF-8/],
    ['a cut gzip', gzipSync('{"type":"FeatureCollection"}').subarray(0, 20), /gzip/],
  ])('%s', async (_, file, message) => {
    await expect(readAreas(file, { name: 'a.geojson' })).rejects.toThrow(UnreadableFileError)
    await expect(readAreas(file, { name: 'a.geojson' })).rejects.toThrow(message)
    await expect(readAreas(file, { name: 'a.geojson' })).rejects.toThrow(/^a\.geojson: /)
  })

  const crs = (name: unknown) => ({
    ...collection(feature({ code: '01' })),
    crs: { type: 'name', properties: { name } },
  })
  it.each(['urn:ogc:def:crs:EPSG::27700', 'EPSG:2154', 'EPSG:14326', 'urn:ogc:def:crs:OGC:1.3:CRS83'])(
    'coordinates in %s',
    (name) => expect(read(crs(name))).rejects.toThrow(name),
  )
  it.each([
    'urn:ogc:def:crs:OGC:1.3:CRS84',
    'urn:ogc:def:crs:OGC::CRS84',
    'EPSG:4326',
    'urn:ogc:def:crs:EPSG::4326',
    'http://www.opengis.net/def/crs/EPSG/0/4326',
  ])('but %s is read', async (name) => expect((await read(crs(name))).areas).toHaveLength(1))
})

describe('whatever comes', () => {
  it('gzip and a byte order mark change nothing', async () => {
    const text = JSON.stringify(collection(feature({ code: '01' })))
    const plain = await readAreas(bytes(text))
    expect(plain.areas).toHaveLength(1)
    expect(await readAreas(gzipSync(text))).toEqual(plain)
    expect(await readAreas(bytes(`\ufeff${text}`))).toEqual(plain)
  })

  it('every feature is either an area or a refusal', async () => {
    const some = fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constant('Feature'),
        properties: fc.oneof(
          fc.jsonValue(),
          fc.record({
            code: fc.oneof(fc.jsonValue(), fc.constantFrom('01', '01.051', '010510101')),
            name: fc.string(),
          }),
        ),
        geometry: fc.oneof(
          fc.jsonValue(),
          fc.constant(polygon()),
          fc.record({ type: fc.constantFrom('Polygon', 'MultiPolygon'), coordinates: fc.jsonValue() }),
        ),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(some, { maxLength: 8 }), async (features) => {
        const { areas, rejections: refused } = await read(collection(...features))
        return areas.length + refused.length === features.length
      }),
    )
  })
})

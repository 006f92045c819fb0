/** Lists as an outside tester wrote them: each was once read with a value that its file does not say. */
import {
  readAreas,
  readCoverage,
  readLocalities,
  readPlan,
  readSites,
  rejectedRowCount,
} from '#formats/lists'
import { readResults } from '#formats/tools'
import { describe, expect, test } from 'vitest'
import { all, bytes } from './files.js'

const json = (value: unknown) => bytes(JSON.stringify(value))
const collection = (features: unknown[], crs?: string) => ({
  type: 'FeatureCollection',
  ...(crs && { crs: { type: 'name', properties: { name: crs } } }),
  features,
})
const feature = (properties: unknown, geometry: unknown = null) => ({ type: 'Feature', properties, geometry })
const point = (...coordinates: unknown[]) => ({ type: 'Point', coordinates })
const square = (x: number, y: number, side: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
      [x, y],
    ],
  ],
})
const kml = (placemarks: string) =>
  bytes(`<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${placemarks}</Document></kml>`)

const SITE = { code: 'A', name: 'École', commune_code: '01.051.01.01' }
const RABAT = [-6.84, 34.02] as const
const LAMBERT = 'urn:ogc:def:crs:EPSG::26191'
const NO_PLACE = /not a position of two numbers/

const rowOf = (values: Record<string, string>) =>
  bytes(`${Object.keys(values).join(';')}\n${Object.values(values).join(';')}\n`)
const site = (values: Record<string, string>) =>
  readSites(rowOf({ ...SITE, lat: '34.02', lng: '-6.84', ...values }))

describe('features', () => {
  test('without properties are rows that are refused', async () => {
    const plan = await readPlan(
      json(
        collection([
          feature({ code: 'A' }, point(...RABAT)),
          feature({}, point(...RABAT)),
          feature(null, square(-7, 33, 0.1)),
          null,
        ]),
      ),
    )
    expect([plan.rows.length, plan.rowCount, rejectedRowCount(plan.rejections)]).toEqual([1, 4, 3])
    const claim = { operator: 'inwi', technology: '4G', download: '20 Mbit/s', date: '2026-05-01' }
    const claims = await readCoverage(
      json(collection([feature(claim, square(-7, 33, 0.1)), feature({}, square(-7, 33, 0.1))])),
    )
    expect([claims.claims.length, claims.rowCount, rejectedRowCount(claims.rejections)]).toEqual([1, 2, 1])
    const placemark = (data: string) =>
      `<Placemark>${data}<Point><coordinates>-6.84,34.02</coordinates></Point></Placemark>`
    const marks = await readPlan(
      kml(
        placemark('<ExtendedData><Data name="code"><value>A</value></Data></ExtendedData>') + placemark(''),
      ),
    )
    expect([marks.rows.length, marks.rowCount, rejectedRowCount(marks.rejections)]).toEqual([1, 2, 1])
  })

  test.each([
    '<coordinates>-6.84, 34.02</coordinates>',
    '<coordinates></coordinates>',
    '<coordinates>a,b</coordinates>',
  ])('of KML with %s have no place', async (coordinates) => {
    const mark = `<Placemark><ExtendedData><Data name="code"><value>A</value></Data></ExtendedData><Point>${coordinates}</Point></Placemark>`
    const { rows, rejections } = await readPlan(kml(mark))
    expect(rows).toEqual([])
    expect(rejections[0]).toMatchObject({ field: 'lat', reason: expect.stringMatching(NO_PLACE) as string })
  })

  test.each([[[...RABAT]], [[525_000]], [[525_000, null]], [[525_000, 12]]])(
    'in metres at %j have no place',
    async (position) => {
      const file = json(collection([feature(SITE, point(...position))], LAMBERT))
      const plan = await readPlan(file)
      expect([plan.rows, plan.rejections[0]!.reason]).toEqual([[], expect.stringMatching(NO_PLACE)])
      const sites = await readSites(file)
      expect([sites.sites, sites.rejections[0]!.reason]).toEqual([[], expect.stringMatching(NO_PLACE)])
    },
  )

  test('in metres with a polygon in degrees are refused', async () => {
    const { rows, rejections } = await readPlan(
      json(collection([feature({ code: 'A' }, square(-7, 33, 0.1))], LAMBERT)),
    )
    expect([rows, rejections[0]!.reason]).toEqual([[], expect.stringContaining('two finite numbers')])
  })

  test('of a document without a crs are in WGS 84, whatever another one says', async () => {
    const documents = [
      collection([feature({ ...SITE, code: 'A' }, point(367_000, 380_000))], LAMBERT),
      collection([feature({ ...SITE, code: 'B' }, point(...RABAT))]),
    ]
    const { sites, notes } = await readSites(bytes(documents.map((d) => JSON.stringify(d)).join('\n')))
    expect(sites).toMatchObject([{ code: 'A' }, { code: 'B', lng: RABAT[0], lat: RABAT[1] }])
    expect(sites[0]!.lat).toBeCloseTo(34, 0)
    expect(notes).toHaveLength(1)
  })

  test.each(['12345678901234567', '20260000000000000001'])('whose code is the number %s', async (digits) => {
    const text = JSON.stringify(collection([feature({ code: 'N' }, point(...RABAT))])).replace('"N"', digits)
    const { rows, rejections } = await readPlan(bytes(text))
    expect(rows).toEqual([])
    expect(rejections[0]).toMatchObject({
      field: 'code',
      reason: expect.stringContaining('digits') as string,
    })
    const sites = await readSites(
      bytes(
        JSON.stringify(collection([feature({ ...SITE, code: 'N' }, point(...RABAT))])).replace('"N"', digits),
      ),
    )
    expect(sites.rejections).toMatchObject([{ field: 'code' }])
    expect((await readPlan(bytes(text.replace(digits, '123456789012345')))).rows).toMatchObject([
      { code: '123456789012345' },
    ])
  })

  test.each([
    '<ExtendedData><Data name="code"><value>P-1</value></Data><Data name="code"><value>P-2</value></Data></ExtendedData>',
    '<name>Un</name><ExtendedData><Data name="code"><value>P-1</value></Data><Data name="name"><value>Deux</value></Data></ExtendedData>',
  ])('of KML that name a member twice: %s', async (data) => {
    const mark = (content: string) =>
      kml(`<Placemark>${content}<Point><coordinates>-6.84,34.02</coordinates></Point></Placemark>`)
    const { rows, rejections } = await readPlan(mark(data))
    expect([rows, rejections[0]!.reason]).toEqual([[], expect.stringContaining('stands twice')])
    const same = data.replace('P-2', 'P-1').replace('Deux', 'Un')
    expect((await readPlan(mark(same))).rows).toMatchObject([{ code: 'P-1' }])
  })
})

test('a table of results in metres with a position in degrees', async () => {
  const text = bytes(
    'date;Débit descendant (Mbit/s);X (Lambert Nord Maroc);Y (Lambert Nord Maroc)\n2026-05-01 10:00;20,5;-6,84;34,02\n',
  )
  const options = { format: null, unit: null, operator: 'iam', technology: '4g' as const }
  const records = await all(readResults(text, options, { format: null, unit: null, notes: [] }))
  // The record is checked where probes are taken in: one whose place is no number is refused there.
  expect(records.flat()).toMatchObject([{ document: { lat: NaN, lng: NaN } }])
})

describe('numbers', () => {
  test.each(['2.000', '12.000', '1.234'])('a population of %s is refused', async (population) => {
    const row = rowOf({ id: '1', nom: 'Un', lat: '31.5', lng: '-7.25', population })
    const { localities, rejections } = await readLocalities(row)
    expect([localities, rejections.map(({ field }) => field)]).toEqual([[], ['population']])
    const areas = await readAreas(
      json(collection([feature({ code: '01', name: 'Un', population }, square(-7, 33, 0.1))])),
    )
    expect([areas.areas, areas.rejections.map(({ field }) => field)]).toEqual([[], ['population']])
  })

  test.each([
    ['2000', 2000],
    ['2 000', 2000],
    ['2,000', 2000],
    ['0.000', 0],
  ])('a population of %s is %i', async (population, count) => {
    const row = rowOf({ id: '1', nom: 'Un', lat: '31.5', lng: '-7.25', population })
    expect((await readLocalities(row)).localities).toMatchObject([{ population: count }])
  })
})

const MISSING = ['NA', '<NA>', '(null)', '-', '—', '--', 'néant', 'ND', 'n.d.', 'aucun', '?', 'لا يوجد']
const ERRORS = [
  'Err :502',
  'Err\u00a0:508',
  'Erreur :504',
  'خطأ:502',
  '#VALEUR\u00a0!',
  '#NOM\u00a0?',
  '#REF !',
]

describe.each([...MISSING, ...ERRORS])('the cell %s', (word) => {
  const faults = async (list: Promise<{ rejections: { field: string; reason: string }[] }>) =>
    (await list).rejections.map(({ field, reason }) => `${field}: ${/missing|error value/.exec(reason)?.[0]}`)
  const why = MISSING.includes(word) ? 'missing' : 'error value'

  test('is no operator and no name', async () => {
    expect(await faults(site({ operateur: word }))).toEqual([`operator: ${why}`])
    expect(await faults(site({ name: word }))).toEqual([`name: ${why}`])
    expect(await faults(readPlan(rowOf({ code: 'A', nom: word, operateur: word })))).toEqual([
      `nameFr: ${why}`,
      `operator: ${why}`,
    ])
    expect(await faults(readLocalities(rowOf({ id: '1', nom: word, lat: '31.5', lng: '-7.2' })))).toEqual([
      `nameFr: ${why}`,
    ])
    const claim = {
      lat: '34.02',
      lng: '-6.84',
      technologie: '4G',
      'debit (Mbit/s)': '20',
      date: '2026-05-01',
    }
    const coverage = readCoverage(rowOf({ ...claim, operateur: word }), { operator: 'inwi' })
    expect(await faults(coverage)).toEqual([`operator: ${why}`])
    const areas = readAreas(json(collection([feature({ code: '01', name: word }, square(-7, 33, 0.1))])))
    expect(await faults(areas)).toEqual([`nameFr: ${why}`])
  })
})

test('a word of that kind is a comment, and a part of a name', async () => {
  const { rows } = await readPlan(rowOf({ code: 'A', nom: 'Aït Na - nord', commentaire: '-' }))
  expect(rows).toMatchObject([{ fields: { nameFr: 'Aït Na - nord' }, comment: '-' }])
})

describe('codes', () => {
  test.each(['mars-03', 'Mar-26', '01/03/26', '03-janv', '2026-01-03'])('%s is a date', async (code) => {
    expect((await site({ code })).rejections).toMatchObject([{ field: 'code' }])
  })

  test.each(['MAR-26', 'Mar-261', '01/03/2', '3-1'])('%s is a code', async (code) => {
    expect((await site({ code })).sites).toMatchObject([{ code }])
  })

  test('keep their zeros', async () => {
    expect((await site({ code: "'00123" })).sites).toMatchObject([{ code: '00123' }])
    const list = bytes('id;nom;lat;lng\n00123;Un;31.5;-7.2\n124;Deux;31.6;-7.2\n')
    const { localities, rejections } = await readLocalities(list)
    expect(localities).toMatchObject([{ id: '00123' }])
    expect(rejections).toMatchObject([{ code: '124', field: 'code' }])
  })
})

test('a list of sites names the fields that it has no column for', async () => {
  const { absent } = await site({ nature: 'école', 'débit descendant (Mbit/s)': '' })
  expect(absent).toEqual(['nameAr', 'operator', 'technology', 'contractedUpBps'])
})

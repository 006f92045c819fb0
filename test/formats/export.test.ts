import type { Column, Feature, FeatureGeometry, FeatureValue } from '#domain/feature'
import { EXPORT_FORMATS, type ExportFormat, type ExportLayer } from '#formats/export'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { HAS_GDAL, gdalFeatures } from '../support/gdal.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-export-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const COLUMNS: Column[] = [
  { name: 'code', type: 'text', about: 'key' },
  { name: 'name', type: 'text', about: 'what people wrote' },
  { name: 'population', type: 'integer', about: 'inhabitants' },
  { name: 'share', type: 'number', unit: '1', about: 'share' },
  { name: 'simulated', type: 'boolean', about: 'made up' },
  { name: 'on_date', type: 'date', about: 'day' },
  { name: 'at', type: 'time', about: 'moment' },
]
const layerOf = (geometry: ExportLayer['geometry']): ExportLayer => ({
  id: 'things',
  geometry,
  columns: COLUMNS,
})

// Lone surrogates have no UTF-8, and PostgreSQL stores neither them nor NUL.
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((s) => s.replaceAll('\0', '').toWellFormed()),
  fc.constantFrom('=1+1', '+212', '-x', '@a', 'x;=1+1', 'a,"b"\r\nc', 'قرية', '\tx', '', "'quoted"),
)
const orNull = <T>(some: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: some }, fc.constant(null))
const degrees = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1e7)
const position = fc.tuple(
  degrees,
  degrees.map((d) => Math.round(d * 4e6) / 1e7),
) as fc.Arbitrary<[number, number]>
const time = fc
  .date({ min: new Date('1980-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((d) => `${d.toISOString().slice(0, 19)}Z`)

function featuresWith(geometry: fc.Arbitrary<FeatureGeometry>): fc.Arbitrary<Feature[]> {
  const properties = fc.record({
    name: orNull(text),
    population: orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 50 })),
    share: orNull(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)),
    simulated: orNull(fc.boolean()),
    on_date: orNull(time.map((t) => t.slice(0, 10))),
    at: orNull(time),
  })
  return fc.array(fc.tuple(properties, geometry), { maxLength: 40 }).map((all) =>
    all.map(([rest, shape], i): Feature => ({
      id: `f${i}`,
      geometry: shape,
      properties: { code: `f${i}`, ...(rest as Record<string, FeatureValue>) },
    })),
  )
}

const points = featuresWith(position.map((coordinates) => ({ type: 'Point', coordinates })))
/** Squares, some with a hole. */
const rings = fc.tuple(position, fc.boolean()).map(([[x, y], hole]) => {
  const square = (x0: number, y0: number, size: number): [number, number][] => [
    [x0, y0],
    [x0 + size, y0],
    [x0 + size, y0 + size],
    [x0, y0 + size],
    [x0, y0],
  ]
  const shape = hole ? [square(x, y, 1), square(x + 0.25, y + 0.25, 0.5).reverse()] : [square(x, y, 1)]
  return roundedTo7(shape) as [number, number][][]
})
const polygons = featuresWith(rings.map((coordinates) => ({ type: 'Polygon', coordinates })))
const multiPolygons = featuresWith(
  fc
    .array(rings, { minLength: 1, maxLength: 3 })
    .map((coordinates) => ({ type: 'MultiPolygon', coordinates })),
)

async function* inBatches(features: readonly Feature[]) {
  for (let i = 0; i < features.length; i += 7) yield features.slice(i, i + 7)
  yield []
}

async function written(
  format: ExportFormat,
  layer: ExportLayer,
  features: readonly Feature[],
): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of EXPORT_FORMATS[format].write(layer, inBatches(features)))
    pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

function roundedTo7(value: unknown): unknown {
  return Array.isArray(value) ? value.map(roundedTo7) : Math.round(Number(value) * 1e7) / 1e7
}

const SHAPES = [
  ['Point', points],
  ['Polygon', polygons],
  ['MultiPolygon', multiPolygons],
] as const

test('a CSV comes back as it went, and no text in it is a formula', async () => {
  const property = fc.asyncProperty(points, async (features) => {
    const rows: Record<string, string>[] = parse(await written('csv', layerOf('Point'), features), {
      columns: true,
      recordDelimiter: '\r\n',
    })
    expect(rows).toHaveLength(features.length)
    rows.forEach((row, i) => {
      const { geometry, properties } = features[i]!
      for (const { name, type } of COLUMNS) {
        const value = properties[name]!
        const plain = value === null ? '' : String(value)
        if (type === 'text') expect(row[name]).not.toMatch(/(^|;)[=+@\t\r-]/)
        const safe = plain.replace(/(^|;|\t)(?=[=+@\t\r-])/g, "$1'")
        expect([name, row[name]]).toEqual([name, type === 'text' ? safe : plain])
      }
      expect([Number(row['lng']), Number(row['lat'])]).toEqual(
        (geometry as { coordinates: number[] }).coordinates,
      )
    })
  })
  await fc.assert(property, { numRuns: 60, seed: 20261124 })
})

test('a number below zero stays a number in a CSV', async () => {
  const feature = { id: 'a', geometry: { type: 'Point', coordinates: [-5.5, 33] } as const, properties: {} }
  const row = {
    code: 'a',
    name: null,
    population: -3,
    share: -0.5,
    simulated: false,
    on_date: null,
    at: null,
  }
  const file = await written('csv', layerOf('Point'), [
    { ...feature, geometry: { type: 'Point', coordinates: [-5.5, 33] }, properties: row },
  ])
  expect(file.toString()).toBe(
    'code,name,population,share,simulated,on_date,at,lng,lat\r\na,,-3,-0.5,false,,,-5.5,33\r\n',
  )
})

test.each(SHAPES)('GeoJSON and NDJSON of %ss say the same', async (geometry, some) => {
  const property = fc.asyncProperty(some, async (features) => {
    const whole = JSON.parse(String(await written('geojson', layerOf(geometry), features))) as {
      features: Feature[]
    }
    const expected = JSON.parse(JSON.stringify(features.map((f) => ({ type: 'Feature', ...f })))) as unknown
    expect(whole.features).toEqual(expected)
    const lines = String(await written('ndjson', layerOf(geometry), features)).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected)
  })
  await fc.assert(property, { numRuns: 20, seed: 20261124 })
})

test.each(SHAPES)('Parquet of %ss comes back as it went', async (geometry, some) => {
  const property = fc.asyncProperty(some, async (features) => {
    const bytes = await written('parquet', layerOf(geometry), features)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const rows = await parquetReadObjects({ file })
    expect(rows).toHaveLength(features.length)
    rows.forEach((row, i) => {
      const { geometry: shape, ...values } = row as Record<string, unknown>
      const { properties } = features[i]!
      expect(shape).toEqual(features[i]!.geometry)
      expect(values).toEqual({
        ...properties,
        population: properties['population'] === null ? null : BigInt(properties['population'] as number),
        at: properties['at'] === null ? null : new Date(properties['at'] as string),
      })
    })
    const geo = parquetMetadata(file).key_value_metadata!.find(({ key }) => key === 'geo')!
    expect(JSON.parse(geo.value!)).toMatchObject({
      columns: { geometry: { encoding: 'WKB', geometry_types: [geometry] } },
    })
  })
  await fc.assert(property, { numRuns: 20, seed: 20261124 })
})

describe.runIf(HAS_GDAL)('GDAL', () => {
  test.each(SHAPES)('reads %ss from FlatGeobuf as they went', async (geometry, some) => {
    const property = fc.asyncProperty(some, async (features) => {
      const file = join(folder, 'things.fgb')
      writeFileSync(file, await written('fgb', layerOf(geometry), features))
      const read = await gdalFeatures(file)
      expect(read).toHaveLength(features.length)
      read.forEach(({ geometry: shape, properties }, i) => {
        expect(shape).toEqual(features[i]!.geometry)
        for (const [name, value] of Object.entries(features[i]!.properties)) {
          // What is null is not in the file. GDAL writes times in its own way.
          const there = properties[name] ?? null
          const told = name === 'at' && there !== null ? timeOf(String(there)) : there
          expect([name, told]).toEqual([name, value])
        }
      })
    })
    await fc.assert(property, { numRuns: 8, seed: 20261124 })
  })

  test('reads areas from CSV', async () => {
    const [features = []] = fc.sample(multiPolygons, { numRuns: 1, seed: 3 })
    const file = join(folder, 'areas.csv')
    writeFileSync(file, await written('csv', layerOf('MultiPolygon'), features))
    const read = await gdalFeatures(file)
    expect(read.map((f) => f.geometry)).toEqual(
      features.map((f) => ({ ...f.geometry, coordinates: roundedTo7(f.geometry.coordinates) })),
    )
  })
})

const timeOf = (text: string) => `${new Date(text.replaceAll('/', '-')).toISOString().slice(0, 19)}Z`

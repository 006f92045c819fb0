import { UnreadableFileError } from '#formats/file'
import { readCoverage } from '#formats/lists'
import fc from 'fast-check'
import initSqlJs from 'sql.js'
import { expect, test } from 'vitest'
import { bytes } from './files.js'

type Rings = [number, number][][]
interface Form {
  isLittle: boolean
  /** None, XY, XYZ. */
  envelope: 0 | 1 | 2
  /** Numbers beside x and y. */
  more: 'none' | 'z' | 'm' | 'zm' | 'ewkb-z'
}

const EXTRA = { none: 0, z: 1, m: 1, zm: 2, 'ewkb-z': 1 }
const CODE = { none: 0, z: 1000, m: 2000, zm: 3000, 'ewkb-z': 0x80000000 }

/** A blob as the standard writes it: of one polygon, or of several. */
function blobOf(polygons: readonly Rings[], { isLittle, envelope, more }: Form): Uint8Array {
  const out: Buffer[] = []
  const uint = (n: number) => {
    const b = Buffer.alloc(4)
    if (isLittle) b.writeUInt32LE(n)
    else b.writeUInt32BE(n)
    out.push(b)
  }
  const double = (x: number) => {
    const b = Buffer.alloc(8)
    if (isLittle) b.writeDoubleLE(x)
    else b.writeDoubleBE(x)
    out.push(b)
  }
  out.push(Buffer.from(['G'.charCodeAt(0), 'P'.charCodeAt(0), 0, (envelope << 1) | Number(isLittle)]))
  uint(4326)
  for (let i = 0; i < [0, 4, 6][envelope]!; i++) double(i)
  const head = (type: number) => {
    out.push(Buffer.from([Number(isLittle)]))
    uint(type + CODE[more])
  }
  const polygon = (rings: Rings) => {
    head(3)
    uint(rings.length)
    for (const ring of rings) {
      uint(ring.length)
      for (const [lng, lat] of ring) for (const x of [lng, lat, ...Array(EXTRA[more]).fill(7)]) double(x)
    }
  }
  if (polygons.length !== 1) {
    head(6)
    uint(polygons.length)
  }
  polygons.forEach(polygon)
  return Buffer.concat(out)
}

const PLAIN: Form = { isLittle: true, envelope: 1, more: 'none' }
const properties = { operateur: 'IAM', techno: '4G', 'debit (Mbit/s)': 30, date: '2026-12-31' }

/** A GeoPackage with one table of features. */
async function packageOf(blobs: readonly (Uint8Array | null)[], srs = 4326, table = 'cou"verture') {
  const { Database } = await initSqlJs()
  const db = new Database()
  const name = `"${table.replaceAll('"', '""')}"`
  db.run(`
    CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id INTEGER, organization, organization_coordsys_id INTEGER);
    INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326), ('Merchich', 26191, 'EPSG', 26191), ('OSGB', 27700, 'EPSG', 27700);
    CREATE TABLE gpkg_contents (table_name, data_type);
    CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id INTEGER);
    CREATE TABLE ${name} (fid INTEGER PRIMARY KEY, the_geom BLOB, operateur TEXT, techno TEXT, "debit (Mbit/s)" REAL, date TEXT)`)
  db.run(`INSERT INTO gpkg_contents VALUES (?, 'features'), ('photos', 'tiles')`, [table])
  db.run(`INSERT INTO gpkg_geometry_columns VALUES (?, 'the_geom', ?)`, [table, srs])
  for (const blob of blobs)
    db.run(`INSERT INTO ${name} VALUES (NULL, ?, 'IAM', '4G', 30, '2026-12-31')`, [blob])
  return Buffer.from(db.export())
}

const square = (lng: number, lat: number, half: number): [number, number][] => [
  [lng - half, lat - half],
  [lng + half, lat - half],
  [lng + half, lat + half],
  [lng - half, lat + half],
  [lng - half, lat - half],
]

test('a GeoPackage of any byte order, with heights and envelopes or without, reads as the same GeoJSON', async () => {
  const polygon = fc
    .tuple(
      fc.double({ min: -12, max: -3, noNaN: true }),
      fc.double({ min: 26, max: 34, noNaN: true }),
      fc.boolean(),
    )
    .map(([lng, lat, hasHole]) => [square(lng, lat, 0.05), ...(hasHole ? [square(lng, lat, 0.02)] : [])])
  const form: fc.Arbitrary<Form> = fc.record({
    isLittle: fc.boolean(),
    envelope: fc.constantFrom(0, 1, 2),
    more: fc.constantFrom('none', 'z', 'm', 'zm', 'ewkb-z'),
  })
  const features = fc.array(fc.tuple(fc.array(polygon, { minLength: 1, maxLength: 3 }), form), {
    minLength: 1,
    maxLength: 4,
  })
  const property = fc.asyncProperty(features, async (all) => {
    const file = await packageOf(all.map(([polygons, how]) => blobOf(polygons, how)))
    const geojson = {
      type: 'FeatureCollection',
      features: all.map(([polygons]) => ({
        type: 'Feature',
        properties,
        geometry:
          polygons.length === 1
            ? { type: 'Polygon', coordinates: polygons[0] }
            : { type: 'MultiPolygon', coordinates: polygons },
      })),
    }
    const expected = await readCoverage(bytes(JSON.stringify(geojson)), { name: 'c.geojson' })
    expect(expected.claims).toHaveLength(all.length)
    expect(await readCoverage(file, { name: 'c.gpkg' })).toEqual(expected)
  })
  await fc.assert(property, { numRuns: 30, seed: 9 })
})

test('a bad geometry is refused by the number of its row; the others land', async () => {
  const good = blobOf([[square(-6, 33, 0.05)]], PLAIN)
  const empty = Buffer.from(good)
  empty[3] = empty[3]! | 16
  const line = Buffer.from(good)
  line[8 + 32 + 1] = 2
  const many = Buffer.from(good)
  many.writeUInt32LE(0xffffffff, 8 + 32 + 5 + 4)
  const strange = Buffer.from(good)
  strange[3] = strange[3]! | 14
  const bad = [good.subarray(0, 60), bytes('GeoJSON, not a blob'), empty, line, many, strange, null]
  const file = await readCoverage(await packageOf([...bad, good]), { name: 'c.gpkg' })
  expect(file.claims).toHaveLength(1)
  expect(file.rejections.map(({ line: row, reason }) => [row, reason])).toEqual([
    [1, 'geometry: ends too early'],
    [2, 'geometry: is not a GeoPackage geometry'],
    [3, 'geometry: there is no geometry'],
    [4, 'geometry: is not a Polygon or MultiPolygon'],
    [5, 'geometry: ends too early'],
    [6, 'geometry: has an envelope of an unknown kind'],
    [7, 'geometry: there is no geometry'],
  ])
})

test('a file that is no GeoPackage of use is said to be so', async () => {
  const problem = async (file: Uint8Array) => {
    const error: unknown = await readCoverage(file, { name: 'c.gpkg' }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(UnreadableFileError)
    return (error as UnreadableFileError).message
  }
  expect(await problem(await packageOf([], 27700))).toContain('EPSG:27700')
  expect(await problem(bytes('SQLite format 3\0 and then nothing of it'))).toContain('cannot be read')
  const { Database } = await initSqlJs()
  const db = new Database()
  db.run('CREATE TABLE t (x)')
  expect(await problem(Buffer.from(db.export()))).toContain('gpkg_geometry_columns')
  db.run(`CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id);
    CREATE TABLE gpkg_contents (table_name, data_type); CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id)`)
  expect(await problem(Buffer.from(db.export()))).toContain('no table of features')
})

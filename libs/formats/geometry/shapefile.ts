/**
 * Shapefiles (ESRI Shapefile Technical Description, 1998): points and polygons of a .shp, with the attributes of its .dbf
 * (dBASE III). Everything is read inside the bounds of the file, so that a damaged one ends in an error.
 */
import type { Position } from '#domain/place'
import type { RawFeature } from './raw-feature.js'

export class ShapefileError extends Error {}

const SHP_HEADER_BYTES = 100
const RECORD_HEADER_BYTES = 8

/** Shapes with heights (+10) and measures (+20) are read as their positions only. */
const KINDS: Readonly<Record<number, string>> = { 1: 'Point', 3: 'LineString', 5: 'Polygon', 8: 'MultiPoint' }

/** Geometries in the order of the records; null for an empty one. Throws `ShapefileError`. */
export function geometriesOfShp(bytes: Buffer): unknown[] {
  if (bytes.length < SHP_HEADER_BYTES || bytes.readInt32BE(0) !== 9994)
    throw new ShapefileError('its .shp is damaged or cut short')
  const geometries: unknown[] = []
  for (let at = SHP_HEADER_BYTES; at + RECORD_HEADER_BYTES <= bytes.length;) {
    const length = bytes.readInt32BE(at + 4) * 2
    const start = at + RECORD_HEADER_BYTES
    if (length < 4 || start + length > bytes.length)
      throw new ShapefileError('its .shp is damaged or cut short')
    geometries.push(geometryOf(bytes.subarray(start, start + length)))
    at = start + length
  }
  return geometries
}

function geometryOf(record: Buffer): unknown {
  const type = record.readInt32LE(0)
  if (type === 0) return null
  const kind = KINDS[type % 10]
  try {
    if (kind === 'Point') return { type: 'Point', coordinates: positionAt(record, 4) }
    if (kind === 'Polygon') return polygonOf(record)
  } catch (cause) {
    throw new ShapefileError('a shape of its .shp is cut short', { cause })
  }
  return { type: kind ?? `shape type ${type}`, coordinates: [] }
}

const positionAt = (record: Buffer, at: number): Position => [
  record.readDoubleLE(at),
  record.readDoubleLE(at + 8),
]

/** Rings of outlines run clockwise, those of holes the other way; a hole belongs to the outline around it. */
function polygonOf(record: Buffer): unknown {
  const [partCount, pointCount] = [record.readInt32LE(36), record.readInt32LE(40)]
  const pointsAt = 44 + 4 * partCount
  if (partCount < 0 || pointCount < 0 || pointsAt + 16 * pointCount > record.length)
    throw new ShapefileError('a shape of its .shp is cut short')
  const rings = Array.from({ length: partCount }, (_, part) => {
    const start = record.readInt32LE(44 + 4 * part)
    const end = part + 1 < partCount ? record.readInt32LE(48 + 4 * part) : pointCount
    if (start < 0 || end < start || end > pointCount)
      throw new ShapefileError('a shape of its .shp is damaged')
    return Array.from({ length: end - start }, (_, i) => positionAt(record, pointsAt + 16 * (start + i)))
  })
  const outlines = rings.filter((ring) => signedAreaOf(ring) <= 0).map((ring) => [ring])
  const holes = rings.filter((ring) => signedAreaOf(ring) > 0)
  // Some writers turn their rings the other way: then all of them are outlines.
  if (outlines.length === 0) return asPolygons(holes.map((ring) => [ring]))
  for (const hole of holes)
    (outlines.find(([outline]) => isInside(hole[0], outline!)) ?? outlines[0]!).push(hole)
  return asPolygons(outlines)
}

const asPolygons = (polygons: Position[][][]): unknown =>
  polygons.length === 1
    ? { type: 'Polygon', coordinates: polygons[0] }
    : { type: 'MultiPolygon', coordinates: polygons }

/** Twice the area; negative when the ring runs clockwise. */
function signedAreaOf(ring: readonly Position[]): number {
  let area = 0
  for (let i = 1; i < ring.length; i++) area += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1]
  return area
}

/** Whether a ray from the point crosses the ring an odd number of times. */
function isInside(point: Position | undefined, ring: readonly Position[]): boolean {
  if (!point) return false
  const [x, y] = point
  let inside = false
  for (let i = 1; i < ring.length; i++) {
    const [[x1, y1], [x2, y2]] = [ring[i - 1]!, ring[i]!]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside
}

/** Language drivers of dBASE that name an encoding which a .cpg does not, by byte 29 of the .dbf. */
const ENCODINGS: Readonly<Record<number, string>> = {
  0x03: 'windows-1252',
  0x57: 'windows-1252',
  0x7e: 'windows-1256',
}

/**
 * The attributes of a .dbf, row by row; null for a row that is marked as deleted. `cpg` is the text of the .cpg, which
 * names the encoding. Without it, and without a language driver, the texts must be UTF-8. Throws `ShapefileError`.
 */
export function rowsOfDbf(bytes: Buffer, cpg: string | null): (Record<string, unknown> | null)[] {
  if (bytes.length < 32) throw new ShapefileError('its .dbf is damaged or cut short')
  const [count, headerBytes, rowBytes] = [
    bytes.readUInt32LE(4),
    bytes.readUInt16LE(8),
    bytes.readUInt16LE(10),
  ]
  const decode = decoderOf(cpg, bytes[29]!)
  const fields = fieldsOf(bytes, headerBytes, decode)
  if (rowBytes === 0 || headerBytes + count * rowBytes > bytes.length)
    throw new ShapefileError('its .dbf is damaged or cut short')
  return Array.from({ length: count }, (_, row) => {
    const start = headerBytes + row * rowBytes
    if (bytes[start] === 0x2a) return null
    return Object.fromEntries(
      fields.map(({ name, type, offset, length }) => [
        name,
        valueOf(
          type,
          decode(bytes.subarray(start + offset, Math.min(start + offset + length, start + rowBytes))),
        ),
      ]),
    )
  })
}

interface DbfField {
  name: string
  type: string
  offset: number
  length: number
}

function fieldsOf(bytes: Buffer, headerBytes: number, decode: (bytes: Buffer) => string): DbfField[] {
  const fields: DbfField[] = []
  let offset = 1
  for (let at = 32; at + 32 <= Math.min(headerBytes, bytes.length) && bytes[at] !== 0x0d; at += 32) {
    const name = bytes.subarray(at, at + 11)
    const end = name.indexOf(0)
    const length = bytes[at + 16]!
    fields.push({
      name: decode(end < 0 ? name : name.subarray(0, end)),
      type: String.fromCharCode(bytes[at + 11]!),
      offset,
      length,
    })
    offset += length
  }
  return fields
}

function decoderOf(cpg: string | null, driver: number): (bytes: Buffer) => string {
  const named = cpg
    ?.trim()
    .replace(/^iso[ _-]?8859[ _-]?(\d{1,2})$/i, 'iso-8859-$1')
    .replace(/^8859(\d{1,2})$/, 'iso-8859-$1')
    .replace(/^(?:ANSI |cp|windows[ _-]?)?(\d{4})$/i, 'windows-$1')
  const label = named || ENCODINGS[driver] || 'utf-8'
  let decoder: InstanceType<typeof TextDecoder>
  try {
    decoder = new TextDecoder(label, { fatal: true })
  } catch (cause) {
    throw new ShapefileError(`its .cpg names an encoding that is not known: ${label.slice(0, 40)}`, { cause })
  }
  return (bytes) => {
    try {
      return decoder.decode(bytes).replaceAll('\0', '').trim()
    } catch (cause) {
      throw new ShapefileError('its .dbf is not UTF-8: add the .cpg that names its encoding', { cause })
    }
  }
}

/** Days are written YYYYMMDD; a number that does not fit its column is written as asterisks. */
function valueOf(type: string, text: string): string | null {
  if (text === '') return null
  if (type === 'D') return /^0*$/.test(text) ? null : text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
  if (type === 'N' || type === 'F') return /^\*+$/.test(text) ? '#NUM!' : text
  return text
}

/** The features of a .shp and its .dbf; a deleted row takes its shape with it. Throws `ShapefileError`. */
export function featuresOfShapefile(shp: Buffer, dbf: Buffer | null, cpg: string | null): RawFeature[] {
  const geometries = geometriesOfShp(shp)
  const rows = dbf && rowsOfDbf(dbf, cpg)
  if (rows && rows.length !== geometries.length)
    throw new ShapefileError(`its .shp has ${geometries.length} shapes, its .dbf ${rows.length} rows`)
  return geometries.flatMap((geometry, i) => {
    const properties = rows ? rows[i]! : {}
    return properties === null ? [] : [{ properties, geometry }]
  })
}

/** Points and polygons in the geometry blobs of GeoPackage (OGC 12-128r19, clause 2.1.3): a header, then well-known binary. */
import type { Position } from '#domain/place'

/** A GeoJSON geometry, not yet checked; null if the blob is marked as empty. */
export type BlobGeometry = { type: string; coordinates: unknown } | null

/** Bytes of the envelope by its code in the flags. */
const ENVELOPE_BYTES = [0, 32, 48, 48, 64]

/** GeoPackage's own header: "GP", version, flags, srs id. */
const HEADER_BYTES = 8

const POINT = 1
const POLYGON = 3
const MULTI_POLYGON = 6
const NAMES: Readonly<Record<number, string>> = {
  2: 'LineString',
  4: 'MultiPoint',
  5: 'MultiLineString',
  7: 'GeometryCollection',
}

/** A blob that cannot be decoded; the message says why. */
export class GeometryBlobError extends Error {}

/** The point or the polygons of a blob. Other types come without coordinates. Throws `GeometryBlobError`. */
export function geometryOfBlob(blob: Uint8Array): BlobGeometry {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  try {
    if (view.getUint16(0) !== 0x4750) throw new GeometryBlobError('is not a GeoPackage geometry')
    const flags = view.getUint8(3)
    const envelope = ENVELOPE_BYTES[(flags >> 1) & 7]
    if (envelope === undefined) throw new GeometryBlobError('has an envelope of an unknown kind')
    const isEmpty = (flags & 16) !== 0
    return isEmpty ? null : wkbReader(view, HEADER_BYTES + envelope).geometry()
  } catch (cause) {
    // DataView throws a RangeError past the end; so does an array of four billion points.
    if (cause instanceof RangeError) throw new GeometryBlobError('ends too early', { cause })
    throw cause
  }
}

function wkbReader(view: DataView, start: number) {
  let at = start
  let isLittle = true
  const uint = () => view.getUint32((at += 4) - 4, isLittle)
  const double = () => view.getFloat64((at += 8) - 8, isLittle)
  /** Each item takes at least `minBytes`, so a count that the blob cannot hold is rejected before anything is read. */
  const listOf = <T>(item: () => T, minBytes: number): T[] => {
    const count = uint()
    if (count * minBytes > view.byteLength - at) throw new GeometryBlobError('ends too early')
    return Array.from({ length: count }, item)
  }
  /** Type code, and how many numbers a position has: ISO adds 1000, 2000, 3000, EWKB sets the top bits. */
  const readTypeCode = () => {
    isLittle = view.getUint8(at++) === 1
    const code = uint()
    const iso = Math.floor((code & 0xffff) / 1000)
    const hasZ = (code & 0x80000000) !== 0 || iso === 1 || iso === 3
    const hasM = (code & 0x40000000) !== 0 || iso >= 2
    return { type: (code & 0xffff) % 1000, numbers: 2 + Number(hasZ) + Number(hasM) }
  }
  const position = (numbers: number): Position => {
    const place: Position = [double(), double()]
    at += 8 * (numbers - 2)
    return place
  }
  const polygon = (numbers: number): Position[][] =>
    listOf(() => listOf(() => position(numbers), 8 * numbers), 4)
  return {
    geometry(): BlobGeometry {
      const { type, numbers } = readTypeCode()
      if (type === POINT) return { type: 'Point', coordinates: position(numbers) }
      if (type === POLYGON) return { type: 'Polygon', coordinates: polygon(numbers) }
      if (type !== MULTI_POLYGON) return { type: NAMES[type] ?? `geometry type ${type}`, coordinates: [] }
      return { type: 'MultiPolygon', coordinates: listOf(() => polygon(readTypeCode().numbers), 9) }
    },
  }
}

/**
 * FlatGeobuf 3 (https://github.com/flatgeobuf/flatgeobuf), written as it comes: without a spatial index and without a
 * count, both of which stand at the beginning and would need the end. Numbers of fields are those of its header.fbs and
 * feature.fbs.
 */
import type { ColumnType, Column, Feature, FeatureGeometry } from '#domain/feature'
import type { Position } from '#domain/place'
import { Builder } from 'flatbuffers'
import type { FeatureBatches, ExportLayer } from './layer.js'

const MAGIC = Uint8Array.of(0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x01)
const GEOMETRY_TYPES = { Point: 1, Polygon: 3, MultiPolygon: 6 } as const
/** FlatGeobuf has no type for a day, so it is written as a text. */
const COLUMN_TYPES: Record<ColumnType, number> = {
  boolean: 2,
  integer: 7,
  number: 10,
  text: 11,
  date: 11,
  time: 13,
}
const WGS84 = 4326
/** Initial size of a builder: one cell with its properties fits. */
const INITIAL_BUILDER_BYTES = 4096

export async function* writeFlatGeobuf(
  layer: ExportLayer,
  batches: FeatureBatches,
): AsyncGenerator<Uint8Array> {
  yield MAGIC
  yield header(layer)
  const builder = new Builder(INITIAL_BUILDER_BYTES)
  for await (const features of batches)
    if (features.length > 0)
      yield Buffer.concat(features.map((feature) => encodeFeature(builder, layer.columns, feature)))
}

function header({ id, geometry, columns }: ExportLayer): Uint8Array {
  const b = new Builder(INITIAL_BUILDER_BYTES)
  const name = b.createString(id)
  const fields = writeOffsetVector(
    b,
    columns.map((column) => columnOf(b, column)),
  )
  b.startObject(2)
  b.addFieldInt32(1, WGS84, 0)
  const crs = b.endObject()
  b.startObject(14)
  b.addFieldOffset(0, name, 0)
  b.addFieldInt8(2, GEOMETRY_TYPES[geometry], 0)
  b.addFieldOffset(7, fields, 0)
  b.addFieldInt16(9, 0, 16)
  b.addFieldOffset(10, crs, 0)
  b.finishSizePrefixed(b.endObject())
  return b.asUint8Array()
}

function columnOf(b: Builder, { name, type, about, unit }: Column): number {
  const words = b.createString(unit ? `${about} (${unit})` : about)
  const offset = b.createString(name)
  b.startObject(11)
  b.addFieldOffset(0, offset, 0)
  b.addFieldInt8(1, COLUMN_TYPES[type], 0)
  b.addFieldOffset(3, words, 0)
  return b.endObject()
}

/** FlatBuffers builds vectors from their end. */
function writeOffsetVector(b: Builder, all: readonly number[]): number {
  b.startVector(4, all.length, 4)
  for (const offset of all.toReversed()) b.addOffset(offset)
  return b.endVector()
}

function encodeFeature(
  b: Builder,
  columns: readonly Column[],
  { geometry, properties }: Feature,
): Uint8Array {
  b.clear()
  const values = b.createByteVector(propertyBytes(columns, properties))
  const shape = writeGeometry(b, geometry)
  b.startObject(3)
  b.addFieldOffset(0, shape, 0)
  b.addFieldOffset(1, values, 0)
  b.finishSizePrefixed(b.endObject())
  // A copy, because the builder is reused.
  return b.asUint8Array().slice()
}

/** Each value that is not null: the number of its column, then its bytes in little endian. */
function propertyBytes(columns: readonly Column[], properties: Feature['properties']): Uint8Array {
  const parts: Uint8Array[] = []
  columns.forEach(({ name, type }, i) => {
    const value = properties[name]!
    if (value === null) return
    const column = Buffer.alloc(2)
    column.writeUInt16LE(i)
    parts.push(column, valueBytes(type, value))
  })
  return Buffer.concat(parts)
}

function valueBytes(type: ColumnType, value: string | number | boolean): Uint8Array {
  if (type === 'boolean') return Uint8Array.of(value ? 1 : 0)
  if (type === 'integer' || type === 'number') {
    const number = Buffer.alloc(8)
    if (type === 'integer') number.writeBigInt64LE(BigInt(value))
    else number.writeDoubleLE(value as number)
    return number
  }
  const text = Buffer.from(value as string)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text])
}

function writeGeometry(b: Builder, geometry: FeatureGeometry): number {
  if (geometry.type === 'Point') return writeSimpleGeometry(b, [[geometry.coordinates]], GEOMETRY_TYPES.Point)
  if (geometry.type === 'Polygon') return writeSimpleGeometry(b, geometry.coordinates, GEOMETRY_TYPES.Polygon)
  const parts = writeOffsetVector(
    b,
    geometry.coordinates.map((rings) => writeSimpleGeometry(b, rings, GEOMETRY_TYPES.Polygon)),
  )
  b.startObject(8)
  b.addFieldInt8(6, GEOMETRY_TYPES.MultiPolygon, 0)
  b.addFieldOffset(7, parts, 0)
  return b.endObject()
}

/** All coordinates in one vector, and the ends of the rings, counted in points. */
function writeSimpleGeometry(b: Builder, rings: readonly (readonly Position[])[], type: number): number {
  const ends: number[] = []
  for (const ring of rings) ends.push((ends.at(-1) ?? 0) + ring.length)
  const xy = rings.flat(2)
  b.startVector(8, xy.length, 8)
  for (let i = xy.length - 1; i >= 0; i--) b.addFloat64(xy[i]!)
  const points = b.endVector()
  let endsAt = 0
  if (rings.length > 1) {
    b.startVector(4, ends.length, 4)
    for (const end of ends.toReversed()) b.addInt32(end)
    endsAt = b.endVector()
  }
  b.startObject(8)
  b.addFieldOffset(0, endsAt, 0)
  b.addFieldOffset(1, points, 0)
  b.addFieldInt8(6, type, 0)
  return b.endObject()
}

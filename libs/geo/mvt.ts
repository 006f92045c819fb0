/** Mapbox Vector Tile 2.1, written by hand on pbf: the embedded database has no ST_AsMVT, so every engine uses this. */
import { PbfWriter } from 'pbf'
import { TILE_EXTENT } from './tile.js'

export type PropertyValue = string | number | boolean

export interface TileFeature {
  properties: Record<string, PropertyValue | null>
  /** Points: one ring of one position. Polygons: rings in tile units, not closed, outer rings clockwise on screen. */
  rings: readonly (readonly [number, number])[][]
  kind: 'point' | 'polygon'
}

const MOVE_TO = 1
const LINE_TO = 2
const CLOSE_PATH = 7
const GEOMETRY_TYPE = { point: 1, polygon: 3 }

export function encodeTile(layer: string, features: readonly TileFeature[]): Buffer {
  const tile = new PbfWriter()
  tile.writeMessage(3, writeLayer, { layer, features })
  return Buffer.from(tile.finish())
}

interface TagDictionary {
  keys: Map<string, number>
  values: Map<PropertyValue, number>
}

function writeLayer(
  { layer, features }: { layer: string; features: readonly TileFeature[] },
  pbf: PbfWriter,
): void {
  const words: TagDictionary = { keys: new Map(), values: new Map() }
  pbf.writeVarintField(15, 2)
  pbf.writeStringField(1, layer)
  pbf.writeVarintField(5, TILE_EXTENT)
  features.forEach((feature, i) => pbf.writeMessage(2, writeFeature, { feature, id: i + 1, words }))
  for (const key of words.keys.keys()) pbf.writeStringField(3, key)
  for (const value of words.values.keys()) pbf.writeMessage(4, writeValue, value)
}

function writeFeature(
  { feature, id, words }: { feature: TileFeature; id: number; words: TagDictionary },
  pbf: PbfWriter,
): void {
  pbf.writeVarintField(1, id)
  pbf.writePackedVarint(2, tagsOf(feature, words))
  pbf.writeVarintField(3, GEOMETRY_TYPE[feature.kind])
  pbf.writePackedVarint(4, feature.kind === 'point' ? pointCommands(feature) : polygonCommands(feature))
}

function tagsOf({ properties }: TileFeature, { keys, values }: TagDictionary): number[] {
  const tags: number[] = []
  for (const key in properties) {
    const value = properties[key]!
    if (value !== null) tags.push(indexIn(keys, key), indexIn(values, value))
  }
  return tags
}

function indexIn<T>(words: Map<T, number>, word: T): number {
  const known = words.get(word)
  if (known !== undefined) return known
  words.set(word, words.size)
  return words.size - 1
}

function writeValue(value: PropertyValue, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(1, value)
  else if (typeof value === 'boolean') pbf.writeBooleanField(7, value)
  else if (Number.isSafeInteger(value) && value >= 0) pbf.writeVarintField(5, value)
  else pbf.writeDoubleField(3, value)
}

const command = (id: number, count: number) => (id & 7) | (count << 3)
const zigzag = (n: number) => ((n << 1) ^ (n >> 31)) >>> 0

function pointCommands({ rings }: TileFeature): number[] {
  const [x, y] = rings[0]![0]!
  return [command(MOVE_TO, 1), zigzag(x), zigzag(y)]
}

/** Positions are deltas from the one before, across rings. */
function polygonCommands({ rings }: TileFeature): number[] {
  const out: number[] = []
  let x = 0
  let y = 0
  const step = ([nx, ny]: readonly [number, number]) => {
    out.push(zigzag(nx - x), zigzag(ny - y))
    x = nx
    y = ny
  }
  for (const ring of rings) {
    out.push(command(MOVE_TO, 1))
    step(ring[0]!)
    out.push(command(LINE_TO, ring.length - 1))
    for (let i = 1; i < ring.length; i++) step(ring[i]!)
    out.push(command(CLOSE_PATH, 1))
  }
  return out
}

/** Twice the signed area in tile units; positive is clockwise on screen, where y grows downwards. */
export function signedArea(ring: readonly (readonly [number, number])[]): number {
  let sum = 0
  for (let i = 0; i < ring.length; i++) {
    const [x1, y1] = ring[i]!
    const [x2, y2] = ring[(i + 1) % ring.length]!
    sum += x1 * y2 - x2 * y1
  }
  return sum
}

/** The ring turned the way that its part asks for (outer clockwise, holes the other way), or null when it has no area. */
export function orientedRing(ring: [number, number][], outer: boolean): [number, number][] | null {
  const area = signedArea(ring)
  if (area === 0) return null
  return area > 0 === outer ? ring : ring.reverse()
}

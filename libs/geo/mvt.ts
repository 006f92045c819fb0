/**
 * Mapbox Vector Tile 2.1 on top of pbf (https://github.com/mapbox/vector-tile-spec). The embedded database has no ST_AsMVT,
 * so the tiles of every engine are encoded here.
 */
import { PbfWriter } from 'pbf'
import { TILE_EXTENT } from './tile.js'

export type PropertyValue = string | number | boolean

export interface TileFeature {
  properties: Record<string, PropertyValue | null>
  /**
   * Rings in tile units. A point is one ring of one position. The rings of a polygon are not closed; outer rings are
   * clockwise on screen, holes anticlockwise.
   */
  rings: readonly (readonly [number, number])[][]
  kind: 'point' | 'polygon'
  /** The same in every tile that shows the feature; none where there is no such number. */
  id?: number
}

const MOVE_TO = 1
const LINE_TO = 2
const CLOSE_PATH = 7
const GEOMETRY_TYPE = { point: 1, polygon: 3 }

/** Encodes a tile of one layer. Null properties are left out. */
export function encodeTile(layer: string, features: readonly TileFeature[]): Buffer {
  const tile = new PbfWriter()
  tile.writeMessage(3, writeLayer, { layer, features })
  return Buffer.from(tile.finish())
}

/** The keys and values of a layer, each written once; features refer to them by index. */
interface TagDictionary {
  keys: Map<string, number>
  values: Map<PropertyValue, number>
}

function writeLayer(
  { layer, features }: { layer: string; features: readonly TileFeature[] },
  pbf: PbfWriter,
): void {
  const dictionary: TagDictionary = { keys: new Map(), values: new Map() }
  pbf.writeVarintField(15, 2)
  pbf.writeStringField(1, layer)
  pbf.writeVarintField(5, TILE_EXTENT)
  for (const feature of features) pbf.writeMessage(2, writeFeature, { feature, dictionary })
  for (const key of dictionary.keys.keys()) pbf.writeStringField(3, key)
  for (const value of dictionary.values.keys()) pbf.writeMessage(4, writeValue, value)
}

function writeFeature(
  { feature, dictionary }: { feature: TileFeature; dictionary: TagDictionary },
  pbf: PbfWriter,
): void {
  if (feature.id !== undefined) pbf.writeVarintField(1, feature.id)
  pbf.writePackedVarint(2, tagsOf(feature, dictionary))
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

/** The index of an entry, which is added if it is new. */
function indexIn<T>(indexes: Map<T, number>, entry: T): number {
  const index = indexes.get(entry)
  if (index !== undefined) return index
  indexes.set(entry, indexes.size)
  return indexes.size - 1
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

/** Commands of a polygon. Each position is the difference from the one before, also from ring to ring. */
function polygonCommands({ rings }: TileFeature): number[] {
  const commands: number[] = []
  let x = 0
  let y = 0
  const step = ([nx, ny]: readonly [number, number]) => {
    commands.push(zigzag(nx - x), zigzag(ny - y))
    x = nx
    y = ny
  }
  for (const ring of rings) {
    commands.push(command(MOVE_TO, 1))
    step(ring[0]!)
    commands.push(command(LINE_TO, ring.length - 1))
    for (let i = 1; i < ring.length; i++) step(ring[i]!)
    commands.push(command(CLOSE_PATH, 1))
  }
  return commands
}

/** Twice the signed area in tile units; positive is clockwise on screen, where y grows downwards. */
export function signedArea(ring: readonly (readonly [number, number])[]): number {
  let sum = 0
  let last = ring.at(-1)!
  for (const next of ring) {
    sum += last[0] * next[1] - next[0] * last[1]
    last = next
  }
  return sum
}

/** The ring in the direction that it needs (outer rings clockwise on screen, holes anticlockwise); null where it has no area. */
export function orientedRing(ring: [number, number][], outer: boolean): [number, number][] | null {
  const area = signedArea(ring)
  if (area === 0) return null
  return area > 0 === outer ? ring : ring.reverse()
}

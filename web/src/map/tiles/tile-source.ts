/** The vector tiles of one layer. Each is fetched once for all users, drawing or lookup, and cached for a while. */
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { ApiError } from '../../api/api-error.js'
import type { Connection } from '../../api/connection.js'
import { HitIndex, type Ring } from './hit-index.js'
import type { TileEndpoint } from '../theme.js'
import { DATA_MAX_ZOOM, EXTENT, type TileAddress } from './tile-part.js'

export type Properties = Record<string, string | number | boolean>

export interface DecodedFeature {
  properties: Properties
  rings: readonly Ring[]
}

export interface Tile {
  features: readonly DecodedFeature[]
  /** Builds the index when the pointer first needs it, because that costs as much as drawing. */
  index(): HitIndex<DecodedFeature>
}

/** A feature, and the address of the tile in whose units its rings are given. */
export interface TileHit {
  feature: DecodedFeature
  address: TileAddress
}

export interface TileHandle {
  tile: Promise<Tile>
  /** Ends one use of the tile. A pending request that has no user left is aborted. */
  release(): void
}

interface Entry {
  address: TileAddress
  users: number
  abort: AbortController
  tile: Promise<Tile>
  loaded: Tile | null
}

/** Tiles of a few screens, so that going back shows them at once. */
const MAX_CACHED_TILES = 200

export class TileSource {
  private readonly entries = new Map<string, Entry>()
  private tiles: TileEndpoint | null = null

  constructor(private readonly connection: Connection) {}

  /** Sets the endpoint of the tiles; null makes the layer empty. Returns whether it changed. */
  setTiles(tiles: TileEndpoint | null): boolean {
    if (tiles?.url === this.tiles?.url) return false
    this.tiles = tiles
    this.clear()
    return true
  }

  /** Empties the cache, so that the next tiles are fetched from the server. */
  clear(): void {
    for (const { abort } of this.entries.values()) abort.abort()
    this.entries.clear()
  }

  acquire(address: TileAddress): TileHandle {
    const key = keyOf(address)
    const entry = this.entries.get(key) ?? this.startLoading(address)
    // It moves to the end, because the first entry of the map is the least recently used.
    this.entries.delete(key)
    this.entries.set(key, entry)
    entry.users++
    return { tile: entry.tile, release: once(() => this.release(key, entry)) }
  }

  /** The feature at a place given in tiles of that zoom; null also if the tile is not loaded. */
  hitAt(x: number, y: number, zoom: number): TileHit | null {
    const address = addressAt(x, y, zoom)
    const tile = this.entries.get(keyOf(address))?.loaded
    const feature = tile?.index().at((x - address.x) * EXTENT, (y - address.y) * EXTENT)
    return feature ? { feature, address } : null
  }

  /** Whether no tile of that place is loading. */
  isSettled(x: number, y: number, zoom: number): boolean {
    const entry = this.entries.get(keyOf(addressAt(x, y, zoom)))
    return !entry || entry.loaded !== null
  }

  /** The point nearest to a place, at most `within` tile units away. */
  nearestPoint(x: number, y: number, zoom: number, within: number): DecodedFeature | null {
    const address = addressAt(x, y, zoom)
    const features = this.entries.get(keyOf(address))?.loaded?.features ?? []
    let [nearest, minDistance]: [DecodedFeature | null, number] = [null, within]
    for (const feature of features) {
      const point = feature.rings[0]?.[0]
      const distance = point
        ? Math.hypot(point.x - (x - address.x) * EXTENT, point.y - (y - address.y) * EXTENT)
        : Infinity
      if (distance <= minDistance) [nearest, minDistance] = [feature, distance]
    }
    return nearest
  }

  /** Addresses of the tiles that are drawn at present. */
  addressesInUse(): TileAddress[] {
    return [...this.entries.values()].filter(({ users }) => users > 0).map(({ address }) => address)
  }

  /** A feature by the value of one of its properties, if a loaded tile has it. */
  find(name: string, value: string): TileHit | null {
    for (const { loaded, address } of this.entries.values()) {
      const feature = loaded?.features.find(({ properties }) => properties[name] === value)
      if (feature) return { feature, address }
    }
    return null
  }

  private startLoading(address: TileAddress): Entry {
    const abort = new AbortController()
    const entry: Entry = { address, users: 0, abort, tile: this.load(address, abort.signal), loaded: null }
    entry.tile.then(
      (tile) => (entry.loaded = tile),
      // A failed request is not cached: the next one asks the server again.
      () => this.evict(keyOf(address), entry),
    )
    return entry
  }

  private async load({ x, y, z }: TileAddress, signal: AbortSignal): Promise<Tile> {
    if (!this.tiles) return tileOf([])
    const { url: template, layer } = this.tiles
    const url = urlOf(template, { x, y, z })
    const bytes = await this.connection.requestWithRetry(() => fetchBytes(url, signal), signal)
    return tileOf(decodeTile(bytes, layer))
  }

  private release(key: string, entry: Entry): void {
    entry.users--
    if (entry.users > 0) return
    if (!entry.loaded) {
      entry.abort.abort()
      this.evict(key, entry)
    }
    for (const [oldest, { users }] of this.entries) {
      if (this.entries.size <= MAX_CACHED_TILES) return
      if (users === 0) this.entries.delete(oldest)
    }
  }

  private evict(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) this.entries.delete(key)
  }
}

export const urlOf = (template: string, { x, y, z }: TileAddress) =>
  template.replace('{z}', `${z}`).replace('{x}', `${x}`).replace('{y}', `${y}`)

const addressAt = (x: number, y: number, zoom: number): TileAddress => ({
  x: Math.floor(x),
  y: Math.floor(y),
  z: Math.min(zoom, DATA_MAX_ZOOM),
})

const keyOf = ({ x, y, z }: TileAddress) => `${z}/${x}/${y}`

function tileOf(features: readonly DecodedFeature[]): Tile {
  let index: HitIndex<DecodedFeature> | null = null
  return { features, index: () => (index ??= new HitIndex(features, EXTENT)) }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}

async function fetchBytes(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new ApiError(response.status, response.statusText)
  return new Uint8Array(await response.arrayBuffer())
}

function decodeTile(bytes: Uint8Array, name: string): DecodedFeature[] {
  const layer = new VectorTile(new PbfReader(bytes)).layers[name]
  if (!layer) return []
  return Array.from({ length: layer.length }, (_, i) => {
    const feature = layer.feature(i)
    return { properties: feature.properties as Properties, rings: feature.loadGeometry() }
  })
}

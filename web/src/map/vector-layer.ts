/** A Leaflet layer of vector tiles, drawn on canvas, that knows what lies under the pointer. */
import { VectorTile } from '@mapbox/vector-tile'
import L from 'leaflet'
import { PbfReader } from 'pbf'
import { HitIndex, type Ring } from './hit-index.js'

export type Properties = Record<string, string | number | boolean>

export interface TileFeature {
  properties: Properties
  rings: readonly Ring[]
}

/** Draws a tile's features; `scale` is pixels per tile unit. */
export type Draw = (
  context: CanvasRenderingContext2D,
  features: readonly TileFeature[],
  scale: number,
) => void

export interface Hit {
  properties: Properties
  /** Outline on the map. */
  latLngs: L.LatLng[][]
}

interface Loaded {
  features: TileFeature[]
  index: HitIndex<TileFeature>
}

/** As the server's tiles are. */
const EXTENT = 4096
const TILE_PIXELS = 256
export const DATA_MAX_ZOOM = 12

export class VectorLayer extends L.GridLayer {
  private readonly loaded = new Map<string, Loaded>()
  private readonly aborts = new WeakMap<HTMLElement, AbortController>()

  constructor(
    private readonly layerName: string,
    private url: string,
    private readonly draw: Draw,
    options: L.GridLayerOptions = {},
  ) {
    super({ minNativeZoom: 4, maxNativeZoom: DATA_MAX_ZOOM, keepBuffer: 1, ...options })
    this.on('tileunload', (event) => this.forget(event as unknown as L.TileEvent))
  }

  /** Another run: everything is drawn anew. */
  setUrl(url: string): void {
    if (url === this.url) return
    this.url = url
    this.loaded.clear()
    this.redraw()
  }

  protected override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas')
    const { x: pixels } = this.getTileSize()
    const ratio = Math.min(2, window.devicePixelRatio || 1)
    canvas.width = canvas.height = pixels * ratio
    const abort = new AbortController()
    this.aborts.set(canvas, abort)
    this.load(coords, abort.signal).then(
      (tile) => {
        if (tile) this.draw(canvas.getContext('2d')!, tile.features, (pixels * ratio) / EXTENT)
        done(undefined, canvas)
      },
      (error: Error) => done(error.name === 'AbortError' ? undefined : error, canvas),
    )
    return canvas
  }

  /** What lies at a place, on the tiles that are loaded. */
  hit(map: L.Map, latLng: L.LatLng): Hit | null {
    const z = Math.min(Math.round(map.getZoom()), DATA_MAX_ZOOM)
    const { x, y } = map.project(latLng, z).divideBy(TILE_PIXELS)
    const [column, row] = [Math.floor(x), Math.floor(y)]
    const found = this.loaded
      .get(`${z}/${column}/${row}`)
      ?.index.at((x - column) * EXTENT, (y - row) * EXTENT)
    if (!found) return null
    const toLatLng = (p: { x: number; y: number }) =>
      map.unproject(L.point(column + p.x / EXTENT, row + p.y / EXTENT).multiplyBy(TILE_PIXELS), z)
    return { properties: found.properties, latLngs: found.rings.map((ring) => ring.map(toLatLng)) }
  }

  private async load({ x, y, z }: L.Coords, signal: AbortSignal): Promise<Loaded | null> {
    if (!this.url) return null
    const answer = await fetch(L.Util.template(this.url, { x, y, z }), { signal })
    if (!answer.ok) throw new Error(`tile ${z}/${x}/${y}: ${answer.status}`)
    const features = decoded(new Uint8Array(await answer.arrayBuffer()), this.layerName)
    const tile = { features, index: new HitIndex(features, EXTENT) }
    this.loaded.set(`${z}/${x}/${y}`, tile)
    return tile
  }

  private forget({ tile, coords: { x, y, z } }: L.TileEvent): void {
    this.aborts.get(tile)?.abort()
    this.loaded.delete(`${z}/${x}/${y}`)
  }
}

function decoded(bytes: Uint8Array, name: string): TileFeature[] {
  const layer = new VectorTile(new PbfReader(bytes)).layers[name]
  if (!layer) return []
  return Array.from({ length: layer.length }, (_, i) => {
    const feature = layer.feature(i)
    return { properties: feature.properties as Properties, rings: feature.loadGeometry() }
  })
}

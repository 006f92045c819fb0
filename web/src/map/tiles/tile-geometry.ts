/** Conversions between Leaflet's coordinates and those of the data tiles. */
import L from 'leaflet'
import type { Ring } from './hit-index.js'
import { DATA_MAX_ZOOM, EXTENT } from './tile-part.js'
import type { TileHit } from './tile-source.js'

const TILE_PIXELS = 256

/** A place in data tiles: `x` and `y` count whole tiles of that zoom. */
export interface TilePlace {
  x: number
  y: number
  zoom: number
  /** Width of one of these tiles on the screen. */
  pixels: number
}

export function tilePlaceOf(map: L.Map, latlng: L.LatLng): TilePlace {
  const zoom = Math.min(Math.round(map.getZoom()), DATA_MAX_ZOOM)
  const { x, y } = map.project(latlng, zoom).divideBy(TILE_PIXELS)
  return { x, y, zoom, pixels: TILE_PIXELS * map.getZoomScale(map.getZoom(), zoom) }
}

/** A line around a feature of a tile, slightly larger than the feature. */
export function outlineOf(map: L.Map, { feature, address: { x, y, z } }: TileHit): L.LatLng[][] {
  const toLatLng = (p: { x: number; y: number }) =>
    map.unproject(L.point(x + p.x / EXTENT, y + p.y / EXTENT).multiplyBy(TILE_PIXELS), z)
  return feature.rings.map((ring) => enlargedRing(ring).map(toLatLng))
}

/** The mark of a cell surrounds it, because the cell's own outline is part of its colour. */
const OUTLINE_SCALE = 1.1

function enlargedRing(ring: Ring): Ring {
  const middle = { x: mean(ring.map((p) => p.x)), y: mean(ring.map((p) => p.y)) }
  const enlarged = (from: number, to: number) => from + (to - from) * OUTLINE_SCALE
  return ring.map((p) => ({ x: enlarged(middle.x, p.x), y: enlarged(middle.y, p.y) }))
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

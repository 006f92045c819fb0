/**
 * Vector tiles described by OGC API – Tiles: the tiles of the TileJSON, with `{tileMatrix}/{tileCol}/{tileRow}` for
 * z/x/y.
 */
import { MOROCCO_BOUNDS } from '#domain/probe'
import { CRS84, MAX_ZOOM, MIN_ZOOM, WEB_MERCATOR } from '#geo'
import type { Collection, CollectionId } from '#store/ogc'
import type { RunRow } from '#store/runs'
import { MVT_MEDIA_TYPE } from '../http/media-types.js'
import { LAYER_FIELDS } from '../tiles/layer-fields.js'
import type { RunLayer } from '../tiles/tile-layers.js'
import { JSON_TYPE, type Link } from './ogc-links.js'

export const TILE_MATRIX_SET = 'WebMercatorQuad'
const TILE_MATRIX_SET_URI = `http://www.opengis.net/def/tilematrixset/OGC/1.0/${TILE_MATRIX_SET}`
const REL_BASE_URI = 'http://www.opengis.net/def/rel/ogc/1.0'

/** Collections with vector tiles. Each is a layer of the same name. */
const TILED = ['cells', 'zones', 'areas', 'localities', 'sites'] as const satisfies (CollectionId &
  RunLayer)[]
export type TiledId = (typeof TILED)[number]

export const isTiled = (id: string): id is TiledId => TILED.some((tiled) => tiled === id)
export const tiledIds = (): readonly TiledId[] => TILED

export interface TileMatrixLimits {
  /** The zoom. */
  tileMatrix: string
  minTileRow: number
  maxTileRow: number
  minTileCol: number
  maxTileCol: number
}

/** One layer in one run. */
export interface TilesetBody {
  title: string
  description: string
  dataType: 'vector'
  crs: string
  tileMatrixSetURI: string
  /** Tiles outside these limits are empty or do not exist. */
  tileMatrixSetLimits: TileMatrixLimits[]
  layers: { id: string; dataType: 'vector'; geometryDimension: 0 | 2; propertiesSchema: PropertiesSchema }[]
  boundingBox: { lowerLeft: [number, number]; upperRight: [number, number]; crs: string }
  links: Link[]
}

interface PropertiesSchema {
  type: 'object'
  properties: Record<string, { description: string }>
}

/** A list of tilesets, without their details. */
export interface TilesetsBody {
  links: Link[]
  tilesets: Pick<TilesetBody, 'title' | 'dataType' | 'crs' | 'tileMatrixSetURI' | 'links'>[]
}

export function tilesetOf(
  { id, title, about, geometry }: Collection & { id: TiledId },
  run: RunRow,
  root: string,
): TilesetBody {
  const { west, south, east, north } = MOROCCO_BOUNDS
  const properties = Object.entries(LAYER_FIELDS[id]).map(([name, description]) => [name, { description }])
  return {
    title: `${title}, run ${run.id}`,
    description: about,
    dataType: 'vector',
    crs: WEB_MERCATOR,
    tileMatrixSetURI: TILE_MATRIX_SET_URI,
    tileMatrixSetLimits: TILE_MATRIX_LIMITS,
    layers: [
      {
        id,
        dataType: 'vector',
        geometryDimension: geometry === 'Point' ? 0 : 2,
        propertiesSchema: {
          type: 'object',
          properties: Object.fromEntries(properties) as PropertiesSchema['properties'],
        },
      },
    ],
    boundingBox: { lowerLeft: [west, south], upperRight: [east, north], crs: CRS84 },
    links: tilesetLinks(id, run, root),
  }
}

export function tilesetsOf(self: string, tilesets: readonly TilesetBody[]): TilesetsBody {
  return {
    links: [{ href: self, rel: 'self', type: JSON_TYPE }],
    tilesets: tilesets.map(({ title, dataType, crs, tileMatrixSetURI, links }) => ({
      title,
      dataType,
      crs,
      tileMatrixSetURI,
      links,
    })),
  }
}

/** Links of a tileset. Its address names the run, so that the map does not change while somebody reads it. */
function tilesetLinks(id: TiledId, run: RunRow, root: string): Link[] {
  return [
    {
      href: `${root}/ogc/collections/${id}/tiles/${TILE_MATRIX_SET}?run=${run.id}`,
      rel: 'self',
      type: JSON_TYPE,
    },
    {
      href: `${root}/tiles/${run.id}/${id}/{tileMatrix}/{tileCol}/{tileRow}.mvt`,
      rel: 'item',
      type: MVT_MEDIA_TYPE,
      templated: true,
    },
    {
      href: `${root}/ogc/tileMatrixSets/${TILE_MATRIX_SET}`,
      rel: `${REL_BASE_URI}/tiling-scheme`,
      type: JSON_TYPE,
    },
    {
      href: `${root}/tiles/${run.id}/${id}/tilejson.json`,
      rel: 'describedby',
      type: JSON_TYPE,
      title: 'TileJSON',
    },
  ]
}

export const tilesLinks = (root: string, path: string): Link[] => [
  { href: `${root}${path}/tiles`, rel: `${REL_BASE_URI}/tilesets-vector`, type: JSON_TYPE },
]

export const tileMatrixSetsLink = (root: string): Link => ({
  href: `${root}/ogc/tileMatrixSets`,
  rel: `${REL_BASE_URI}/tiling-schemes`,
  type: JSON_TYPE,
})

/** Column and row of a place at a zoom, in tiles with fractions. */
function tileCoordinatesAt(lng: number, lat: number, zoom: number): [col: number, row: number] {
  const sin = Math.sin((lat * Math.PI) / 180)
  return [(lng / 360 + 0.5) * 2 ** zoom, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * 2 ** zoom]
}

const TILE_MATRIX_LIMITS: TileMatrixLimits[] = Array.from({ length: MAX_ZOOM - MIN_ZOOM + 1 }, (_, i) => {
  const zoom = MIN_ZOOM + i
  const { west, south, east, north } = MOROCCO_BOUNDS
  const [[left, top], [right, bottom]] = [
    tileCoordinatesAt(west, north, zoom),
    tileCoordinatesAt(east, south, zoom),
  ]
  return {
    tileMatrix: String(zoom),
    minTileRow: Math.floor(top),
    maxTileRow: Math.floor(bottom),
    minTileCol: Math.floor(left),
    maxTileCol: Math.floor(right),
  }
})

export interface TileMatrixSetBody {
  id: string
  title: string
  uri: string
  crs: string
  orderedAxes: string[]
  wellKnownScaleSet: string
  tileMatrices: TileMatrix[]
}

interface TileMatrix {
  id: string
  /** Scale for pixels of 0.28 mm. */
  scaleDenominator: number
  /** Metres per pixel. */
  cellSize: number
  pointOfOrigin: [number, number]
  tileWidth: number
  tileHeight: number
  matrixWidth: number
  matrixHeight: number
}

/** Metres from the centre of the map to its edge. */
const HALF_WORLD_METRES = Math.PI * 6_378_137
const TILE_PIXELS = 256
const PIXEL_METRES = 0.28e-3

/** The tile matrix set of the standard's annex D.1, down to the largest zoom that is served. */
export const webMercatorQuad = (): TileMatrixSetBody => ({
  id: TILE_MATRIX_SET,
  title: 'Google Maps Compatible for the World',
  uri: TILE_MATRIX_SET_URI,
  crs: WEB_MERCATOR,
  orderedAxes: ['E', 'N'],
  wellKnownScaleSet: 'http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible',
  tileMatrices: Array.from({ length: MAX_ZOOM + 1 }, (_, zoom) => {
    const cellSize = (2 * HALF_WORLD_METRES) / TILE_PIXELS / 2 ** zoom
    return {
      id: String(zoom),
      scaleDenominator: cellSize / PIXEL_METRES,
      cellSize,
      pointOfOrigin: [-HALF_WORLD_METRES, HALF_WORLD_METRES],
      tileWidth: TILE_PIXELS,
      tileHeight: TILE_PIXELS,
      matrixWidth: 2 ** zoom,
      matrixHeight: 2 ** zoom,
    }
  }),
})

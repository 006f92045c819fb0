/** From the store's rows to the features of a tile. */
import { type AreaLevel, type Class, type ClassCounts, dominantClass } from '#domain'
import {
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  boundaryOf,
  envelopeOf,
  oriented,
  overlaps,
  rangesCovering,
  resolutionAt,
  toTile,
  BUFFER,
  EXTENT,
} from '#geo'
import {
  type AreaShape,
  type Queryable,
  type RunRow,
  areaShapes,
  listSitesInBox,
  rollupsInRanges,
  verdictsInRanges,
} from '#store'

export const LAYERS = ['cells', 'areas', 'sites'] as const
export type Layer = (typeof LAYERS)[number]

type FeatureSource = (db: Queryable, run: RunRow, tile: TileAddress) => Promise<TileFeature[]>

const MARGIN = BUFFER / EXTENT

export const FEATURES: Record<Layer, FeatureSource> = {
  cells: cellFeatures,
  areas: areaFeatures,
  sites: siteFeatures,
}

async function cellFeatures(db: Queryable, run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const res = resolutionAt(tile.z)
  const ranges = rangesCovering(marginOf(tile), res)
  const rows =
    res === WORKING_RESOLUTION
      ? await verdictsInRanges(db, run, ranges)
      : await rollupsInRanges(db, run, ranges)
  return hexagons(rows, tile)
}

/** The tile's envelope with what is drawn around it. */
export const marginOf = (tile: TileAddress) => envelopeOf(tile, MARGIN)

/** Those of the cells that touch the tile; one without a class has the one of most of the cells beneath. */
export function hexagons(
  rows: readonly ({ h3: string } & ({ class: Class } | ClassCounts))[],
  tile: TileAddress,
): TileFeature[] {
  const res = resolutionAt(tile.z)
  const box = marginOf(tile)
  const features: TileFeature[] = []
  for (const row of rows) {
    const corners = boundaryOf(row.h3)
    if (!overlaps(box, corners)) continue
    const ring = oriented(
      corners.map((c) => toTile(c, tile)),
      true,
    )
    const { h3, ...figures } = row
    const colour = 'class' in figures ? figures.class : dominantClass(figures)
    if (ring)
      features.push({ kind: 'polygon', rings: [ring], properties: { h3, res, ...figures, class: colour } })
  }
  return features
}

/** Regions, then provinces, then communes as one comes nearer. */
const levelAt = (z: number): AreaLevel => (z <= 6 ? 'region' : z <= 8 ? 'province' : 'commune')

async function areaFeatures(db: Queryable, run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const box = envelopeOf(tile, MARGIN)
  // Half a pixel of a 256-pixel tile.
  const tolerance = 360 / 2 ** tile.z / 512
  const shapes = await areaShapes(db, { run: run.id, level: levelAt(tile.z), box, tolerance })
  return shapes.flatMap((shape) => areaFeature(shape, tile) ?? [])
}

function areaFeature(shape: AreaShape, tile: TileAddress): TileFeature | null {
  const rings = polygonsOf(shape.geojson).flatMap((polygon) => ringsOf(polygon, tile))
  if (rings.length === 0) return null
  const { white, grey, black, unknown, notMeasured } = shape
  return {
    kind: 'polygon',
    rings,
    properties: {
      code: shape.code,
      level: shape.level,
      name_fr: shape.nameFr,
      name_ar: shape.nameAr,
      simulated: shape.simulated,
      class: dominantClass(shape),
      white,
      grey,
      black,
      unknown,
      not_measured: notMeasured,
    },
  }
}

type Rings = [number, number][][]

/** A clipped polygon may come back as several, or with stray lines, which have no area to draw. */
function polygonsOf(geojson: string): Rings[] {
  interface Geometry {
    type: string
    coordinates: unknown
    geometries?: Geometry[]
  }
  const parts = (g: Geometry): Rings[] => {
    if (g.type === 'Polygon') return [g.coordinates as Rings]
    if (g.type === 'MultiPolygon') return g.coordinates as Rings[]
    return (g.geometries ?? []).flatMap(parts)
  }
  return parts(JSON.parse(geojson) as Geometry)
}

function ringsOf(polygon: Rings, tile: TileAddress): Rings {
  const rings = polygon.map((ring, i) =>
    oriented(
      ring.slice(0, -1).map((c) => toTile(c, tile)),
      i === 0,
    ),
  )
  // Holes of a vanished outer ring vanish with it.
  return rings[0] ? (rings.filter((ring) => ring !== null) as Rings) : []
}

async function siteFeatures(db: Queryable, _run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const sites = await listSitesInBox(db, envelopeOf(tile, MARGIN))
  return sites.map(({ lat, lng, code, name, nameAr, type, simulated }) => ({
    kind: 'point',
    rings: [[toTile([lng, lat], tile)]],
    properties: { code, name, name_ar: nameAr ?? null, type, simulated },
  }))
}

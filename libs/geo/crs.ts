/** The coordinate reference systems in which features are given out. */
import type { FeatureGeometry, Filter, FilterShape } from '#domain/feature'
import type { Position } from '#domain/place'
import type { Bounds } from '#domain/probe'

export const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
export const WEB_MERCATOR = 'http://www.opengis.net/def/crs/EPSG/0/3857'
export const CRS_URIS = [CRS84, WEB_MERCATOR] as const
export type CrsUri = (typeof CRS_URIS)[number]

/** Radius of the sphere by which EPSG:3857 approximates the Earth. */
const WEB_MERCATOR_RADIUS_M = 6_378_137
const RADIANS_PER_DEGREE = Math.PI / 180

const toMercator = ([lng, lat]: Position): Position => [
  lng * RADIANS_PER_DEGREE * WEB_MERCATOR_RADIUS_M,
  Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS_PER_DEGREE) / 2)) * WEB_MERCATOR_RADIUS_M,
]

const fromMercator = ([x, y]: Position): Position => [
  x / WEB_MERCATOR_RADIUS_M / RADIANS_PER_DEGREE,
  (2 * Math.atan(Math.exp(y / WEB_MERCATOR_RADIUS_M)) - Math.PI / 2) / RADIANS_PER_DEGREE,
]

/** A geometry in degrees, projected to the reference system. */
export function projectedGeometryOf(geometry: FeatureGeometry, crs: CrsUri): FeatureGeometry {
  if (crs === CRS84) return geometry
  const ring = (positions: Position[]) => positions.map(toMercator)
  if (geometry.type === 'Point') return { type: 'Point', coordinates: toMercator(geometry.coordinates) }
  if (geometry.type === 'Polygon') return { type: 'Polygon', coordinates: geometry.coordinates.map(ring) }
  return { type: 'MultiPolygon', coordinates: geometry.coordinates.map((rings) => rings.map(ring)) }
}

/** A box whose bounds are in the units of the reference system, in degrees. */
export function boxInDegrees({ west, south, east, north }: Bounds, crs: CrsUri): Bounds {
  if (crs === CRS84) return { west, south, east, north }
  const [left, bottom] = fromMercator([west, south])
  const [right, top] = fromMercator([east, north])
  return { west: left, south: bottom, east: right, north: top }
}

/** A filter whose shapes are in the units of the reference system, with its shapes in degrees. */
export function filterInDegrees(filter: Filter, crs: CrsUri): Filter {
  if (crs === CRS84) return filter
  if (filter.op === 'and' || filter.op === 'or')
    return { op: filter.op, of: filter.of.map((part) => filterInDegrees(part, crs)) }
  if (filter.op === 'not') return { op: 'not', of: filterInDegrees(filter.of, crs) }
  return filter.op === 'intersects' ? { op: 'intersects', shape: shapeInDegrees(filter.shape, crs) } : filter
}

function shapeInDegrees(shape: FilterShape, crs: CrsUri): FilterShape {
  if (shape.type === 'Box') return { type: 'Box', box: boxInDegrees(shape.box, crs) }
  if (shape.type === 'Point') return { type: 'Point', coordinates: fromMercator(shape.coordinates) }
  const rings = (polygon: Position[][]) => polygon.map((ring) => ring.map(fromMercator))
  return shape.type === 'Polygon'
    ? { type: 'Polygon', coordinates: rings(shape.coordinates) }
    : { type: 'MultiPolygon', coordinates: shape.coordinates.map(rings) }
}

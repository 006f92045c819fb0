/** Checks that a GeoJSON geometry is a polygon that a map can show. */
import type { AreaGeometry, Position } from '#domain/place'
import { isSwapped, SWAPPED_REASON } from '../fields/morocco-bounds.js'
import { shortValueText } from '../fields/row-rejection.js'
import { isObject } from '../file/json-object.js'

export interface GeometryRejection {
  value: string
  reason: string
}

/** Including the closing point. */
const MIN_RING_POINTS = 4

const POLYGONAL = ['Polygon', 'MultiPolygon']

/** The geometry with positions of two numbers (heights are dropped), or the first reason against it. WGS 84 degrees. */
export function polygonOf(geometry: unknown): { geometry: AreaGeometry } | { rejection: GeometryRejection } {
  if (!isObject(geometry))
    return { rejection: { value: shortValueText(geometry), reason: 'there is no geometry' } }
  const { type, coordinates } = geometry
  if (!POLYGONAL.includes(String(type)))
    return { rejection: { value: shortValueText(type), reason: 'is not a Polygon or MultiPolygon' } }
  const polygons = type === 'Polygon' ? [coordinates] : coordinates
  const rejection = polygonsRejection(polygons)
  if (rejection) return { rejection }
  const flat = (polygons as Position[][][]).map((rings) => rings.map((ring) => ring.map(flatPosition)))
  return {
    geometry:
      type === 'Polygon' ? { type, coordinates: flat[0]! } : { type: 'MultiPolygon', coordinates: flat },
  }
}

const flatPosition = ([lng, lat]: Position): Position => [lng, lat]

function polygonsRejection(polygons: unknown): GeometryRejection | null {
  if (!isFilledArray(polygons)) return EMPTY_GEOMETRY
  for (const rings of polygons) {
    if (!isFilledArray(rings)) return EMPTY_GEOMETRY
    for (const ring of rings) {
      const rejection = ringRejection(ring)
      if (rejection) return rejection
    }
  }
  return null
}

const EMPTY_GEOMETRY: GeometryRejection = { value: '', reason: 'the geometry is empty or not made of rings' }

const isFilledArray = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0

function ringRejection(ring: unknown): GeometryRejection | null {
  if (!Array.isArray(ring)) return EMPTY_GEOMETRY
  if (ring.length < MIN_RING_POINTS)
    return {
      value: shortValueText(ring),
      reason: `a ring has ${ring.length} points, fewer than ${MIN_RING_POINTS}`,
    }
  for (const position of ring) {
    const reason = invalidPositionReason(position)
    if (reason) return { value: shortValueText(position), reason }
  }
  const [first, last] = [ring[0], ring.at(-1)] as [Position, Position]
  const isClosed = first[0] === last[0] && first[1] === last[1]
  return isClosed
    ? null
    : { value: shortValueText([first, last]), reason: 'a ring does not end where it begins' }
}

function invalidPositionReason(position: unknown): string | null {
  if (!Array.isArray(position) || !Number.isFinite(position[0]) || !Number.isFinite(position[1]))
    return 'is not a position of two finite numbers'
  const [lng, lat] = position as Position
  if (Math.abs(lng) > 180 || Math.abs(lat) > 90)
    return 'lies outside ±180 and ±90 degrees: it looks projected; export it in WGS 84 (EPSG:4326)'
  return isSwapped(lat, lng) ? `${SWAPPED_REASON}: GeoJSON wants [longitude, latitude]` : null
}

/** Is this GeoJSON geometry a polygon that a map can show? */
import type { AreaGeometry, Position } from '#domain/place'
import { isSwapped, SWAPPED } from '../fields/position.js'
import { shown } from '../fields/refusal.js'
import { isObject } from './topojson.js'

export interface GeometryFault {
  value: string
  reason: string
}

/** The closing point included. */
const MIN_RING_POINTS = 4

const POLYGONAL = ['Polygon', 'MultiPolygon']

/** The geometry with its positions cut to two numbers, or the first fault found in it. */
export function polygonOf(geometry: unknown): { geometry: AreaGeometry } | { fault: GeometryFault } {
  if (!isObject(geometry)) return { fault: { value: shown(geometry), reason: 'there is no geometry' } }
  const { type, coordinates } = geometry
  if (!POLYGONAL.includes(String(type)))
    return { fault: { value: shown(type), reason: 'is not a Polygon or MultiPolygon' } }
  const polygons = type === 'Polygon' ? [coordinates] : coordinates
  const fault = polygonsFault(polygons)
  if (fault) return { fault }
  const flat = (polygons as Position[][][]).map((rings) => rings.map((ring) => ring.map(flatPosition)))
  return {
    geometry:
      type === 'Polygon' ? { type, coordinates: flat[0]! } : { type: 'MultiPolygon', coordinates: flat },
  }
}

/** Heights are left out. */
const flatPosition = ([lng, lat]: Position): Position => [lng, lat]

function polygonsFault(polygons: unknown): GeometryFault | null {
  if (!isFilledArray(polygons)) return EMPTY
  for (const rings of polygons) {
    if (!isFilledArray(rings)) return EMPTY
    for (const ring of rings) {
      const fault = ringFault(ring)
      if (fault) return fault
    }
  }
  return null
}

const EMPTY: GeometryFault = { value: '', reason: 'the geometry is empty or not made of rings' }

const isFilledArray = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0

function ringFault(ring: unknown): GeometryFault | null {
  if (!Array.isArray(ring)) return EMPTY
  if (ring.length < MIN_RING_POINTS)
    return { value: shown(ring), reason: `a ring has ${ring.length} points, fewer than ${MIN_RING_POINTS}` }
  for (const position of ring) {
    const reason = positionFault(position)
    if (reason) return { value: shown(position), reason }
  }
  const [first, last] = [ring[0], ring.at(-1)] as [Position, Position]
  const closed = first[0] === last[0] && first[1] === last[1]
  return closed ? null : { value: shown([first, last]), reason: 'a ring does not end where it begins' }
}

function positionFault(position: unknown): string | null {
  if (!Array.isArray(position) || !Number.isFinite(position[0]) || !Number.isFinite(position[1]))
    return 'is not a position of two finite numbers'
  const [lng, lat] = position as Position
  if (Math.abs(lng) > 180 || Math.abs(lat) > 90)
    return 'lies outside ±180 and ±90 degrees: it looks projected; export it in WGS 84 (EPSG:4326)'
  return isSwapped(lat, lng) ? `${SWAPPED}: GeoJSON wants [longitude, latitude]` : null
}

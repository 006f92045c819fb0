/** The cells that a claim of coverage names. */
import { isValidCell, getResolution } from 'h3-js'
import type { AreaGeometry } from '#domain/place'
import type { GeoPoint } from '#domain/probe'
import { WORKING_RESOLUTION, cellAt, cellsCentredIn } from './cell.js'

/**
 * The working cells of a place: the cell itself, the cell that contains a point, or all cells whose centre lies in a polygon
 * (holes are left out). Null where `h3` is not the index of a working cell.
 */
export function coveredCells(place: { h3: string } | GeoPoint | { geometry: AreaGeometry }): string[] | null {
  if ('geometry' in place) return cellsCentredIn(place.geometry, WORKING_RESOLUTION)
  if ('lat' in place) return [cellAt(place.lat, place.lng)]
  return isValidCell(place.h3) && getResolution(place.h3) === WORKING_RESOLUTION ? [place.h3] : null
}

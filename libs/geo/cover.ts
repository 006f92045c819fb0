/** From a claim of coverage to cells. */
import { isValidCell, getResolution } from 'h3-js'
import { WORKING_RESOLUTION, type Shape, cellAt, cellsCentredIn } from './cell.js'

/**
 * The working cells of a place: the cell itself, the one that holds a point, or all whose centre lies in a polygon (one
 * rule for every polygon; holes are left out). Null where the index is no working cell.
 */
export function coveredCells(
  place: { h3: string } | { lat: number; lng: number } | { geometry: Shape },
): string[] | null {
  if ('geometry' in place) return cellsCentredIn(place.geometry, WORKING_RESOLUTION)
  if ('lat' in place) return [cellAt(place.lat, place.lng)]
  return isValidCell(place.h3) && getResolution(place.h3) === WORKING_RESOLUTION ? [place.h3] : null
}

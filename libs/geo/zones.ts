/** Groups of connected cells, and their outlines. */
import { type MultiPolygon } from '#domain/place'
import { connectedComponents } from '#domain/zone'
import { cellsToMultiPolygon, gridDisk } from 'h3-js'

/**
 * The connected components of cells of one resolution, where cells that share an edge are connected. Each group is sorted,
 * and the groups are in the order of their first cells.
 */
export function connectedCellGroups(cells: readonly string[]): string[][] {
  const members = new Set(cells)
  return connectedComponents(members, adjacentPairs(members))
}

/** The pairs of cells that share an edge, each once. */
function* adjacentPairs(cells: ReadonlySet<string>): Generator<[string, string]> {
  for (const cell of cells)
    for (const other of gridDisk(cell, 1)) if (other > cell && cells.has(other)) yield [cell, other]
}

/**
 * The outline of cells of one resolution, with holes. At most three cells share a corner, so that rings never touch each
 * other and the polygon is always valid. Positions are rounded to 1e-7 degrees.
 */
export function zonePolygon(cells: readonly string[]): MultiPolygon {
  const polygons = cellsToMultiPolygon([...cells], true)
  return {
    type: 'MultiPolygon',
    coordinates: polygons.map((rings) =>
      rings.map((ring) => ring.map(([lng, lat]) => [roundedDegrees(lng!), roundedDegrees(lat!)])),
    ),
  }
}

/** Rounds to 1e-7 degrees (1 cm): corners that two zones share stay equal, and the text is half as long. */
const roundedDegrees = (degrees: number) => Math.round(degrees * 1e7) / 1e7

/** Cells that hang together, and their outline. */
import { type MultiPolygon } from '#domain/place'
import { connectedComponents } from '#domain/zone'
import { cellsToMultiPolygon, gridDisk } from 'h3-js'

/** Groups of cells that share edges: each sorted, in the order of their first cells. */
export function connectedCellGroups(cells: readonly string[]): string[][] {
  const known = new Set(cells)
  return connectedComponents(known, adjacentPairs(known))
}

/** Each pair once. */
function* adjacentPairs(cells: ReadonlySet<string>): Generator<[string, string]> {
  for (const cell of cells)
    for (const other of gridDisk(cell, 1)) if (other > cell && cells.has(other)) yield [cell, other]
}

/** The outline of cells, with holes. A corner is shared by three cells at most, so rings never touch: it is always valid. */
export function zonePolygon(cells: readonly string[]): MultiPolygon {
  const polygons = cellsToMultiPolygon([...cells], true)
  return {
    type: 'MultiPolygon',
    coordinates: polygons.map((rings) =>
      rings.map((ring) => ring.map(([lng, lat]) => [roundedDegrees(lng!), roundedDegrees(lat!)])),
    ),
  }
}

/** To 1e-7 degrees (1 cm): the corners that two zones share stay the same, and the text is half as long. */
const roundedDegrees = (degrees: number) => Math.round(degrees * 1e7) / 1e7

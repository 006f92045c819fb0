/** Where a run differs from another: cells with both classes, from afar parents with how many got better or worse. */
import { changeDirectionOf } from '#domain/verdict'
import {
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  envelopeOf,
  rangesCovering,
  resolutionAt,
} from '#geo'
import { type Queryable } from '#store/database'
import { type RunPair, type RunRow, changedCellsInRanges, changedParentsInRanges } from '#store/runs'
import { MARGIN, hexagonRings } from './shapes.js'

type Properties = TileFeature['properties'] & { h3: string }

export async function differenceFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
  other: RunRow,
): Promise<TileFeature[]> {
  const box = envelopeOf(tile, MARGIN)
  const res = resolutionAt(tile.z)
  // Whole parents: the ranges hold all the working cells of every parent that reaches into the box.
  const ranges = rangesCovering(box, res, WORKING_RESOLUTION)
  const runs = { from: other, to: run }
  const rows: Properties[] =
    res === WORKING_RESOLUTION
      ? (await changedCellsInRanges(db, runs, ranges)).map((cell) => ({
          ...cell,
          res,
          direction: changeDirectionOf(cell.from, cell.to),
        }))
      : await changedParents(db, runs, ranges, res)
  return rows.flatMap((properties): TileFeature[] => {
    const rings = hexagonRings(properties.h3, box, tile)
    return rings.length > 0 ? [{ kind: 'polygon', rings, properties }] : []
  })
}

async function changedParents(
  db: Queryable,
  runs: RunPair,
  ranges: ReturnType<typeof rangesCovering>,
  res: number,
): Promise<Properties[]> {
  const counts = new Map<string, { better: number; worse: number; other: number }>()
  for (const { h3, from, to, cells } of await changedParentsInRanges(db, runs, ranges, res)) {
    const count = counts.get(h3) ?? { better: 0, worse: 0, other: 0 }
    count[changeDirectionOf(from, to)] += cells
    counts.set(h3, count)
  }
  return [...counts].map(([h3, count]) => ({ h3, res, ...count }))
}

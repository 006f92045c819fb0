/**
 * Cells whose class differs between two runs; at low zoom levels parents with the number of cells that got better or
 * worse.
 */
import { changeDirectionOf } from '#domain/verdict'
import {
  type CellRange,
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  rangesCovering,
  resolutionAt,
} from '#geo'
import { type Queryable } from '#store/database'
import { type RunPair, type RunRow, changedCellsInRanges, changedParentsInRanges } from '#store/runs'
import { type HexagonProperties, envelopeWithMargin, hexagonFeature } from './shapes.js'

export async function differenceFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
  comparedRun: RunRow,
): Promise<TileFeature[]> {
  const res = resolutionAt(tile.z)
  // The ranges hold all the working cells of every parent that reaches into the box, so that parents are complete.
  const ranges = rangesCovering(envelopeWithMargin(tile), res, WORKING_RESOLUTION)
  const runs = { from: comparedRun, to: run }
  const rows =
    res === WORKING_RESOLUTION
      ? await changedCells(db, runs, ranges)
      : await changedParents(db, runs, ranges, res)
  return rows.flatMap((properties) => hexagonFeature(tile, properties))
}

async function changedCells(
  db: Queryable,
  runs: RunPair,
  ranges: readonly CellRange[],
): Promise<HexagonProperties[]> {
  const cells = await changedCellsInRanges(db, runs, ranges)
  return cells.map((cell) => ({
    ...cell,
    res: WORKING_RESOLUTION,
    direction: changeDirectionOf(cell.from, cell.to),
  }))
}

async function changedParents(
  db: Queryable,
  runs: RunPair,
  ranges: readonly CellRange[],
  res: number,
): Promise<HexagonProperties[]> {
  const countsByParent = new Map<string, { better: number; worse: number; other: number }>()
  for (const { h3, from, to, cells } of await changedParentsInRanges(db, runs, ranges, res)) {
    const counts = countsByParent.get(h3) ?? { better: 0, worse: 0, other: 0 }
    counts[changeDirectionOf(from, to)] += cells
    countsByParent.set(h3, counts)
  }
  return [...countsByParent].map(([h3, counts]) => ({ h3, res, ...counts }))
}

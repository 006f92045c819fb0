/** A file of claims about coverage becomes rows of cells, and the claims that its sender may not make. */
import type { Scope } from '#domain/account'
import type { RowRejection } from '#formats/fields'
import type { CoverageClaim, CoverageFile } from '#formats/lists'
import { cellToSql, coveredCells } from '#geo'
import { cellsOutside } from '#store/areas'
import type { CoverageRow } from '#store/coverage'
import type { Queryable } from '#store/database'

/** The operators for whom a person may make claims. */
export interface CoverageSender {
  /** The only operator whose network may be declared; null for all. */
  operator: string | null
  scope: Scope
}

export interface JudgedCoverage {
  rows: CoverageRow[]
  /** All rejections of the file, those of its reader first. */
  rejections: RowRejection[]
  /** Number of claims that became rows. */
  claims: number
}

interface PlacedClaim extends CoverageClaim {
  cells: readonly string[]
}

/**
 * Makes rows of the claims. A claim with a cell outside the scope of the sender is rejected as a whole. `tooMany` if the file covers more
 * cells than `maxCells`.
 */
export async function judgeCoverage(
  db: Queryable,
  file: CoverageFile,
  { operator, scope }: CoverageSender,
  maxCells: number,
): Promise<JudgedCoverage | { tooMany: true }> {
  const rejections = [...file.rejections]
  const placed: PlacedClaim[] = []
  let cellCount = 0
  for (const claim of file.claims) {
    const cells = coveredCells(claim.place)
    const rejection = formRejection(claim, cells, operator)
    if (rejection) rejections.push({ line: claim.line, ...rejection })
    else placed.push({ ...claim, cells: cells! })
    cellCount += cells?.length ?? 0
    if (cellCount > maxCells) return { tooMany: true }
  }
  const outside =
    scope === null
      ? new Set<string>()
      : await cellsOutside(db, scope, [...new Set(placed.flatMap(({ cells }) => cells))])
  const inside: PlacedClaim[] = []
  for (const claim of placed) {
    const cell = claim.cells.find((one) => outside.has(one))
    if (cell === undefined) inside.push(claim)
    else rejections.push({ line: claim.line, field: 'h3', value: cell, reason: OUTSIDE })
  }
  return { rows: inside.flatMap(rowsOf), rejections, claims: inside.length }
}

const OUTSIDE = 'lies outside the areas of the account'
const NO_CELL = 'is not an H3 cell of resolution 8'
const NO_CENTRE = 'no cell has its centre in the polygon: it is smaller than a cell'

function formRejection(
  { operator, place }: CoverageClaim,
  cells: readonly string[] | null,
  ownOperator: string | null,
): Omit<RowRejection, 'line'> | null {
  if (ownOperator !== null && operator !== ownOperator)
    return { field: 'operator', value: operator, reason: `is not ${ownOperator}, for which the account acts` }
  if (cells === null) return { field: 'h3', value: 'h3' in place ? place.h3 : '', reason: NO_CELL }
  return cells.length === 0 ? { field: 'geometry', value: '', reason: NO_CENTRE } : null
}

const rowsOf = ({ cells, place: _place, line: _line, ...claim }: PlacedClaim): CoverageRow[] =>
  cells.map((h3) => ({ cell: cellToSql(h3), ...claim }))

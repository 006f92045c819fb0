/** Merged cells of a sheet, which hold one value for several rows or columns. */
import { WorkbookTooLargeError } from '../workbook-too-large-error.js'

/** Rows and columns count from 0; both ends are included. */
export interface CellRange {
  firstLine: number
  lastLine: number
  firstColumn: number
  lastColumn: number
}

/** `B5` as line 5, column 1; null for anything else. */
export function cellPositionOf(address: string): { line: number; column: number } | null {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(address) ?? []
  if (!letters || !digits) return null
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  return { line: Number(digits), column }
}

/** `B` for 1. */
export function columnName(column: number): string {
  const before = Math.floor(column / 26)
  return (before > 0 ? columnName(before - 1) : '') + String.fromCharCode(65 + (column % 26))
}

const MERGE = /<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]+\d+):([A-Z]+\d+)["']/g
/** More than a tag is long. */
const OVERLAP_CHARS = 200
const MAX_RANGES = 100_000

/** They stand behind the rows of a sheet, so they are looked for before the rows are read. */
export async function mergedRangesOf(chunks: AsyncIterable<Uint8Array>): Promise<CellRange[]> {
  const decoder = new TextDecoder()
  const ranges = new Map<string, CellRange>()
  let tail = ''
  for await (const chunk of chunks) {
    const text = tail + decoder.decode(chunk, { stream: true })
    if (text.includes('mergeCell'))
      for (const [, first, last] of text.matchAll(MERGE)) {
        const [a, b] = [cellPositionOf(first!), cellPositionOf(last!)]
        if (a && b && ranges.size < MAX_RANGES)
          ranges.set(`${first}:${last}`, {
            firstLine: a.line,
            lastLine: b.line,
            firstColumn: a.column,
            lastColumn: b.column,
          })
      }
    tail = text.slice(-OVERLAP_CHARS)
  }
  return [...ranges.values()]
}

/** No column that is read lies beyond it. */
const MAX_COVERED_COLUMN = 1_000

const COVERED = 'is covered by a merged cell: take the merging apart'

/** Merged cells do not overlap, so a row has at most one for each of its columns. */
const MAX_RANGES_IN_ROW = 1_000

/**
 * A cell that is merged over several rows holds for each of them. What it covers in other columns is neither a value nor
 * empty.
 */
export class MergedCells {
  private readonly ranges: CellRange[]
  private next = 0
  /** Those that reach the row of the last call, with their values. */
  private active: { range: CellRange; value: string }[] = []

  constructor(ranges: readonly CellRange[] = []) {
    this.ranges = ranges.toSorted((a, b) => a.firstLine - b.firstLine)
  }

  /** Ranges come in the order of their first lines. */
  add(range: CellRange): void {
    this.ranges.push(range)
  }

  /** Completes a row; rows come in their order. Throws `WorkbookTooLargeError` where ranges overlap. */
  apply({ line, cells, faults }: { line: number; cells: string[]; faults: Map<number, string> }): void {
    for (
      let range = this.ranges[this.next];
      range && range.firstLine <= line;
      range = this.ranges[++this.next]
    ) {
      const value = range.firstLine === line ? (cells[range.firstColumn] ?? '') : ''
      if (value !== '') this.active.push({ range, value })
    }
    if (this.active.length === 0) return
    this.active = this.active.filter(({ range }) => range.lastLine >= line)
    if (this.active.length > MAX_RANGES_IN_ROW)
      throw new WorkbookTooLargeError('has merged cells that overlap each other')
    for (const { range, value } of this.active) cover(range, value, cells, faults)
  }
}

function cover(
  { firstColumn, lastColumn }: CellRange,
  value: string,
  cells: string[],
  faults: Map<number, string>,
): void {
  while (cells.length < firstColumn) cells.push('')
  cells[firstColumn] = value
  for (let column = firstColumn + 1; column <= Math.min(lastColumn, MAX_COVERED_COLUMN); column++)
    if (!cells[column]) faults.set(column, COVERED)
}

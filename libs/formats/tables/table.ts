/** The result of every reader of a table: sheets of rows, whatever the file. */

export interface TableRow {
  /** Line of the file on which the row begins (a cell may hold line breaks), or row of the sheet; from 1. */
  line: number
  cells: readonly string[]
  /** Cells that have neither a value nor are empty, such as error values: why, by the index of the cell. */
  faults?: ReadonlyMap<number, string>
  /** The reason why the whole row cannot be trusted. */
  rowFault?: string
  /** Whether the cells of a CSV row stand apart by semicolons. */
  isSemicolon?: boolean | undefined
  /** The lines of a CSV row that stands on several lines, each taken apart at the delimiters only. */
  splitLines?: readonly (readonly string[])[]
}

/** One sheet of a workbook, or the only one that other files have. */
export interface TableSheet {
  /** The name of the sheet; null if the file has no sheets. */
  name: string | null
  /**
   * May be called more than once for a workbook only. `isHeader` tells a header row, by which a CSV file's delimiter is
   * found where its first lines leave it open.
   */
  rows: (isHeader?: HeaderTest) => AsyncIterable<TableRow>
}

export type HeaderTest = (cells: readonly string[]) => boolean

export interface Table {
  /** The kind of file, for messages; absent unless its rows are features. */
  what?: string | undefined
  /** Those that can be seen, in their order. */
  sheets: readonly TableSheet[]
  /** Notes that a person should know of how the file was read. Grows while rows are read. */
  notes: string[]
}

const swallowedReason = (first: number, last: number): string =>
  `a quotation mark opens on line ${first} and closes on line ${last}, around what look like whole rows: remove or double it`

/**
 * The lines of a row that a stray quotation mark has probably joined: each of them has as many cells as the header. They
 * are given back as rows of their own, each with the fault. Null for a row that is none of that kind.
 */
export function swallowedRowsOf(row: TableRow, columnCount: number): TableRow[] | null {
  const { splitLines, line } = row
  if (!splitLines || columnCount < 2) return null
  const filled = splitLines
    .map((cells, i) => ({ cells, i }))
    .filter(({ cells }) => cells.some((c) => c.trim() !== ''))
  if (filled.length < 2 || !filled.every(({ cells }) => cells.length === columnCount)) return null
  const rowFault = swallowedReason(line, line + splitLines.length - 1)
  return filled.map(({ cells, i }) => ({ line: line + i, cells, rowFault }))
}

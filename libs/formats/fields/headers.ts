/** Columns are recognised by their names in French, Arabic or English, whatever the spelling. */
import { foldName } from '#domain/place'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { withoutUnit, splitCamelCase } from './speed.js'
import type { TableRow } from '../tables/table.js'

/** For each field the names of its column, the preferred one first. */
export type ColumnSynonyms<F extends string> = Readonly<Record<F, readonly string[]>>

/** Rows above the header, such as titles and notes, that are searched for it. */
const HEADER_SEARCH_ROWS = 20

/** The key by which names are compared: `communeCode`, `commune_code` and `Commune (code)` have the same. */
export function headerKey(header: string): string {
  return foldName(splitCamelCase(header))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** The keys of a header: as it stands, without its unit (`débit en Mbit/s`), and without the year of an edition (`pop_2014`). */
function keysOf(header: string): string[] {
  const bare = headerKey(withoutUnit(header)).replace(/ (en|in|ب)$/u, '')
  return [headerKey(header), bare, bare.replace(/ (19|20)\d\d$/, '')]
}

/** The index of the column of each field. A column serves one field only, the first whose synonym matches. */
export function columnsOf<F extends string>(
  headers: readonly string[],
  synonyms: ColumnSynonyms<F>,
): Partial<Record<F, number>> {
  const keys = headers.map(keysOf)
  const columns: Partial<Record<F, number>> = {}
  const usedColumns = new Set<number>()
  for (const field of Object.keys(synonyms) as F[]) {
    const column = columnOf(synonyms[field], keys, usedColumns)
    if (column === null) continue
    columns[field] = column
    usedColumns.add(column)
  }
  return columns
}

function columnOf(
  names: readonly string[],
  keys: readonly string[][],
  usedColumns: ReadonlySet<number>,
): number | null {
  for (const name of names) {
    const column = keys.findIndex((key, i) => !usedColumns.has(i) && key.includes(headerKey(name)))
    if (column >= 0) return column
  }
  return null
}

/** A row whose cells are found by field. */
export interface NamedRow<F extends string> {
  line: number
  /** The trimmed cell of a field; empty when the row or the table has none. */
  cell: (field: F) => string
  /** The header of the field's column as it stands in the file; null when the table has no such column. */
  header: (field: F) => string | null
  /** Cells that are not empty to the right of the last header: usually a number with an unquoted decimal comma. */
  extraCells: string[]
}

/**
 * The rows below the header row, which is the first that has every required column. Empty rows are left out. Throws
 * `UnreadableFileError` when there is no such row among the first 20.
 */
export async function* namedRows<F extends string>(
  rows: AsyncIterable<TableRow>,
  synonyms: ColumnSynonyms<F>,
  required: readonly NoInfer<F>[],
  file?: string,
): AsyncGenerator<NamedRow<F>> {
  const search = headerSearch(synonyms, required)
  let named: ((row: TableRow) => NamedRow<F>) | null = null
  for await (const row of rows) {
    if (row.cells.every((cell) => cell.trim() === '')) continue
    if (named) yield named(row)
    else if (search.accepts(row)) named = rowNamer(row.cells, columnsOf(row.cells, synonyms))
    else if (search.rowCount() >= HEADER_SEARCH_ROWS) break
  }
  if (!named) throw search.error(file)
}

function headerSearch<F extends string>(synonyms: ColumnSynonyms<F>, required: readonly F[]) {
  let rowCount = 0
  let closest: { row: TableRow; missing: F[] } | null = null
  return {
    rowCount: () => rowCount,
    accepts(row: TableRow): boolean {
      rowCount++
      const columns = columnsOf(row.cells, synonyms)
      const missing = required.filter((field) => columns[field] === undefined)
      if (!closest || missing.length < closest.missing.length) closest = { row, missing }
      return missing.length === 0
    },
    error: (file?: string) =>
      closest
        ? missingColumnsError(closest, synonyms, file)
        : new UnreadableFileError('the table is empty', file, { code: 'empty' }),
  }
}

function missingColumnsError<F extends string>(
  closest: { row: TableRow; missing: readonly F[] },
  synonyms: ColumnSynonyms<F>,
  file?: string,
): UnreadableFileError {
  const missingHeaders = closest.missing.map((field) => `“${synonyms[field][0]}”`).join(', ')
  const foundHeaders = closest.row.cells.filter((cell) => cell.trim() !== '').slice(0, 12)
  const fields = {
    wanted: missingHeaders,
    line: String(closest.row.line),
    there: foundHeaders.join(', ').slice(0, 300),
  }
  const reason = `no column ${missingHeaders} was found; line ${fields.line} has: ${fields.there}`
  return new UnreadableFileError(reason, file, { code: 'columns', fields })
}

function rowNamer<F extends string>(headers: readonly string[], columns: Partial<Record<F, number>>) {
  const header = (field: F) => (columns[field] === undefined ? null : (headers[columns[field]] ?? null))
  return ({ line, cells }: TableRow): NamedRow<F> => ({
    line,
    cell: (field) => (columns[field] === undefined ? '' : (cells[columns[field]] ?? '').trim()),
    header,
    extraCells: cells.slice(headers.length).filter((cell) => cell.trim() !== ''),
  })
}

/** Columns recognised by name in French, Arabic or English, whatever their spelling. */
import { foldName } from '#domain/place'
import { UnreadableFileError } from '../file/file-problem.js'
import { withoutUnit, splitCamelCase } from './speed.js'
import type { TableRow } from '../tables/table.js'

/** For each field the names of its column, the best first. */
export type ColumnSynonyms<F extends string> = Readonly<Record<F, readonly string[]>>

/** Titles and notes above the header row: more than this many rows of them are not searched. */
const HEADER_SEARCH_ROWS = 20

/** `communeCode`, `commune_code` and `Commune (code)` are one key. */
export function headerKey(header: string): string {
  return foldName(splitCamelCase(header))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** A header also goes without its unit (`débit en Mbit/s`) and without the year of its edition (`pop_2014`). */
function keysOf(header: string): string[] {
  const bare = headerKey(withoutUnit(header)).replace(/ (en|in|ب)$/u, '')
  return [headerKey(header), bare, bare.replace(/ (19|20)\d\d$/, '')]
}

/** Which column each field stands in. A column serves one field, the first whose synonym fits. */
export function columnsOf<F extends string>(
  headers: readonly string[],
  synonyms: ColumnSynonyms<F>,
): Partial<Record<F, number>> {
  const keys = headers.map(keysOf)
  const found: Partial<Record<F, number>> = {}
  const taken = new Set<number>()
  for (const field of Object.keys(synonyms) as F[]) {
    const column = columnOf(synonyms[field], keys, taken)
    if (column === null) continue
    found[field] = column
    taken.add(column)
  }
  return found
}

function columnOf(
  names: readonly string[],
  keys: readonly string[][],
  taken: ReadonlySet<number>,
): number | null {
  for (const name of names) {
    const column = keys.findIndex((key, i) => !taken.has(i) && key.includes(headerKey(name)))
    if (column >= 0) return column
  }
  return null
}

/** A row whose cells go by their fields. */
export interface NamedRow<F extends string> {
  line: number
  /** The field's cell, trimmed; empty when the row or the table has none. */
  cell: (field: F) => string
  /** The column's header as it stands in the file, null when the table has no such column. */
  header: (field: F) => string | null
  /** Cells with something in them right of the last header: usually a number with an unquoted decimal comma. */
  extraCells: string[]
}

/** The rows below the header row, which is the first one that has every required column. Empty rows are left out. */
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
    else if (search.seen() >= HEADER_SEARCH_ROWS) break
  }
  if (!named) throw search.problem(file)
}

function headerSearch<F extends string>(synonyms: ColumnSynonyms<F>, required: readonly F[]) {
  let seen = 0
  let best: { row: TableRow; missing: F[] } | null = null
  return {
    seen: () => seen,
    accepts(row: TableRow): boolean {
      seen++
      const columns = columnsOf(row.cells, synonyms)
      const missing = required.filter((field) => columns[field] === undefined)
      if (!best || missing.length < best.missing.length) best = { row, missing }
      return missing.length === 0
    },
    problem: (file?: string) =>
      best
        ? missingColumns(best, synonyms, file)
        : new UnreadableFileError('the table is empty', file, { code: 'empty' }),
  }
}

function missingColumns<F extends string>(
  best: { row: TableRow; missing: readonly F[] },
  synonyms: ColumnSynonyms<F>,
  file?: string,
): UnreadableFileError {
  const wanted = best.missing.map((field) => `“${synonyms[field][0]}”`).join(', ')
  const there = best.row.cells.filter((cell) => cell.trim() !== '').slice(0, 12)
  const fields = { wanted, line: String(best.row.line), there: there.join(', ').slice(0, 300) }
  const reason = `no column ${wanted} was found; line ${fields.line} has: ${fields.there}`
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

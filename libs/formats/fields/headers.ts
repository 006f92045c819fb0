/** Columns are recognised by their names in French, Arabic or English, whatever the spelling. */
import { foldName } from '#domain/place'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { hasDecimalCommas } from './number.js'
import { isVolume, withoutUnit, splitCamelCase } from './speed.js'
import { cellFaultOf } from '../tables/cell-fault.js'
import { chooseSheet, HEADER_SEARCH_ROWS, type SheetChoice } from '../tables/choose-sheet.js'
import { swallowedRowsOf, type Table, type TableRow } from '../tables/table.js'

/** The names of each field's column, the preferred one first. */
export type ColumnSynonyms<F extends string> = Readonly<Record<F, readonly string[]>>

/** A row with more cells, or longer ones, is no header: what lies beyond is not looked at. */
const MAX_COLUMNS = 1_000
const MAX_HEADER_CHARS = 200

/** The key by which names are compared: `communeCode`, `commune_code` and `Commune (code)` have the same. */
export function headerKey(header: string): string {
  return foldName(splitCamelCase(header))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** A bracket with the reference system of a coordinate, as in `X (Lambert Nord Maroc)`, a unit other than of speed, or the zone of a time. */
const BRACKET =
  /[([](?:[^)\]]*(?:lambert|merchich|epsg|wgs|utm)[^)\]]*|\s*(?:utc|gmt)[^)\]]*|\s*(?:heure )?locale?\s*|\s*(?:[mµu]?s|sec|m|dbm|%)\s*)[)\]]/i

/** The code of a reference system beside the name of a coordinate, as in `X EPSG:26191`. */
const SYSTEM_CODE = /\bEPSG:\s*\d+/i

/**
 * The keys of a header: as it stands, without its unit (`débit en Mbit/s`), without the year of an edition (`pop_2014`), and
 * without such a code or bracket.
 */
function keysOf(header: string): string[] {
  const bare = headerKey(withoutUnit(header)).replace(/ (en|in|ب)$/u, '')
  return [
    headerKey(header),
    bare,
    bare.replace(/ (19|20)\d\d$/, ''),
    headerKey(header.replace(SYSTEM_CODE, ' ').replace(BRACKET, ' ')),
  ]
}

/** The index of the column of each field. A column serves one field only, the first whose synonym matches. */
export function columnsOf<F extends string>(
  headers: readonly string[],
  synonyms: ColumnSynonyms<F>,
): Partial<Record<F, number>> {
  const keys = headers.slice(0, MAX_COLUMNS).map((header) => keysOf(header.slice(0, MAX_HEADER_CHARS)))
  const columns: Partial<Record<F, number>> = {}
  const usedColumns = new Set<number>()
  const volumes = keys.flatMap((_, i) => (isVolume(headers[i]!.slice(0, MAX_HEADER_CHARS)) ? [i] : []))
  for (const field of Object.keys(synonyms) as F[]) {
    // A volume (`Download (MB)`) is read as a speed only where no other column has the name.
    const column =
      columnOf(synonyms[field], keys, new Set([...usedColumns, ...volumes])) ??
      columnOf(synonyms[field], keys, usedColumns)
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

/** The reason why the cell of a field, or the whole `row`, has no value. */
interface CellRejection {
  field: string
  value: string
  reason: string
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
  /** See `hasDecimalCommas`. */
  hasCommas: boolean
  /** Cells of fields that are neither a value nor empty, and what makes the whole row doubtful. */
  faults: readonly CellRejection[]
}

/**
 * The rows below the header row, which is the first that has every required column. Empty rows of tables are left out. Throws
 * `UnreadableFileError` when there is no such row among the first 20.
 */
export async function* namedRows<F extends string>(
  table: Table,
  synonyms: ColumnSynonyms<F>,
  required: readonly NoInfer<F>[],
  choice: SheetChoice = {},
): AsyncGenerator<NamedRow<F>> {
  const search = headerSearch(synonyms, required, table.what)
  const isHeader = (cells: readonly string[]) => missingIn(cells, synonyms, required).length === 0
  const sheet = await chooseSheet(table, isHeader, choice)
  let named: ((row: TableRow) => NamedRow<F>[]) | null = null
  for await (const row of sheet?.rows(isHeader) ?? []) {
    // A feature without properties is still a feature: only tables have empty rows.
    if (table.what === undefined && row.cells.every((cell) => cell.trim() === '')) continue
    if (named) yield* named(row)
    else if (search.accepts(row)) named = rowNamer(row.cells, columnsOf(row.cells, synonyms))
    else if (search.rowCount() >= HEADER_SEARCH_ROWS) break
  }
  if (!named) throw search.error(choice.file)
}

const missingIn = <F extends string>(
  cells: readonly string[],
  synonyms: ColumnSynonyms<F>,
  required: readonly F[],
): F[] => {
  const columns = columnsOf(cells, synonyms)
  return required.filter((field) => columns[field] === undefined)
}

function headerSearch<F extends string>(
  synonyms: ColumnSynonyms<F>,
  required: readonly F[],
  what: string | undefined,
) {
  let rowCount = 0
  let closest: { row: TableRow; missing: F[] } | null = null
  return {
    rowCount: () => rowCount,
    accepts(row: TableRow): boolean {
      rowCount++
      const missing = missingIn(row.cells, synonyms, required)
      if (!closest || missing.length < closest.missing.length) closest = { row, missing }
      return missing.length === 0
    },
    error: (file?: string) =>
      closest
        ? missingColumnsError(closest, synonyms, what, file)
        : new UnreadableFileError('the table is empty', file, { code: 'empty' }),
  }
}

function missingColumnsError<F extends string>(
  closest: { row: TableRow; missing: readonly F[] },
  synonyms: ColumnSynonyms<F>,
  what: string | undefined,
  file?: string,
): UnreadableFileError {
  const missingHeaders = closest.missing.map((field) => `“${synonyms[field][0]}”`).join(', ')
  const foundHeaders = closest.row.cells.filter((cell) => cell.trim() !== '').slice(0, 12)
  const fields = {
    wanted: missingHeaders,
    line: String(closest.row.line),
    there: foundHeaders.join(', ').slice(0, 300),
  }
  // Features have no header: the names of their properties come before the first of them.
  const place =
    closest.row.line === 0 ? `the features of ${what ?? 'the file'} have` : `line ${fields.line} has`
  const reason = `no column ${missingHeaders} was found; ${place}: ${fields.there}`
  return new UnreadableFileError(reason, file, { code: 'columns', fields })
}

/** The other columns that have the same header as a column. */
export function twinColumnsOf(headers: readonly string[], column: number): number[] {
  const key = (i: number) => headers[i]!.trim().toLowerCase()
  return headers.flatMap((_, i) => (i !== column && key(i) === key(column) ? [i] : []))
}

/** The reason why a row is refused in which two columns with one header differ: nobody can tell which one is meant. */
export const TWINS_REASON = 'two columns have this name and different values: rename or delete one of them'

/** One named row for a row; of a row that a stray quotation mark has joined, one for each of its lines. */
function rowNamer<F extends string>(headers: readonly string[], columns: Partial<Record<F, number>>) {
  const fields = Object.entries(columns) as [F, number][]
  const header = (field: F) => (columns[field] === undefined ? null : (headers[columns[field]] ?? null))
  const twins = fields
    .map(([field, column]) => [field, column, twinColumnsOf(headers, column)] as const)
    .filter(([, , others]) => others.length > 0)
  const named = (row: TableRow): NamedRow<F> => ({
    line: row.line,
    cell: (field) => (columns[field] === undefined ? '' : (row.cells[columns[field]] ?? '').trim()),
    header,
    extraCells: row.rowFault ? [] : row.cells.slice(headers.length).filter((cell) => cell.trim() !== ''),
    hasCommas: hasDecimalCommas(row.cells, row.isSemicolon),
    faults: [...faultsOf(row, fields), ...twinFaultsOf(row, twins)],
  })
  return (row: TableRow): NamedRow<F>[] => (swallowedRowsOf(row, headers.length) ?? [row]).map(named)
}

function faultsOf<F extends string>(
  { cells, faults, rowFault }: TableRow,
  fields: readonly (readonly [F, number])[],
): CellRejection[] {
  if (rowFault) return [{ field: 'row', value: cells.join(' | '), reason: rowFault }]
  return fields.flatMap(([field, column]) => {
    const value = (cells[column] ?? '').trim()
    const reason = faults?.get(column) ?? cellFaultOf(value)
    return reason ? [{ field, value, reason }] : []
  })
}

/** Fields whose column has a twin with another value. */
function twinFaultsOf<F extends string>(
  { cells, rowFault }: TableRow,
  twins: readonly (readonly [field: F, column: number, others: readonly number[]])[],
): CellRejection[] {
  if (rowFault) return []
  const cellAt = (column: number) => (cells[column] ?? '').trim()
  return twins.flatMap(([field, column, others]) => {
    const value = cellAt(column)
    const other = others.map(cellAt).find((text) => text !== value)
    return other === undefined ? [] : [{ field, value: `${value} | ${other}`, reason: TWINS_REASON }]
  })
}

/** Results as the rows of a table, read as a stream. */
import { columnsOf, TWINS_REASON } from '../fields/headers.js'
import { crsOfHeaders } from '../fields/position.js'
import { conversionNote, toWgs84Of } from '../geometry/crs.js'
import { cellFaultOf, missingWordFaultOf } from '../tables/cell-fault.js'
import { chooseSheet, HEADER_SEARCH_ROWS } from '../tables/choose-sheet.js'
import { swallowedRowsOf, type Table, type TableRow } from '../tables/table.js'
import { ImportQuestion } from './draft.js'
import { endingAtError } from './ending-at-error.js'
import { BATCH, type DetectedFormat, type ResultRecord, type ResultsOptions, recordOf } from './records.js'
import { RESULT_COLUMNS } from './table-columns.js'
import { type ResultTable, isResultHeader, resultTableOf } from './table.js'

const NO_HEADER =
  'Which columns are the results? No header row with a download, an upload or an outcome was found (such as “date; débit descendant (Mbit/s)”). Tools write one when asked, as Ookla does with --output-header.'

const UNITS_ROW =
  'In which units are the columns? The row beneath the header names them: write each in its header, such as “latence (ms)”, and delete that row.'

/** Throws `ImportQuestion` or `UnreadableFileError`. */
export async function* tableRecords(
  table: Table,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<ResultRecord[]> {
  const sheet = await chooseSheet(table, isResultHeader, { sheet: options.sheet })
  detected.notes.push(...table.notes)
  const rows = endingAtError(sheet?.rows(isResultHeader) ?? [])
  let results: ResultTable | null = null
  let batch: ResultRecord[] = []
  let [index, searched] = [0, 0]
  for await (const row of rows.items) {
    if (row.cells.every((cell) => cell.trim() === '')) continue
    if (!results) {
      results = await openResults(row.cells, options, detected)
      if (!results && ++searched >= HEADER_SEARCH_ROWS) break
      continue
    }
    if (index === 0 && results.namesUnits(row.cells)) throw new ImportQuestion(UNITS_ROW)
    for (const part of swallowedRowsOf(row, results.headers.length) ?? [row])
      batch.push(rowRecord(index++, part, results, options))
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  // A file that breaks off before anything was handed on is refused as a whole.
  if (rows.error() && index === batch.length) throw rows.error()
  if (!results) throw new ImportQuestion(NO_HEADER)
  yield batch
  if (rows.error()) throw rows.error()
}

async function openResults(
  headers: readonly string[],
  options: ResultsOptions,
  detected: DetectedFormat,
): Promise<ResultTable | null> {
  if (!isResultHeader(headers)) return null
  const { lat, lng } = columnsOf(headers, RESULT_COLUMNS)
  const crs = options.crs ?? crsOfHeaders(headers[lat ?? -1] ?? '', headers[lng ?? -1] ?? '') ?? undefined
  const toWgs84 = crs?.definition ? await toWgs84Of(crs) : null
  const results = resultTableOf(headers, options, toWgs84)
  Object.assign(detected, { format: results.format, unit: results.unit })
  if (crs?.definition) detected.notes.push(conversionNote(crs))
  return results
}

function rowRecord(
  index: number,
  row: TableRow,
  results: ResultTable,
  options: ResultsOptions,
): ResultRecord {
  const raw = results.raw(row.cells)
  const fault = row.rowFault ?? faultOf(row, results)
  if (fault) return { index, text: JSON.stringify(raw), rejectionReason: `line ${row.line}: ${fault}` }
  return recordOf(index, raw, () => results.read(row), options)
}

/** A cell that is neither a value nor empty, or one beyond the headers: usually an unquoted decimal comma. */
function faultOf(
  { cells, faults }: TableRow,
  { headers, usedColumns, twins, isEmptyWord, operatorColumn }: ResultTable,
): string | null {
  for (const [column, twin] of twins)
    if ((cells[column] ?? '').trim() !== (cells[twin] ?? '').trim())
      return `${headers[column]}: ${TWINS_REASON}`
  for (const column of usedColumns) {
    const text = (cells[column] ?? '').trim()
    if (isEmptyWord(column, text)) continue
    const missing = column === operatorColumn ? missingWordFaultOf(text) : null
    const reason = faults?.get(column) ?? cellFaultOf(text) ?? missing
    if (reason) return `${headers[column]} “${text.slice(0, 80)}” ${reason}`
  }
  const extra = cells.slice(headers.length).filter((cell) => cell.trim() !== '')
  return extra.length === 0
    ? null
    : `there are more cells than columns (${extra.join(' | ').slice(0, 80)}): a number with a decimal comma needs quotation marks around it`
}

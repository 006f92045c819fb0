/** A small table as a file for a spreadsheet: it is built in memory. */
import { BYTE_ORDER_MARK } from './byte-order-mark.js'
import { textCell } from './csv.js'

export interface SpreadsheetTable {
  columns: readonly string[]
  rows: readonly (readonly (string | number | null)[])[]
}

/** RFC 4180 with a header row, and with the mark that Excel needs. */
export const csvTable = ({ columns, rows }: SpreadsheetTable): string =>
  BYTE_ORDER_MARK +
  [columns, ...rows]
    .map((row) => row.map((value) => (typeof value === 'number' ? String(value) : textCell(value))).join(','))
    .join('\r\n') +
  '\r\n'

/** Texts are written with the type text, so a spreadsheet never runs one as a formula. */
export async function xlsxTable({ columns, rows }: SpreadsheetTable): Promise<Buffer> {
  const head = columns.map((value) => ({ value, fontWeight: 'bold' as const }))
  const body = rows.map((row) =>
    row.map((value) =>
      value === null ? null : typeof value === 'number' ? { value, type: Number } : { value, type: String },
    ),
  )
  // Loaded with the first workbook.
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  return writeXlsxFile([head, ...body]).toBuffer()
}

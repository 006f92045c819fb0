/** A small table as a file for a spreadsheet. */
import writeXlsxFile from 'write-excel-file/node'
import { textCell } from './csv.js'

export interface Table {
  columns: readonly string[]
  rows: readonly (readonly (string | number | null)[])[]
}

export const csvTable = ({ columns, rows }: Table): string =>
  [columns, ...rows]
    .map((row) => row.map((value) => (typeof value === 'number' ? String(value) : textCell(value))).join(','))
    .join('\r\n') + '\r\n'

/** Texts are kept as texts: a spreadsheet runs none of them. */
export async function xlsxTable({ columns, rows }: Table): Promise<Buffer> {
  const head = columns.map((value) => ({ value, fontWeight: 'bold' as const }))
  const body = rows.map((row) =>
    row.map((value) =>
      value === null ? null : typeof value === 'number' ? { value, type: Number } : { value, type: String },
    ),
  )
  return writeXlsxFile([head, ...body]).toBuffer()
}

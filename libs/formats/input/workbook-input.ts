/** Workbooks as tables: the sheets that can be seen, and what is to be said of the others. */
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { XmlError } from '../file/xml.js'
import type { ZipArchive, ZipEntry } from '../file/zip.js'
import { odsRows, odsSheetsOf } from '../tables/ods.js'
import type { Table, TableRow } from '../tables/table.js'
import { sheetRows } from '../tables/xlsx/sheet.js'
import { WorkbookTooLargeError } from '../tables/workbook-too-large-error.js'
import { readWorkbook } from '../tables/xlsx/workbook.js'

export async function xlsxTable(archive: ZipArchive, file?: string): Promise<Table> {
  return withReadableErrors('.xlsx', file, async () => {
    const workbook = await readWorkbook(archive)
    if (!workbook) throw new UnreadableFileError('the zip file is not an .xlsx workbook', file)
    return tableOf(workbook.sheets, '.xlsx', file, (sheet) => sheetRows(archive, sheet, workbook))
  })
}

export async function odsTable(archive: ZipArchive, content: ZipEntry, file?: string): Promise<Table> {
  return withReadableErrors('.ods', file, async () => {
    const sheets = await odsSheetsOf(archive, content)
    return tableOf(sheets, '.ods', file, (sheet) => odsRows(archive, content, sheet))
  })
}

/** Hidden sheets hold last year's list, or the values of drop-down cells: they are named, never read. */
function tableOf<S extends { name: string; isHidden: boolean }>(
  sheets: readonly S[],
  type: string,
  file: string | undefined,
  rowsOf: (sheet: S) => AsyncIterable<TableRow>,
): Table {
  const visible = sheets.filter(({ isHidden }) => !isHidden)
  const hidden = sheets.filter(({ isHidden }) => isHidden)
  if (visible.length === 0)
    throw new UnreadableFileError(
      `the ${type} has no sheet that can be seen: save the list as .xlsx or CSV`,
      file,
    )
  return {
    notes: hidden.length === 0 ? [] : [`hidden sheets were not read: ${quotedNames(hidden)}`],
    sheets: visible.map((sheet) => ({
      name: sheet.name,
      rows: () => readableRows(rowsOf(sheet), type, file),
    })),
  }
}

const quotedNames = (sheets: readonly { name: string }[]): string =>
  sheets
    .slice(0, 10)
    .map(({ name }) => `“${name.slice(0, 40)}”`)
    .join(', ')

async function* readableRows(
  rows: AsyncIterable<TableRow>,
  type: string,
  file: string | undefined,
): AsyncGenerator<TableRow> {
  try {
    yield* rows
  } catch (cause) {
    throw readableError(cause, type, file)
  }
}

async function withReadableErrors<T>(
  type: string,
  file: string | undefined,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw readableError(cause, type, file)
  }
}

function readableError(cause: unknown, type: string, file: string | undefined): unknown {
  if (cause instanceof XmlError)
    return new UnreadableFileError(`the ${type} is damaged (${cause.message.slice(0, 100)})`, file, { cause })
  if (cause instanceof WorkbookTooLargeError)
    return new UnreadableFileError(
      `the ${type} ${cause.message}: delete what does not belong to the list, or save the sheet as CSV, which is read as a stream`,
      file,
      { cause },
    )
  return cause
}

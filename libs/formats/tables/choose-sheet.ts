/** Chooses the sheet of a workbook that holds the list. */
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import type { Table, TableSheet } from './table.js'

/** Rows above the header, such as titles and notes, that are searched for it. */
export const HEADER_SEARCH_ROWS = 20

export interface SheetChoice {
  /** The sheet that a person named. */
  sheet?: string | undefined
  /** The file's name, for messages. */
  file?: string | undefined
}

/**
 * The only sheet with a header row among its first rows, or the first sheet if none has one. Notes say which others were
 * not read. Throws `UnreadableFileError` where several have one, because half of a list is none.
 */
export async function chooseSheet(
  { sheets, notes }: Table,
  isHeader: (cells: readonly string[]) => boolean,
  { sheet: chosen, file }: SheetChoice,
): Promise<TableSheet | null> {
  if (chosen !== undefined) return sheetNamed(sheets, chosen, file)
  if (sheets.length < 2) return sheets[0] ?? null
  const withHeader: TableSheet[] = []
  for (const sheet of sheets) if (await hasHeader(sheet, isHeader)) withHeader.push(sheet)
  if (withHeader.length > 1)
    throw new UnreadableFileError(
      `the sheets ${namesOf(withHeader)} hold a list each: choose one with sheet=…, or send them one by one`,
      file,
    )
  const [sheet = sheets[0]!] = withHeader
  notes.push(
    `the sheet “${sheet.name}” was read; others hold no such list: ${namesOf(sheets.filter((other) => other !== sheet))}`,
  )
  return sheet
}

const namesOf = (sheets: readonly TableSheet[]): string =>
  sheets
    .slice(0, 10)
    .map(({ name }) => `“${(name ?? '').slice(0, 40)}”`)
    .join(', ')

function sheetNamed(sheets: readonly TableSheet[], name: string, file?: string): TableSheet {
  const sheet = sheets.find((one) => one.name !== null && one.name.toLowerCase() === name.toLowerCase())
  if (sheet) return sheet
  const names = namesOf(sheets.filter((one) => one.name !== null))
  throw new UnreadableFileError(
    `no sheet that can be seen is called “${name.slice(0, 40)}”: ${names || 'there are none'}`,
    file,
  )
}

async function hasHeader(
  sheet: TableSheet,
  isHeader: (cells: readonly string[]) => boolean,
): Promise<boolean> {
  let rowCount = 0
  for await (const { cells } of sheet.rows()) {
    if (cells.every((cell) => cell.trim() === '')) continue
    if (isHeader(cells)) return true
    if (++rowCount >= HEADER_SEARCH_ROWS) return false
  }
  return false
}

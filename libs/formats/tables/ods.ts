/** OpenDocument spreadsheets (ISO/IEC 26300, LibreOffice's .ods): the sheets of `content.xml`, as streams. */
import { parseXml, readXml, type XmlAttributes } from '../file/xml.js'
import type { ZipArchive, ZipEntry } from '../file/zip.js'
import type { TableRow } from './table.js'
import { MergedCells } from './xlsx/merged-cells.js'
import { WorkbookTooLargeError } from './workbook-too-large-error.js'

const MAX_COLUMNS = 1_000
const MAX_ROWS = 300_000
const MAX_CELLS = 3_000_000

export interface OdsSheet {
  name: string
  isHidden: boolean
  /** Position among the sheets. */
  index: number
}

/** The sheets by name; a style says whether one is hidden. Throws `XmlError` or `UnreadableFileError`. */
export async function odsSheetsOf(archive: ZipArchive, content: ZipEntry): Promise<OdsSheet[]> {
  const hiddenStyles = new Set<string>()
  const sheets: { name: string; style: string }[] = []
  let styleName = ''
  await readXml(archive.stream(content), {
    open(element, attributes) {
      if (element === 'style') styleName = attributes.name ?? ''
      if (element === 'table-properties' && attributes.display === 'false') hiddenStyles.add(styleName)
      if (element === 'table')
        sheets.push({ name: attributes.name ?? '', style: attributes['style-name'] ?? '' })
    },
  })
  return sheets.map(({ name, style }, index) => ({ name, isHidden: hiddenStyles.has(style), index }))
}

/** Rows with something in them. Throws `XmlError`, `UnreadableFileError` or `WorkbookTooLargeError`. */
export async function* odsRows(
  archive: ZipArchive,
  content: ZipEntry,
  { index }: OdsSheet,
): AsyncGenerator<TableRow> {
  const sheet = new OdsHandler(index)
  for await (const _ of parseXml(archive.stream(content), sheet)) yield* sheet.takeRows()
}

class OdsHandler {
  private table = -1
  private rows: TableRow[] = []
  private rowCount = 0
  private cellCount = 0
  line = 1
  private rowRepeats = 1
  cells: string[] = []
  faults = new Map<number, string>()
  private column = 0
  private cell: XmlAttributes | null = null
  private paragraphs: string[] = []
  private isParagraph = false
  private commentDepth = 0
  private readonly merged = new MergedCells()

  constructor(private readonly index: number) {}

  takeRows(): TableRow[] {
    const { rows } = this
    this.rows = []
    return rows
  }

  readonly open = (name: string, attributes: XmlAttributes): void => {
    if (name === 'table') this.table++
    if (this.table !== this.index) return
    if (name === 'annotation') this.commentDepth++
    if (this.commentDepth > 0) return
    if (name === 'table-row') this.beginRow(attributes)
    else if (name === 'table-cell' || name === 'covered-table-cell') this.beginCell(attributes)
    else if (name === 'p' && this.cell) {
      this.isParagraph = true
      this.paragraphs.push('')
    } else if (name === 's') this.text(' '.repeat(Math.min(Number(attributes.c ?? 1) || 1, 100)))
    else if (name === 'line-break') this.text('\n')
  }

  readonly text = (piece: string): void => {
    if (this.isParagraph && this.commentDepth === 0) this.paragraphs[this.paragraphs.length - 1] += piece
  }

  readonly close = (name: string): void => {
    if (this.table !== this.index) return
    if (name === 'annotation') this.commentDepth--
    if (this.commentDepth > 0) return
    if (name === 'p') this.isParagraph = false
    else if (name === 'table-cell' || name === 'covered-table-cell') this.endCell()
    else if (name === 'table-row') this.endRow()
  }

  private beginRow(attributes: XmlAttributes): void {
    this.rowRepeats = repeats(attributes['number-rows-repeated'])
    this.cells = []
    this.faults = new Map()
    this.column = 0
  }

  private beginCell(attributes: XmlAttributes): void {
    this.cell = attributes
    this.paragraphs = []
  }

  private endCell(): void {
    const attributes = this.cell ?? {}
    this.cell = null
    const count = repeats(attributes['number-columns-repeated'])
    const text = odsText(attributes, this.paragraphs.join('\n'))
    const fault = odsFault(attributes, text)
    this.addSpan(attributes)
    if (text !== '' && this.column + count > MAX_COLUMNS)
      throw new WorkbookTooLargeError(`has values beyond ${MAX_COLUMNS} columns`)
    const end = Math.min(this.column + count, MAX_COLUMNS)
    for (let column = this.column; column < end && (text !== '' || fault); column++) {
      while (this.cells.length < column) this.cells.push('')
      this.cells[column] = text
      if (fault) this.faults.set(column, fault)
    }
    this.column += count
  }

  private addSpan(attributes: XmlAttributes): void {
    const rows = repeats(attributes['number-rows-spanned'])
    const columns = repeats(attributes['number-columns-spanned'])
    if (rows === 1 && columns === 1) return
    const { line, column } = this
    this.merged.add({
      firstLine: line,
      lastLine: line + rows - 1,
      firstColumn: column,
      lastColumn: column + columns - 1,
    })
  }

  private endRow(): void {
    this.merged.apply(this)
    const { cells, faults, rowRepeats } = this
    const isEmpty = cells.every((cell) => cell === '')
    for (let i = 0; i < rowRepeats && !isEmpty; i++) {
      this.cellCount += cells.length
      if (++this.rowCount > MAX_ROWS || this.cellCount > MAX_CELLS)
        throw new WorkbookTooLargeError(`has more than ${MAX_ROWS} rows or ${MAX_CELLS} cells`)
      const line = this.line + i
      this.rows.push(faults.size > 0 ? { line, cells, faults } : { line, cells })
    }
    this.line += rowRepeats
  }
}

const repeats = (text: string | undefined): number => Math.max(1, Math.trunc(Number(text ?? 1)) || 1)

/** The shown text decides only on leading zeros; the cell's value is exact. */
function odsText(attributes: XmlAttributes, shown: string): string {
  switch (attributes['value-type']) {
    case 'float':
    case 'currency': {
      const value = attributes.value ?? ''
      return isSameNumber(shown, value) ? shown.trim() : value
    }
    case 'percentage':
      return `${Number((Number(attributes.value) * 100).toPrecision(15))}%`
    case 'date':
      return (attributes['date-value'] ?? '').replace(/T00:00:00(?:\.0+)?$/, '')
    case 'time':
      return timeOfDuration(attributes['time-value'] ?? '') ?? shown
    case 'boolean':
      return attributes['boolean-value'] ?? shown
    default:
      return shown
  }
}

/** `00123` is 123, written with what everybody sees; so is a code with signs between its digits. */
const isSameNumber = (shown: string, value: string): boolean =>
  /^0\d+$|^\d+(?:[ ./-]\d+)+$/.test(shown.trim()) && shown.replace(/\D/g, '').replace(/^0+/, '') === value

/** `PT09H30M00S`; null for a duration of a day and more. */
function timeOfDuration(text: string): string | null {
  const [, hours, minutes, seconds] = /^PT(\d{1,2})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S$/.exec(text) ?? []
  if (hours === undefined || Number(hours) > 23) return null
  return [hours, minutes, seconds].map((part) => part!.padStart(2, '0')).join(':')
}

function odsFault(attributes: XmlAttributes, shown: string): string | null {
  if (attributes['value-type'] === 'error' || /^(?:Err:\d+|#[\p{Lu}/\d]+[!?]?)$/u.test(shown.trim()))
    return 'is an error value of the spreadsheet'
  const isEmptyFormula =
    attributes.formula !== undefined && attributes['value-type'] === undefined && shown === ''
  return isEmptyFormula
    ? 'is a formula without a stored value: open the workbook, save it and send it again'
    : null
}

/** The rows of one sheet of an .xlsx, as a stream. */
import { parseXml, type XmlAttributes } from '../../file/xml.js'
import type { ZipArchive } from '../../file/zip.js'
import { cellPositionOf, columnName, mergedRangesOf, MergedCells } from './merged-cells.js'
import { formatNumber } from './number-format.js'
import type { TableRow } from '../table.js'
import { WorkbookTooLargeError } from '../workbook-too-large-error.js'
import { type SheetPart, type Workbook, richTextReader, unescapedText } from './workbook.js'

/** Cells with a value beyond these are no table that people made. Columns: Excel's own limit is 16,384. */
const MAX_COLUMNS = 1_000
const MAX_ROWS = 300_000
const MAX_CELLS = 3_000_000

/** Rows with something in them, in their order. Throws `XmlError`, `UnreadableFileError` or `WorkbookTooLargeError`. */
export async function* sheetRows(
  archive: ZipArchive,
  { entry }: SheetPart,
  workbook: Workbook,
): AsyncGenerator<TableRow> {
  const merged = new MergedCells(await mergedRangesOf(archive.stream(entry)))
  const sheet = new SheetHandler(workbook, merged)
  for await (const _ of parseXml(archive.stream(entry), sheet)) yield* sheet.takeRows()
}

type CellValue = { text: string } | { text: string; fault: string } | null

class SheetHandler {
  private rows: TableRow[] = []
  private rowCount = 0
  private cellCount = 0
  private line = 0
  private column = 0
  private cells: string[] = []
  private faults = new Map<number, string>()
  /** The cell that is being read. */
  private attributes: XmlAttributes = {}
  private value: string | null = null
  private hasFormula = false
  private isValue = false
  private readonly inline = richTextReader()

  constructor(
    private readonly workbook: Workbook,
    private readonly merged: MergedCells,
  ) {}

  takeRows(): TableRow[] {
    const { rows } = this
    this.rows = []
    return rows
  }

  readonly open = (name: string, attributes: XmlAttributes): void => {
    if (name === 'row') this.beginRow(attributes)
    else if (name === 'c') this.beginCell(attributes)
    else if (name === 'f') this.hasFormula = true
    else if (name === 'v') {
      this.isValue = true
      this.value = ''
    } else if (name === 'is') this.inline.begin()
    else this.inline.open(name)
  }

  readonly text = (piece: string): void => {
    if (this.isValue) this.value += piece
    else this.inline.add(piece)
  }

  readonly close = (name: string): void => {
    if (name === 'v') this.isValue = false
    else if (name === 'is') this.value = this.inline.take()
    else if (name === 'c') this.endCell()
    else if (name === 'row') this.endRow()
    else this.inline.close(name)
  }

  /** Rows and cells may come without their address: then each follows the one before. */
  private beginRow({ r }: XmlAttributes): void {
    this.line = r === undefined ? this.line + 1 : Number(r)
    this.column = -1
    this.cells = []
    this.faults = new Map()
  }

  private beginCell(attributes: XmlAttributes): void {
    const position = cellPositionOf(attributes.r ?? '')
    this.column = position?.column ?? this.column + 1
    this.attributes = attributes
    this.value = null
    this.hasFormula = false
  }

  private endCell(): void {
    const cell = this.cellValue()
    if (cell === null) return
    if (this.column >= MAX_COLUMNS || ++this.cellCount > MAX_CELLS)
      throw new WorkbookTooLargeError(
        this.column >= MAX_COLUMNS
          ? `has a value in cell ${columnName(this.column)}${this.line}, beyond ${MAX_COLUMNS} columns`
          : `has more than ${MAX_CELLS} cells`,
      )
    while (this.cells.length < this.column) this.cells.push('')
    this.cells[this.column] = cell.text
    if ('fault' in cell) this.faults.set(this.column, cell.fault)
  }

  private endRow(): void {
    this.merged.apply({ line: this.line, cells: this.cells, faults: this.faults })
    if (this.cells.every((cell) => cell === '')) return
    if (++this.rowCount > MAX_ROWS || this.line > 2 ** 20)
      throw new WorkbookTooLargeError(`has more than ${MAX_ROWS} rows, or one beyond row ${2 ** 20}`)
    const { line, cells, faults } = this
    this.rows.push(faults.size > 0 ? { line, cells, faults } : { line, cells })
  }

  private cellValue(): CellValue {
    const { t: type = 'n', s: style = '0' } = this.attributes
    const value = this.value
    if (this.hasFormula && (value === null || (value === '' && type !== 'str')))
      return {
        text: '(formula)',
        fault: 'is a formula without a stored value: open the workbook, save it and send it again',
      }
    if (value === null || value === '') return null
    switch (type) {
      case 's':
        return this.sharedText(value)
      case 'str':
        return { text: unescapedText(value) }
      case 'inlineStr':
        return { text: value }
      case 'b':
        return { text: value.trim() === '1' || value.trim() === 'true' ? 'true' : 'false' }
      case 'e':
        return { text: value, fault: 'is an error value of the spreadsheet' }
      case 'd':
        return { text: withoutMidnight(value) }
      default:
        return this.number(value, Number(style))
    }
  }

  private sharedText(index: string): CellValue {
    const text = this.workbook.sharedTexts[Number(index)]
    return text === undefined
      ? { text: index, fault: 'names a text that the workbook does not have' }
      : { text }
  }

  private number(text: string, style: number): CellValue {
    const value = Number(text)
    if (!Number.isFinite(value)) return { text, fault: 'is not a number, though its cell says so' }
    const format = this.workbook.formats[style] ?? { kind: 'plain' }
    const shown = formatNumber(value, format, this.workbook.is1904)
    return 'value' in shown ? { text: shown.value } : { text, fault: shown.reason }
  }
}

/** Dates in ISO 8601 have no zone in a workbook, even where a program writes one: they say what the cell shows. */
const withoutMidnight = (text: string): string =>
  text
    .trim()
    .replace(/Z$/, '')
    .replace(/T00:00(?::00(?:\.0+)?)?$/, '')

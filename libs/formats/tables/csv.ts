/**
 * CSV as people send it: any of the usual delimiters and line ends, quotation marks by RFC 4180. Quotation marks that the
 * RFC does not know are text where they can only be that; a row that they may have torn is marked, and none is lost.
 */
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { unguardFormulas } from './formula-guard.js'
import type { HeaderTest, TableRow } from './table.js'

/** A record longer than this (1 MiB) is a quotation mark that was never closed. */
const MAX_RECORD_CHARS = 1024 * 1024

/** Characters from which the delimiter is told. */
const SAMPLE_CHARS = 8192

/** Rows in order, including empty ones. A quotation mark that is never closed throws `UnreadableFileError`. */
export async function* csvRows(
  text: AsyncIterable<string>,
  file?: string,
  isHeader?: HeaderTest,
): AsyncGenerator<TableRow> {
  let reader: CsvReader | null = null
  let buffer = ''
  for await (const piece of text) {
    buffer += piece
    if (!reader && buffer.length < SAMPLE_CHARS) continue
    reader ??= new CsvReader(delimiterOf(buffer, isHeader), file)
    // A carriage return at the end may be the first half of a line end.
    const end = buffer.endsWith('\r') ? buffer.length - 1 : buffer.length
    const lines = buffer.slice(0, end).split(LINE_END)
    buffer = lines.pop()! + buffer.slice(end)
    yield* reader.push(lines)
    reader.checkLength(buffer)
  }
  reader ??= new CsvReader(delimiterOf(buffer, isHeader), file)
  const lines = buffer.split(LINE_END)
  // The last line may end like all others.
  if (lines.at(-1) === '') lines.pop()
  yield* reader.push(lines)
  reader.end()
}

const LINE_END = /\r\n|\n|\r/

/** A record whose quotation goes on over the end of a line. */
interface OpenRecord {
  line: number
  /** The cells that are complete. */
  cells: string[]
  /** The text of the open cell so far. */
  text: string
  lines: string[]
  /** Each line that is complete as cells of its own, as if the quotation mark that joins them were text. */
  splitLines: string[][]
  length: number
}

class CsvReader {
  private line = 0
  private open: OpenRecord | null = null
  /** Undefined for all others, of whose rows it is no part. */
  private readonly isSemicolon: true | undefined

  constructor(
    private readonly delimiter: string,
    private readonly file: string | undefined,
  ) {
    this.isSemicolon = delimiter === ';' || undefined
  }

  *push(lines: readonly string[]): Generator<TableRow> {
    for (const line of lines) {
      this.line++
      if (this.open) yield* this.continueRecord(this.open, line)
      else if (line.includes('"')) yield* this.startRecord(line)
      else
        yield {
          line: this.line,
          cells: this.withoutGuards(line.split(this.delimiter), line),
          isSemicolon: this.isSemicolon,
        }
    }
  }

  end(): void {
    if (this.open) throw this.unclosedError(this.open.line)
  }

  /** Throws when a record is longer than any; `pending` is the beginning of the line that is not complete. */
  checkLength(pending: string): void {
    const { open } = this
    if (open && open.length + pending.length > MAX_RECORD_CHARS) throw this.unclosedError(open.line)
    if (pending.length <= MAX_RECORD_CHARS) return
    if (pending.includes('"')) throw this.unclosedError(this.line + 1)
    throw new UnreadableFileError(`line ${this.line + 1} is longer than 1 MiB: is this a table?`, this.file)
  }

  private unclosedError(line: number): UnreadableFileError {
    return new UnreadableFileError(`line ${line}: a quotation mark is opened and never closed`, this.file)
  }

  private *startRecord(line: string): Generator<TableRow> {
    const { cells, openText } = this.cellsOf(line, 0)
    if (openText === null)
      return yield { line: this.line, cells: this.withoutGuards(cells, line), isSemicolon: this.isSemicolon }
    const first = [...cells, ...openText.split(this.delimiter)]
    this.open = {
      line: this.line,
      cells,
      text: openText,
      lines: [line],
      splitLines: [first],
      length: line.length,
    }
  }

  private *continueRecord(record: OpenRecord, line: string): Generator<TableRow> {
    record.lines.push(line)
    record.length += line.length + 1
    const close = closingQuoteOf(line, 0)
    if (close < 0) {
      record.text += `\n${unescaped(line)}`
      record.splitLines.push(line.split(this.delimiter))
      return this.checkLength('')
    }
    this.open = null
    const next = this.nextCellAfter(line, close)
    if (next === null) return yield* this.tornRows(record)
    const closing = unescaped(line.slice(0, close))
    const rest = next > line.length ? { cells: [], openText: null } : this.cellsOf(line, next)
    const cells = [...record.cells, `${record.text}\n${closing}`, ...rest.cells]
    record.splitLines.push([...closing.split(this.delimiter), ...rest.cells])
    if (rest.openText !== null) this.open = { ...record, cells, text: rest.openText }
    else
      yield {
        line: record.line,
        cells: cells.map(unguardFormulas),
        splitLines: record.splitLines,
        isSemicolon: this.isSemicolon,
      }
  }

  /** The cells of a line from a position on; `openText` is the beginning of a cell that goes on in the next line. */
  private cellsOf(line: string, start: number): { cells: string[]; openText: string | null } {
    const cells: string[] = []
    for (let at = start; at <= line.length;) {
      const quote = /^ *"/.exec(line.slice(at, at + 16))?.[0].length ?? 0
      const close = quote > 0 ? closingQuoteOf(line, at + quote) : -1
      if (quote > 0 && close < 0) return { cells, openText: unescaped(line.slice(at + quote)) }
      const next = quote > 0 ? this.nextCellAfter(line, close) : null
      if (next !== null) {
        cells.push(unescaped(line.slice(at + quote, close)))
        at = next
        continue
      }
      // A cell without quotation marks, or one in which they are a part of the text: “"Al Amal" annexe”.
      const end = line.indexOf(this.delimiter, quote > 0 ? close + 1 : at)
      cells.push(line.slice(at, end < 0 ? undefined : end))
      if (end < 0) break
      at = end + 1
    }
    return { cells, openText: null }
  }

  /**
   * The position at which the cell after a closing quotation mark begins; null if the quotation mark does not end a
   * cell.
   */
  private nextCellAfter(line: string, close: number): number | null {
    let at = close + 1
    while (line[at] === ' ') at++
    return at >= line.length ? line.length + 1 : line[at] === this.delimiter ? at + 1 : null
  }

  /** A quotation mark that closes in the midst of a cell, lines after it was opened, was never meant to open one. */
  private *tornRows({ line, lines }: OpenRecord): Generator<TableRow> {
    const rowFault = `a quotation mark on line ${line} is not closed where a cell ends: remove or double it`
    for (const [i, text] of lines.entries())
      yield { line: line + i, cells: text.split(this.delimiter), rowFault }
  }

  private withoutGuards(cells: string[], line: string): string[] {
    return line.includes("'") || line.includes('="') ? cells.map(unguardFormulas) : cells
  }
}

/** The position of the first quotation mark from `start` on that is not doubled; -1 if there is none. */
function closingQuoteOf(line: string, start: number): number {
  for (let at = line.indexOf('"', start); at >= 0; at = line.indexOf('"', at + 2))
    if (line[at + 1] !== '"') return at
  return -1
}

const unescaped = (text: string): string => text.replaceAll('""', '"')

const DELIMITERS = [',', ';', '\t', '|'] as const

/** A cell in quotation marks, which may hold delimiters and line ends of its own, and what stands before it. */
const QUOTED_CELL = /(^|[,;\t|\r\n])"(?:[^"]|"")*"(?=[,;\t|\r\n]|$)/g

const SAMPLE_LINES = 20

/**
 * Chooses among the delimiters that make a header row of one of the first lines, or among all if none does: the one by
 * which most lines have the same number of cells, and among equals the one that makes more cells.
 */
function delimiterOf(text: string, isHeader: HeaderTest | undefined): string {
  const sample = text.slice(0, SAMPLE_CHARS)
  const headed = isHeader ? DELIMITERS.filter((delimiter) => hasHeader(sample, delimiter, isHeader)) : []
  const lines = sample
    .replace(QUOTED_CELL, '$1')
    .split(LINE_END, SAMPLE_LINES)
    .filter((line) => line.trim() !== '')
  const candidates = headed.length > 0 ? headed : DELIMITERS
  const scores = candidates.map((delimiter) => scoreOf(lines.map((line) => line.split(delimiter).length)))
  const best = Math.max(...scores)
  return best > 0 || headed.length > 0 ? candidates[scores.indexOf(best)]! : ','
}

function hasHeader(sample: string, delimiter: string, isHeader: HeaderTest): boolean {
  const lines = sample.split(LINE_END, SAMPLE_LINES)
  for (const { cells } of new CsvReader(delimiter, undefined).push(lines)) if (isHeader(cells)) return true
  return false
}

/** Lines count more than cells. */
function scoreOf(cellCounts: readonly number[]): number {
  const scores = cellCounts
    .filter((count) => count > 1)
    .map((count) => cellCounts.filter((other) => other === count).length * 10_000 + Math.min(count, 9_999))
  return Math.max(0, ...scores)
}

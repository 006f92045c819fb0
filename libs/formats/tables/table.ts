/** Tables as people send them: CSV with any of the usual delimiters, compressed or not, and the first sheet of an XLSX. */
import { isUtf8 } from 'node:buffer'
import { pipeline, Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import { type ByteSource, readAllBytes, openBytes } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { assertUnpackedSize } from '../file/zip-size.js'

export interface TableRow {
  /** Line of the file on which the row begins (a cell may hold line breaks), or row of the sheet; from 1. */
  line: number
  cells: readonly string[]
}

const MAX_XLSX_BYTES = 50 * 1024 * 1024

/** A record longer than this (1 MiB) is a quotation mark that was never closed. */
const MAX_RECORD_CHARS = 1024 * 1024

/** Rows of a table in order, including empty ones. A file that cannot be read throws `UnreadableFileError`. */
export async function* tableRows(source: ByteSource, file?: string): AsyncGenerator<TableRow> {
  const { head, chunks } = await openBytes(source, file)
  if (isZip(head)) yield* sheetRows(chunks, file)
  else if (isOldOffice(head))
    throw new UnreadableFileError('.xls is not read: save it as .xlsx or CSV', file, { code: 'old_office' })
  else yield* csvRows(textOf(chunks, head, file), file)
}

const isZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3
const isOldOffice = (head: Uint8Array): boolean => head[0] === 0xd0 && head[1] === 0xcf && head[2] === 0x11

async function* sheetRows(chunks: AsyncIterable<Uint8Array>, file?: string): AsyncGenerator<TableRow> {
  const tooLargeError = () =>
    new UnreadableFileError('the workbook is larger than 50 MiB: save its sheet as CSV', file)
  const bytes = await readAllBytes(chunks, { maxBytes: MAX_XLSX_BYTES, tooLargeError })
  await assertUnpackedSize(bytes, file)
  for (const [index, row] of (await firstSheet(bytes, file)).entries()) {
    yield { line: index + 1, cells: row.map(cellText) }
  }
}

async function firstSheet(bytes: Buffer, file?: string) {
  // Loaded with the first workbook.
  const { InvalidInputError, readSheet } = await import('read-excel-file/node')
  try {
    return await readSheet(bytes)
  } catch (cause) {
    const isNotXlsx = cause instanceof InvalidInputError && cause.code === 'FILE_NOT_SUPPORTED'
    throw new UnreadableFileError(
      isNotXlsx ? 'the zip file is not an .xlsx workbook' : 'the .xlsx is damaged',
      file,
      {
        cause,
      },
    )
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return value instanceof Date ? dateText(value) : String(value)
}

/** The date as it was typed: times of a sheet have no zone. A time of day alone is stored as a part of 30 December 1899. */
function dateText(date: Date): string {
  const [day, time] = date.toISOString().slice(0, -1).split('T') as [string, string]
  if (date.getUTCFullYear() < 1900) return time
  return time === '00:00:00.000' ? day : `${day} ${time}`
}

/** Decodes UTF-8, or UTF-16 with a byte order mark (Excel's "Unicode text"); 8-bit encodings are rejected, see below. */
async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
  head: Uint8Array,
  file?: string,
): AsyncGenerator<string> {
  const encoding = head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : 'utf-8'
  const decoder = new TextDecoder(encoding, { fatal: true })
  let lines = 1
  for await (const chunk of chunks) {
    const text = decodeOrThrow(() => decoder.decode(chunk, { stream: true }), chunk, lines, file)
    lines += text.split('\n').length - 1
    yield text
  }
  yield decodeOrThrow(() => decoder.decode(), new Uint8Array(), lines, file)
}

function decodeOrThrow(decode: () => string, chunk: Uint8Array, line: number, file?: string): string {
  try {
    return decode()
  } catch (cause) {
    const { at, guess } = locateInvalidUtf8(chunk, line)
    throw new UnreadableFileError(
      `line ${at} is not UTF-8; it looks like ${guess}. Save the file as “CSV UTF-8” and send it again`,
      file,
      { cause, code: 'encoding', fields: { line: String(at), guess } },
    )
  }
}

/**
 * Windows-1252 and Windows-1256 have é, è, à, ç in common, but É of one is ة of the other: the bytes alone do not tell
 * which of them it was, and a name that is stored wrongly stays wrong. So the person is asked; the guess is only a hint.
 */
function locateInvalidUtf8(chunk: Uint8Array, firstLine: number): { at: number; guess: string } {
  const lines = Buffer.from(chunk).toString('latin1').split('\n')
  const badLine = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')))
  const guess = /[\xc0-\xff]{3}/.test(lines[badLine] ?? '')
    ? 'Windows-1256 (Arabic)'
    : 'Windows-1252 (French)'
  return { at: firstLine + Math.max(badLine, 0), guess }
}

async function* csvRows(text: AsyncGenerator<string>, file?: string): AsyncGenerator<TableRow> {
  const first = (await text.next()).value ?? ''
  const lines = lineCounter()
  const parser = parse({
    delimiter: delimiterOf(first),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_CHARS,
    // The line number is passed as a first cell, since the types of csv-parse allow a record to be nothing but cells.
    on_record: (cells) => [String(lines.begunBy(cells)), ...cells],
  })
  pipeline(Readable.from(prependText(first, text)), parser, () => undefined)
  try {
    for await (const [line, ...cells] of parser as AsyncIterable<string[]>)
      yield { line: Number(line), cells }
  } catch (cause) {
    throw cause instanceof UnreadableFileError ? cause : csvError(cause as CsvError, lines.next(), file)
  }
}

/** Counts lines as rows are parsed, since csv-parse 7.0.3 counts a line break inside quotation marks twice. */
function lineCounter() {
  let next = 1
  return {
    /** Line on which the row that is not complete yet begins. */
    next: () => next,
    /** Line on which this row, the next one, begins. */
    begunBy(cells: readonly string[]): number {
      const line = next
      next += 1 + breaksIn(cells)
      return line
    },
  }
}

async function* prependText(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first
  yield* rest
}

function breaksIn(cells: readonly string[]): number {
  let count = 0
  for (const cell of cells) if (cell.includes('\n')) count += cell.split('\n').length - 1
  return count
}

function csvError(cause: CsvError, line: number, file?: string): UnreadableFileError {
  const unclosed = cause.code === 'CSV_QUOTE_NOT_CLOSED' || cause.code === 'CSV_MAX_RECORD_SIZE'
  const what = unclosed ? 'a quotation mark is opened and never closed' : cause.message
  return new UnreadableFileError(`line ${line}: ${what}`, file, { cause })
}

const DELIMITERS = [',', ';', '\t'] as const

/** The delimiter that is most frequent, outside quotation marks, in the first line that has any. */
function delimiterOf(text: string): string {
  for (const line of text.split(/\r?\n|\r/, 20)) {
    const bare = line.replace(/"[^"]*"/g, '')
    const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length)
    const most = Math.max(...counts)
    if (most > 1) return DELIMITERS[counts.indexOf(most)]!
  }
  return ','
}

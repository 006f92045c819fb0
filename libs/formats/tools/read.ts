/** Results of other tools as records of probes. The format is detected; tables and NDJSON are read as streams. */
import type { Technology } from '#domain/probe'
import { createHash } from 'node:crypto'
import { type ByteSource, readAllBytes, openBytes } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { type LineRecord, readNdjsonBatches } from '../file/ndjson.js'
import { tableRows } from '../tables/table.js'
import { documentReaderOf } from './detect.js'
import { UnreadableResultError, type ProbeDraft, ImportQuestion, type ToolFormat } from './draft.js'
import { MAX_NESTING, isTooDeep } from '../file/nesting.js'
import type { Json } from './json.js'
import { isObject } from '../file/json-object.js'
import { type ResultTable, type Unit, resultTableOf } from './table.js'

export interface ResultsOptions {
  /** Null: detect it. */
  format: ToolFormat | null
  /** Unit of the speeds of a table whose headers name none. */
  unit: Unit | null
  /** These and the next four hold for records that do not state them themselves. */
  operator?: string | null | undefined
  technology?: Technology | null | undefined
  measuredAt?: string | null | undefined
  lat?: number | null | undefined
  lng?: number | null | undefined
  /** Part of the ids that are made for records without one, so that one file for two sites gives two sets of probes. */
  site?: string | null | undefined
}

/** Filled in when the first record has been read. */
export interface DetectedFormat {
  format: ToolFormat | 'probe' | null
  unit: string | null
}

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
/** The document of one result on one line. */
const MAX_LINE_BYTES = 1024 * 1024
const BATCH = 250

/**
 * Records in batches; each has a probe as its document, or a reason why it is none. `detected` is filled on the way. Throws
 * `ImportQuestion` where only the person can tell, `UnreadableFileError` where the file cannot be read at all.
 */
export async function* readResults(
  source: ByteSource,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  const { head, chunks } = await openBytes(source)
  const firstCharacter = firstCharacterOf(head)
  if (firstCharacter === '') throw new UnreadableFileError('the file is empty', undefined, { code: 'empty' })
  if (firstCharacter !== '{' && firstCharacter !== '[') return yield* tableRecords(chunks, options, detected)
  yield* jsonRecords(chunks, firstCharacter, options, detected)
}

const firstCharacterOf = (head: Uint8Array): string =>
  Buffer.from(head)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trim()
    .charAt(0)

async function* tableRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  let table: ResultTable | null = null
  let batch: LineRecord[] = []
  let index = 0
  let searched = 0
  for await (const { cells } of tableRows(chunks)) {
    if (cells.every((cell) => cell === '')) continue
    if (!table) {
      table = resultTableOf(cells, options.format, options.unit)
      if (!table && ++searched >= HEADER_SEARCH_ROWS) break
      if (table) Object.assign(detected, { format: table.format, unit: table.unit })
      continue
    }
    const { read, raw } = table
    batch.push(
      recordOf(
        index++,
        () => raw(cells),
        () => read(cells),
        options,
      ),
    )
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (!table) throw new ImportQuestion(NO_HEADER)
  yield batch
}

/** Rows above the header, such as titles, that are searched for it. */
const HEADER_SEARCH_ROWS = 20
const NO_HEADER =
  'Which columns are the results? No header row with a download, an upload or an outcome was found (such as “date; débit descendant (Mbit/s)”).'

async function* jsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  firstCharacter: string,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  const [start, rest] = await firstLine(chunks)
  if (firstCharacter === '{' && isJsonObject(start)) return yield* lineRecords(rest, options, detected)
  const tooLargeError = () =>
    new UnreadableFileError('the document is larger than 64 MiB: send it as NDJSON, a result a line')
  const text = (await readAllBytes(rest, { maxBytes: MAX_DOCUMENT_BYTES, tooLargeError }))
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const document = parseJson(text)
  if (isTooDeep(document))
    throw new UnreadableFileError(
      `the document is nested deeper than ${MAX_NESTING} levels: nothing of it was taken`,
    )
  const documents: unknown[] = Array.isArray(document) ? document : [document]
  const records = documents.map((one, index) =>
    jsonRecord(index, one, JSON.stringify(one) ?? '', options, detected),
  )
  for (let i = 0; i < records.length; i += BATCH) yield records.slice(i, i + BATCH)
}

/** Whether the first line is a document of its own; then each line is one. */
function isJsonObject(line: string): boolean {
  try {
    return isObject(JSON.parse(line))
  } catch {
    return false
  }
}

async function* lineRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  const events: { event: string; data: unknown }[] = []
  for await (const batch of readNdjsonBatches(chunks, MAX_LINE_BYTES)) {
    // With --json-stream, iperf3 writes one result in many lines.
    for (const { document } of batch) if (isEvent(document)) events.push(document)
    if (events.length > MAX_EVENTS) throw new UnreadableFileError('the stream of iperf3 is too long')
    const results = batch.filter((record) => !isEvent(record.document))
    if (results.length > 0)
      yield results.map((record) =>
        record.rejectionReason
          ? record
          : jsonRecord(record.index, record.document, record.text, options, detected),
      )
  }
  if (events.length === 0) return
  const document = Object.fromEntries(events.map(({ event, data }) => [event, data]))
  yield [jsonRecord(0, document, JSON.stringify(document), options, detected)]
}

/** A day of intervals of one second. */
const MAX_EVENTS = 100_000

const isEvent = (document: unknown): document is { event: string; data: unknown } =>
  isObject(document) && typeof document.event === 'string' && 'data' in document

/** The first line, and all chunks from the beginning. */
async function firstLine(chunks: AsyncIterable<Uint8Array>): Promise<[string, AsyncGenerator<Uint8Array>]> {
  const iterator = chunks[Symbol.asyncIterator]()
  const readChunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const next = await iterator.next()
    if (next.done) break
    readChunks.push(next.value)
    length += next.value.length
    if (next.value.includes(10) || length > MAX_LINE_BYTES) break
  }
  const text = Buffer.concat(readChunks)
    .toString('utf8')
    .replace(/^\ufeff/, '')
  async function* allChunks() {
    yield* readChunks
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  return [text.split('\n', 1)[0]!, allChunks()]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnreadableFileError(
      `the file is not JSON: ${(error as Error).message.slice(0, 200)}`,
      undefined,
      {
        code: 'not_json',
      },
    )
  }
}

function jsonRecord(
  index: number,
  document: unknown,
  text: string,
  options: ResultsOptions,
  detected: DetectedFormat,
): LineRecord {
  if (!isObject(document)) return { index, document, text }
  // A probe as devices send it needs no translation.
  if ('measuredAt' in document && 'outcome' in document) {
    detected.format ??= 'probe'
    return { index, document: { ...defaultsOf(options), ...document }, text }
  }
  const read = () => {
    const reading = documentReaderOf(document, options.format)
    detected.format ??= reading.format
    return reading.read(document)
  }
  return recordOf(index, () => document, read, options, text)
}

/** Fields of every record that does not state them itself. */
const defaultsOf = ({ operator, technology, lat, lng }: ResultsOptions): Record<string, unknown> =>
  assignPresent({ operator, technology, lat, lng })

/** Copies the members that are not null. A plain loop, since it runs for every row of a file. */
function assignPresent(members: object, target: Record<string, unknown> = {}): Record<string, unknown> {
  const source = members as Record<string, unknown>
  for (const name in source) if (source[name] != null) target[name] = source[name]
  return target
}

function recordOf(
  index: number,
  rawOf: () => Json,
  read: () => ProbeDraft,
  options: ResultsOptions,
  text?: string,
): LineRecord {
  const raw = rawOf()
  const source = text ?? JSON.stringify(raw)
  try {
    return { index, text: source, document: probeOf(read(), raw, source, options) }
  } catch (error) {
    // Once a batch was handed on, a question can no longer stop the import.
    if (error instanceof UnreadableResultError || (error instanceof ImportQuestion && index >= BATCH))
      return { index, text: source, rejectionReason: error.message }
    throw error
  }
}

function probeOf(draft: ProbeDraft, raw: Json, source: string, options: ResultsOptions): object {
  const measuredAt = draft.measuredAt ?? options.measuredAt
  if (!measuredAt)
    throw new ImportQuestion(
      'When was it measured? The document does not say. Say measuredAt=2026-03-01T09:30:00Z.',
    )
  const probe = assignPresent(draft, defaultsOf(options))
  probe.id ??= idOf(source, options.site ?? '')
  probe.measuredAt = measuredAt
  probe.raw = raw
  return probe
}

/** A UUID (version 8) derived from the document and the site, so that importing a file again gives the same probes. */
function idOf(source: string, site: string): string {
  const hex = createHash('sha256').update(`${site}\n${source}`).digest('hex')
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}

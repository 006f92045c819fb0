/** Results of other tools as records of probes, whatever the file: detected, read as a stream where it is a table. */
import type { Technology } from '#domain/probe'
import { createHash } from 'node:crypto'
import { type ByteSource, readAllBytes, openBytes } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/file-problem.js'
import { type LineRecord, readNdjsonBatches } from '../file/ndjson.js'
import { tableRows } from '../tables/table.js'
import { documentReaderOf } from './detect.js'
import { UnreadableResultError, type ProbeDraft, ImportQuestion, type ToolFormat } from './draft.js'
import { MAX_NESTING, isTooDeep } from '../file/nesting.js'
import { type Json, isObject } from './json.js'
import { type ResultTable, type Unit, resultTableOf } from './table.js'

export interface ResultsOptions {
  /** Null detects it. */
  format: ToolFormat | null
  /** For tables whose headers name no unit. */
  unit: Unit | null
  /** What the documents do not say, the importer does; what they say stands. */
  operator?: string | null | undefined
  technology?: Technology | null | undefined
  measuredAt?: string | null | undefined
  lat?: number | null | undefined
  lng?: number | null | undefined
  /** Goes into the ids of documents without one: the same file for two sites is two sets of probes. */
  site?: string | null | undefined
}

/** What was found, known once the first record is. */
export interface DetectedFormat {
  format: ToolFormat | 'probe' | null
  unit: string | null
}

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
/** A document of one result, on one line. */
const MAX_LINE_BYTES = 1024 * 1024
const BATCH = 250

/**
 * Records in batches; each has the probe as its document, or a problem. `found` is filled on the way. Throws
 * `ImportQuestion` where only the person can tell, `UnreadableFileError` where the file cannot be read at all.
 */
export async function* readResults(
  source: ByteSource,
  options: ResultsOptions,
  found: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  const { head, chunks } = await openBytes(source)
  const first = firstCharacterOf(head)
  if (first === '') throw new UnreadableFileError('the file is empty', undefined, { code: 'empty' })
  if (first !== '{' && first !== '[') return yield* tableRecords(chunks, options, found)
  yield* jsonRecords(chunks, first, options, found)
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
  found: DetectedFormat,
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
      if (table) Object.assign(found, { format: table.format, unit: table.unit })
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

/** Titles above the header. */
const HEADER_SEARCH_ROWS = 20
const NO_HEADER =
  'Which columns are the results? No header row with a download, an upload or an outcome was found (such as “date; débit descendant (Mbit/s)”).'

async function* jsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  first: string,
  options: ResultsOptions,
  found: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  const [start, rest] = await firstLine(chunks)
  if (first === '{' && isJsonObject(start)) return yield* lineRecords(rest, options, found)
  const problem = () =>
    new UnreadableFileError('the document is larger than 64 MiB: send it as NDJSON, a result a line')
  const text = (await readAllBytes(rest, { bytes: MAX_DOCUMENT_BYTES, problem }))
    .toString('utf8')
    .replace(/^\ufeff/, '')
  const document = parseJson(text)
  if (isTooDeep(document))
    throw new UnreadableFileError(
      `the document is nested deeper than ${MAX_NESTING} levels: nothing of it was taken`,
    )
  const documents: unknown[] = Array.isArray(document) ? document : [document]
  const all = documents.map((one, index) => jsonRecord(index, one, JSON.stringify(one) ?? '', options, found))
  for (let i = 0; i < all.length; i += BATCH) yield all.slice(i, i + BATCH)
}

/** Whether the first line is a document by itself: then each line is one. */
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
  found: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  const stream: { event: string; data: unknown }[] = []
  for await (const batch of readNdjsonBatches(chunks, MAX_LINE_BYTES)) {
    // A stream of iperf3's is one result in many lines.
    for (const { document } of batch) if (isEvent(document)) stream.push(document)
    if (stream.length > MAX_EVENTS) throw new UnreadableFileError('the stream of iperf3 is too long')
    const whole = batch.filter((record) => !isEvent(record.document))
    if (whole.length > 0)
      yield whole.map((record) =>
        record.rejectionReason
          ? record
          : jsonRecord(record.index, record.document, record.text, options, found),
      )
  }
  if (stream.length === 0) return
  const document = Object.fromEntries(stream.map(({ event, data }) => [event, data]))
  yield [jsonRecord(0, document, JSON.stringify(document), options, found)]
}

/** A day of intervals of a second. */
const MAX_EVENTS = 100_000

const isEvent = (document: unknown): document is { event: string; data: unknown } =>
  isObject(document) && typeof document.event === 'string' && 'data' in document

async function firstLine(chunks: AsyncIterable<Uint8Array>): Promise<[string, AsyncGenerator<Uint8Array>]> {
  const iterator = chunks[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  for (;;) {
    const next = await iterator.next()
    if (next.done) break
    seen.push(next.value)
    length += next.value.length
    if (next.value.includes(10) || length > MAX_LINE_BYTES) break
  }
  const text = Buffer.concat(seen)
    .toString('utf8')
    .replace(/^\ufeff/, '')
  async function* all() {
    yield* seen
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  return [text.split('\n', 1)[0]!, all()]
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
  found: DetectedFormat,
): LineRecord {
  if (!isObject(document)) return { index, document, text }
  // Our own form, as a device sends it: nothing is to be translated.
  if ('measuredAt' in document && 'outcome' in document) {
    found.format ??= 'probe'
    return { index, document: { ...defaultsOf(options), ...document }, text }
  }
  const read = () => {
    const reading = documentReaderOf(document, options.format)
    found.format ??= reading.format
    return reading.read(document)
  }
  return recordOf(index, () => document, read, options, text)
}

/** What holds for every record unless it says otherwise. */
const defaultsOf = ({ operator, technology, lat, lng }: ResultsOptions): Record<string, unknown> =>
  assignPresent({ operator, technology, lat, lng })

/** Members with something in them, by hand: it is done for every row of a file. */
function assignPresent(members: object, onto: Record<string, unknown> = {}): Record<string, unknown> {
  const all = members as Record<string, unknown>
  for (const name in all) if (all[name] != null) onto[name] = all[name]
  return onto
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
    // Once something was handed on, a question can no longer hold the rest up.
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

/** A UUID made from the document and the site: the same file again is the same probes. */
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

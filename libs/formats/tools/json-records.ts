/** Results as JSON: one document, an array, several documents one after another, or a document on each line. */
import { documentTextOf, readAllBytes } from '../file/byte-source.js'
import { isObject, type JsonObject } from '../file/json-object.js'
import { arrayElementsOf, duplicateMemberOf, jsonDocumentsOf } from '../file/json-text.js'
import { type LineRecord, readNdjsonBatches } from '../file/ndjson.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { documentReaderOf } from './detect.js'
import { endingAtError } from './ending-at-error.js'
import { isUnreadSum } from './iperf3.js'
import { LineGrouper } from './line-groups.js'
import {
  BATCH,
  type DetectedFormat,
  type ResultRecord,
  type ResultsOptions,
  defaultsOf,
  recordOf,
} from './records.js'

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
/** The document of one result on one line. */
const MAX_LINE_BYTES = 1024 * 1024

/** Throws `ImportQuestion` or `UnreadableFileError`. */
export async function* jsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<ResultRecord[]> {
  const [start, rest] = await firstLine(withoutRecordSeparators(chunks))
  if (encoding === 'utf-8' && isJsonObject(start)) return yield* lineRecords(rest, options, detected)
  const records = documentsOf(await textOf(rest, encoding)).map((text, index) => parsedRecord(text, index))
  const grouper = new LineGrouper()
  const grouped = [...records.flatMap((record) => grouper.push(record)), ...grouper.end()]
  const results = grouped.map((record) => resultOf(record, options, detected))
  for (let i = 0; i < results.length; i += BATCH) yield results.slice(i, i + BATCH)
}

async function textOf(chunks: AsyncIterable<Uint8Array>, encoding: string): Promise<string> {
  const tooLargeError = () =>
    new UnreadableFileError('the document is larger than 64 MiB: send it as NDJSON, a result a line')
  const bytes = await readAllBytes(chunks, { maxBytes: MAX_DOCUMENT_BYTES, tooLargeError })
  return documentTextOf([bytes], encoding)
}

const EMPTY = { code: 'empty' } as const

/** The documents of a text as texts; the elements of an array are documents. Throws `UnreadableFileError`. */
function documentsOf(text: string): string[] {
  const { documents, rest } = jsonDocumentsOf(text)
  // A log that is cut short has documents before its end; what is not JSON at all has none.
  if (documents.length === 0) throw notJsonError(text)
  const records = [...documents, ...(rest === '' ? [] : [rest])].flatMap((document) =>
    document.startsWith('[') ? (arrayElementsOf(document) ?? [document]) : [document],
  )
  if (records.length === 0) throw new UnreadableFileError('the array of the file is empty', undefined, EMPTY)
  return records
}

function notJsonError(text: string): UnreadableFileError {
  let why = 'it ends too early'
  try {
    JSON.parse(text)
  } catch (error) {
    why = (error as Error).message.slice(0, 200)
  }
  return new UnreadableFileError(`the file is not JSON: ${why}`, undefined, { code: 'not_json' })
}

function parsedRecord(text: string, index: number): LineRecord {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    return {
      index,
      text: text.slice(0, 1024),
      rejectionReason: `is not JSON: ${(error as Error).message.slice(0, 200)}`,
    }
  }
  return checkedRecord({ index, text, document }, JSON.stringify(document))
}

/** A record without members that stand twice; `ownText` is that from which its id is made. */
function checkedRecord(record: LineRecord, ownText: string): LineRecord {
  const { index, document, text } = record
  const duplicate =
    record.rejectionReason === undefined && isObject(document) ? duplicateMemberOf(text) : null
  if (duplicate === null || isUnreadSum(duplicate, document as JsonObject))
    return { ...record, text: ownText }
  // JSON.parse keeps the last of two members of one name: which one was meant, nobody can tell.
  return { index, text, rejectionReason: `the member “${duplicate.slice(0, 80)}” stands twice in one object` }
}

async function* lineRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<ResultRecord[]> {
  const stream = endingAtError(chunks)
  const grouper = new LineGrouper()
  const resultsOf = (records: readonly LineRecord[]) =>
    records.map((record) => resultOf(record, options, detected))
  let isHandedOn = false
  for await (const batch of readNdjsonBatches(stream.items, MAX_LINE_BYTES)) {
    // A file that breaks off before anything was handed on is refused as a whole.
    if (stream.error() && !isHandedOn) throw stream.error()
    const grouped = batch.flatMap((record) => grouper.push(checkedRecord(record, record.text)))
    if (grouped.length > 0) yield resultsOf(grouped)
    isHandedOn ||= grouped.length > 0
  }
  const last = grouper.end()
  if (last.length > 0) yield resultsOf(last)
  if (stream.error()) throw stream.error()
}

function resultOf(record: LineRecord, options: ResultsOptions, detected: DetectedFormat): ResultRecord {
  const { index, document, text, rejectionReason } = record
  if (rejectionReason !== undefined || !isObject(document)) return record
  // A probe as devices send it needs no translation.
  if ('measuredAt' in document && 'outcome' in document) {
    detected.format ??= 'probe'
    return { index, document: { ...defaultsOf(options), ...document }, text }
  }
  const read = () => {
    const reader = documentReaderOf(document, options.format)
    detected.format ??= reader.format
    return reader.read(document)
  }
  return recordOf(index, document, read, options, text)
}

/** The marks of JSON text sequences (RFC 7464) become white space. */
async function* withoutRecordSeparators(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    yield chunk.includes(0x1e) ? chunk.map((byte) => (byte === 0x1e ? 0x20 : byte)) : chunk
}

/** Whether the first line is a document of its own; then each line is one. */
function isJsonObject(line: string): boolean {
  try {
    return isObject(JSON.parse(line))
  } catch {
    return false
  }
}

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

/** Files as bytes, whole or in chunks; gzip is decompressed on the way. */
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { HEAD_BYTES } from './file-kind.js'
import { MAX_NESTING, isTextTooDeep } from './nesting.js'
import { UnreadableFileError } from './unreadable-file-error.js'

/** A whole file, or its chunks as they arrive. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** 64 KiB, as much as Node reads from a file at once. */
const CHUNK_BYTES = 65_536

/** A JSON document is held in memory, as text and as objects: 256 MiB is 100 times all communes of the country in detail. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

export interface OpenedBytes {
  /** The first 1,024 bytes, or all if there are fewer. */
  head: Uint8Array
  /** All bytes, including those of `head`. */
  chunks: AsyncIterable<Uint8Array>
}

/** The decompressed bytes of a file, and the first of them. */
export async function openBytes(source: ByteSource, file?: string): Promise<OpenedBytes> {
  const opened = await peekHead(chunksOf(source))
  return isGzip(opened.head) ? peekHead(gunzipStream(opened.chunks, file)) : opened
}

async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (!(source instanceof Uint8Array)) return yield* source
  for (let at = 0; at < source.length; at += CHUNK_BYTES) yield source.subarray(at, at + CHUNK_BYTES)
}

async function peekHead(chunks: AsyncGenerator<Uint8Array>): Promise<OpenedBytes> {
  let first: Uint8Array = new Uint8Array()
  while (first.length < HEAD_BYTES) {
    const next = await chunks.next()
    if (next.done) break
    first = Buffer.concat([first, next.value])
  }
  return { head: first.subarray(0, HEAD_BYTES), chunks: prependChunk(first, chunks) }
}

async function* prependChunk(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

/** Real tables and documents pack to a tenth or a fiftieth; more than this, once it is large, is a file made to do harm. */
const MAX_GZIP_RATIO = 300
const MIN_CHECKED_BYTES = 64 * 1024 * 1024

async function* gunzipStream(chunks: AsyncIterable<Uint8Array>, file?: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // The error reaches the loop below; the callback only keeps it from being thrown a second time as unhandled.
  pipeline(Readable.from(chunks), gunzip, () => undefined)
  let bytes = 0
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MIN_CHECKED_BYTES && bytes > gunzip.bytesWritten * MAX_GZIP_RATIO)
        throw new UnreadableFileError(
          `the gzip file unpacks to more than ${MAX_GZIP_RATIO} times its size, which no list does`,
          file,
        )
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof UnreadableFileError ? cause : damagedGzipError(file, cause)
  }
}

const damagedGzipError = (file: string | undefined, cause: unknown): UnreadableFileError =>
  new UnreadableFileError('the gzip file is damaged or cut short', file, { cause })

/**
 * The text of a whole JSON document without its byte order mark. Throws `UnreadableFileError` beyond 256 MiB, for wrong
 * bytes, or where it is nested too deeply.
 */
export async function documentTextOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  encoding: string,
  file?: string,
): Promise<string> {
  const tooLargeError = () =>
    new UnreadableFileError(
      `the file is larger than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB once unpacked`,
      file,
    )
  const bytes = await readAllBytes(chunks, { maxBytes: MAX_DOCUMENT_BYTES, tooLargeError })
  const text = decodedText(bytes, encoding, file)
  if (isTextTooDeep(text))
    throw new UnreadableFileError(
      `the document is nested deeper than ${MAX_NESTING} levels: nothing of it was taken`,
      file,
    )
  return text
}

function decodedText(bytes: Buffer, encoding: string, file?: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new UnreadableFileError('the file is not UTF-8 text', file, { cause })
  }
}

/** All chunks as one buffer; throws `tooLargeError()` beyond `maxBytes`. */
export async function readAllBytes(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: { maxBytes: number; tooLargeError: () => Error },
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > limit.maxBytes) throw limit.tooLargeError()
    pieces.push(chunk)
  }
  return Buffer.concat(pieces, length)
}

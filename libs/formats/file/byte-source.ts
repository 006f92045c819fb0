/** Files as bytes, whole or in chunks, gzip taken off on the way. */
import { pipeline, Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import { UnreadableFileError } from './file-problem.js'

/** A whole file, or its chunks as they arrive. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array>

/** Enough to tell every format that we read by its first bytes. */
const HEAD_BYTES = 4

/** 64 KiB, what Node reads from a file at once. */
const CHUNK_BYTES = 65_536

/** A JSON document is held whole, as text and as objects: 256 MiB is 100 times the communes of the country in detail. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

export interface OpenedBytes {
  /** The first four bytes, or all if there are fewer. */
  head: Uint8Array
  /** All bytes, those of `head` included. */
  chunks: AsyncIterable<Uint8Array>
}

/** The bytes after gzip, if there was any, with a look at the first ones. */
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

async function* gunzipStream(chunks: AsyncIterable<Uint8Array>, file?: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // The error reaches the loop below; the callback only keeps it from being thrown a second time.
  pipeline(Readable.from(chunks), gunzip, () => undefined)
  try {
    for await (const chunk of gunzip) yield chunk
  } catch (cause) {
    throw cause instanceof UnreadableFileError ? cause : damagedGzipError(file, cause)
  }
}

const damagedGzipError = (file: string | undefined, cause: unknown): UnreadableFileError =>
  new UnreadableFileError('the gzip file is damaged or cut short', file, { cause })

/** Text of a whole document: gzip taken off, UTF-8 checked, byte order mark removed. */
export function documentText(bytes: Uint8Array, file?: string): string {
  const plain = isGzip(bytes) ? gunzipDocument(bytes, file) : bytes
  if (plain.length > MAX_DOCUMENT_BYTES) throw tooLargeError(file)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch (cause) {
    throw new UnreadableFileError('the file is not UTF-8 text', file, { cause })
  }
}

function gunzipDocument(bytes: Uint8Array, file?: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLargeError(file) : damagedGzipError(file, cause)
  }
}

const tooLargeError = (file?: string): UnreadableFileError =>
  new UnreadableFileError(
    `the file is larger than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB once unpacked`,
    file,
  )

/** All chunks in one piece, up to a limit. */
export async function readAllBytes(
  chunks: AsyncIterable<Uint8Array>,
  limit: { bytes: number; problem: () => Error },
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > limit.bytes) throw limit.problem()
    pieces.push(chunk)
  }
  return Buffer.concat(pieces, length)
}

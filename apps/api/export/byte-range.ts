/** Parts of a file by their bytes (RFC 9110, 14). */
import type { FastifyRequest } from 'fastify'

/** As it was asked: `from` may be missing (the last `to` bytes), or `to` (the rest). */
export interface ByteRange {
  from: number | null
  to: number | null
}

/** Null where the whole is to be sent: nothing asked, several parts at once, or what is asked for was of another edition. */
export function byteRangeOf(headers: FastifyRequest['headers'], tag: string): ByteRange | null {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '')
  const condition = headers['if-range']
  if (!found || (condition !== undefined && condition !== tag)) return null
  const [from, to] = found.slice(1).map((text) => (text === '' ? null : Number(text))) as [
    number | null,
    number | null,
  ]
  if ((from === null && to === null) || (from !== null && to !== null && from > to)) return null
  return { from, to }
}

/** First and last byte, both included; null where nothing of it lies in the file. */
export function byteSpanOf({ from, to }: ByteRange, bytes: number): { from: number; to: number } | null {
  const span =
    from === null
      ? { from: Math.max(0, bytes - to!), to: bytes - 1 }
      : { from, to: Math.min(to ?? Infinity, bytes - 1) }
  return span.from <= span.to ? span : null
}

/** The bytes of a span; what comes after it is not read. */
export async function* sliceBytes(
  pieces: AsyncIterable<string | Uint8Array>,
  { from, to }: { from: number; to: number },
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    const part = bytes.subarray(Math.max(0, from - at), Math.max(0, to + 1 - at))
    at += bytes.length
    if (part.length > 0) yield part
    if (at > to) return
  }
}

/** Whether the caller has it already. */
export const hasMatchingEtag = ({ headers }: FastifyRequest, tag: string): boolean =>
  (headers['if-none-match'] ?? '')
    .split(',')
    .map((text) => text.trim().replace(/^W\//, ''))
    .includes(tag)

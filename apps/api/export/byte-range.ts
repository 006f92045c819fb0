/** Range requests: parts of a file by their bytes (RFC 9110, 14). */
import type { FastifyRequest } from 'fastify'

/** A range as requested: without `from` the last `to` bytes, without `to` all bytes from `from` on. */
export interface ByteRange {
  from: number | null
  to: number | null
}

/** Returns null if the whole file is to be sent: no range, several ranges at once, or a range of another revision. */
export function byteRangeOf(headers: FastifyRequest['headers'], tag: string): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '')
  const condition = headers['if-range']
  if (!match || (condition !== undefined && condition !== tag)) return null
  const [from, to] = match.slice(1).map((text) => (text === '' ? null : Number(text))) as [
    number | null,
    number | null,
  ]
  if ((from === null && to === null) || (from !== null && to !== null && from > to)) return null
  return { from, to }
}

/** First and last byte of a part, both included. */
export interface ByteSpan {
  from: number
  to: number
}

/** Returns null if the range lies outside a file of `bytes` bytes. */
export function byteSpanOf({ from, to }: ByteRange, bytes: number): ByteSpan | null {
  const span =
    from === null
      ? { from: Math.max(0, bytes - to!), to: bytes - 1 }
      : { from, to: Math.min(to ?? Infinity, bytes - 1) }
  return span.from <= span.to ? span : null
}

/** The bytes of a span. What comes after the span is not read. */
export async function* sliceBytes(
  chunks: AsyncIterable<string | Uint8Array>,
  { from, to }: ByteSpan,
): AsyncGenerator<Uint8Array> {
  let position = 0
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const part = bytes.subarray(Math.max(0, from - position), Math.max(0, to + 1 - position))
    position += bytes.length
    if (part.length > 0) yield part
    if (position > to) return
  }
}

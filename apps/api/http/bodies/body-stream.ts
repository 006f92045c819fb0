/** The stream between the socket and the parser of a body. It unpacks the body, and ends it at its limits. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { onAnswerEnd } from './answer-end.js'
import {
  BUSY_RETRY_AFTER_S,
  BodyTooLargeError,
  ClientGoneError,
  InvalidGzipError,
  NestingTooDeepError,
  SlowBodyError,
  TooManyBodiesError,
} from './body-errors.js'
import type { BodyLimits } from './body-limits.js'
import type { ByteBudget } from './byte-budget.js'
import { jsonDepthCounter } from './json-depth.js'

/**
 * The body within its limits. Beyond one of them the stream ends with the error that the client gets as the answer. The
 * bytes that it takes from the budget are released when the answer has been sent.
 */
export function limitedBody(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Readable,
  { limits, budget, isGzip }: { limits: BodyLimits; budget: ByteBudget; isGzip: boolean },
): Readable {
  const body = new Transform({ transform: limiter(reply, limits, budget) })
  endWhenSlow(request, reply, body, limits)
  // A body that was refused unread has no listeners, and an error without a listener would end the process.
  body.on('error', () => {})
  // The rest of a refused body is not read: the connection ends with the answer.
  body.once('error', () => reply.raw.once('finish', () => request.raw.destroy()))
  payload.on('error', (error) => body.destroy(error))
  if (!isGzip) {
    payload.pipe(body)
    return body
  }
  const gunzip = createGunzip()
  payload.on('error', (error) => gunzip.destroy(error))
  gunzip.on('error', () => body.destroy(new InvalidGzipError()))
  payload.pipe(gunzip).pipe(body)
  // Fastify compares this with Content-Length, which counts the packed bytes.
  return Object.defineProperty(body, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
}

/** Takes bytes from the budget until the answer has been sent. Throws 503 if it has too few. */
export function holdBytes(bytes: number, reply: FastifyReply, budget: ByteBudget): void {
  if (!budget.take(bytes)) {
    void reply.header('retry-after', BUSY_RETRY_AFTER_S)
    throw new TooManyBodiesError()
  }
  onAnswerEnd(reply, () => budget.release(bytes))
}

function limiter(
  reply: FastifyReply,
  { bytes: maxBytes, heldBytes, nesting }: BodyLimits,
  budget: ByteBudget,
): (chunk: Buffer, encoding: string, done: (error: Error | null, chunk?: Buffer) => void) => void {
  const isTooDeep = nesting === null ? () => false : jsonDepthCounter(nesting)
  let bytes = 0
  let held = 0
  let isEnded = false
  onAnswerEnd(reply, () => {
    isEnded = true
    budget.release(held)
  })
  return (chunk, _encoding, done) => {
    // Nobody reads what the decompressor still writes now, and nothing would release its bytes.
    if (isEnded) return done(new ClientGoneError())
    bytes += chunk.length
    if (bytes > maxBytes) return done(new BodyTooLargeError())
    if (isTooDeep(chunk)) return done(new NestingTooDeepError(nesting!))
    const more = Math.min(bytes, heldBytes) - held
    if (!budget.take(more)) {
      void reply.header('retry-after', BUSY_RETRY_AFTER_S)
      return done(new TooManyBodiesError())
    }
    held += more
    done(null, chunk)
  }
}

/** Number of times per limit at which the arrival of bytes is checked. */
const CHECKS_PER_LIMIT = 4

/** Ends a body that takes too long, or of which nothing arrives although there is room for it. */
function endWhenSlow(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  body: Transform,
  { totalMs, idleMs }: BodyLimits,
): void {
  const startedAt = performance.now()
  let lastBytes = raw.socket.bytesRead
  let lastAt = startedAt
  const limitMs = Math.min(totalMs ?? idleMs, idleMs)
  const timer = setInterval(() => {
    const now = performance.now()
    // A full buffer waits for the server and not for the client.
    if (raw.socket.bytesRead > lastBytes || raw.readableLength > 0 || body.readableLength > 0) {
      lastBytes = raw.socket.bytesRead
      lastAt = now
    }
    const isSlow = now - lastAt >= idleMs || (totalMs !== null && now - startedAt >= totalMs)
    if (isSlow && !raw.readableEnded) body.destroy(new SlowBodyError())
  }, limitMs / CHECKS_PER_LIMIT).unref()
  const stop = () => clearInterval(timer)
  body.once('close', stop)
  onAnswerEnd(reply, stop)
}

/** Accepted bodies of requests: JSON, NDJSON or a file, plain or gzipped, each with its limit. */
import { MAX_NESTING, isTooDeep } from '#formats/file'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A JSON body is parsed as a whole: 16 MiB is about 40,000 probes. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024
/**
 * Limit of all other bodies. Anybody may send one, and it is parsed before the sender is known: sixteen times as much,
 * nested as deeply as possible, would keep the server from answering for seconds.
 */
const MAX_SMALL_BODY_BYTES = 1024 * 1024
/** Limit of NDJSON and files, which are read as a stream; 8 GiB unpacked is about 20 million probes. */
const MAX_STREAMED_BYTES = 8 * 1024 ** 3

class BodyTooLargeError extends Error {
  readonly statusCode = 413
  constructor() {
    super('body too large; records already accepted were stored; send the rest in smaller requests')
  }
}

class InvalidGzipError extends Error {
  readonly statusCode = 400
  constructor() {
    super('the body is not valid gzip, although content-encoding says so')
  }
}

class NestingTooDeepError extends Error {
  readonly statusCode = 400
  constructor() {
    super(`the body is nested deeper than ${MAX_NESTING} levels: the request was rejected`)
  }
}

class UnsupportedContentError extends Error {
  readonly statusCode = 415
  constructor(what: string) {
    super(`unsupported ${what}`)
  }
}

const NDJSON = 'application/x-ndjson'
/** Route that reads a stream. Other routes would take it for a parsed document. */
const PROBE_ROUTE = '/api/v1/probes'
const IMPORT_ROUTES = ['/api/v1/probes/import', '/api/v1/plan/import']
/** A dispute carries documents: five of 1 MiB in base64. */
const DISPUTE_ROUTES = ['/api/v1/disputes', '/api/v1/disputes/:id/events']
/** The internal media type of an uploaded file: a file is recognised by its bytes, whatever its sender calls it. */
const ANY_FILE = 'application/x-taghtiya-file'

export function registerBodyParsers(server: FastifyInstance): void {
  server.removeContentTypeParser('text/plain')
  server.addHook('onRoute', (route) => {
    route.bodyLimit = bodyLimitOf(route.url)
  })
  server.addContentTypeParser(NDJSON, (request, payload, done) => {
    if (request.routeOptions.url === PROBE_ROUTE) done(null, payload)
    else done(new UnsupportedContentError(`media type ${NDJSON}`))
  })
  server.addContentTypeParser(ANY_FILE, (request, payload, done) => {
    if (isImport(request)) done(null, payload)
    else done(new UnsupportedContentError(`media type ${ANY_FILE}`))
  })
  server.addHook('onRequest', async (request) => {
    if (isImport(request)) request.headers['content-type'] = ANY_FILE
  })
  server.addHook('preValidation', async (request) => {
    // Validation walks a body recursively. Probes are judged one by one, so that a deep one does not cause the refusal
    // of the others.
    if (!isImport(request) && request.routeOptions.url !== PROBE_ROUTE && isTooDeep(request.body))
      throw new NestingTooDeepError()
  })
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
    if (encoding === 'identity') done(null, payload)
    else if (encoding === 'gzip' || encoding === 'x-gzip') done(null, gunzipped(request, payload as Readable))
    else done(new UnsupportedContentError(`content-encoding ${encoding}`))
  })
}

export const isNdjson = (request: FastifyRequest): boolean =>
  request.headers['content-type']?.toLowerCase().startsWith(NDJSON) ?? false

/** Bytes of a body that is parsed as a whole, after unpacking. */
const bodyLimitOf = (url: string | undefined): number =>
  [PROBE_ROUTE, ...IMPORT_ROUTES, ...DISPUTE_ROUTES].includes(url ?? '')
    ? MAX_JSON_BYTES
    : MAX_SMALL_BODY_BYTES

const isImport = (request: FastifyRequest): boolean => IMPORT_ROUTES.includes(request.routeOptions.url ?? '')

function gunzipped(request: FastifyRequest, payload: Readable): Readable {
  const isStreamed = isNdjson(request) || isImport(request)
  const limiter = byteLimiter(isStreamed ? MAX_STREAMED_BYTES : bodyLimitOf(request.routeOptions.url))
  const gunzip = createGunzip()
  payload.on('error', (error) => gunzip.destroy(error))
  gunzip.on('error', () => limiter.destroy(new InvalidGzipError()))
  // A request that was refused unread has no listeners, and an error without a listener would end the process.
  limiter.on('error', () => {})
  const unpacked = payload.pipe(gunzip).pipe(limiter)
  // Fastify compares this with Content-Length, which counts the packed bytes.
  return Object.defineProperty(unpacked, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
}

/** Counts the bytes of chunks, and returns an error once they are more than `max`. */
function byteCounter(max: number): (chunk: Uint8Array) => BodyTooLargeError | null {
  let bytes = 0
  return (chunk) => {
    bytes += chunk.length
    return bytes > max ? new BodyTooLargeError() : null
  }
}

/** A small gzipped body may unpack to a thousand times its size. */
function byteLimiter(max: number): Transform {
  const count = byteCounter(max)
  return new Transform({ transform: (chunk: Buffer, _encoding, done) => done(count(chunk), chunk) })
}

/** Passes on the chunks of a file that is read into memory, and refuses it beyond `max` unpacked bytes. */
export async function* limitBytes(body: Readable, max: number): AsyncGenerator<Uint8Array> {
  const count = byteCounter(max)
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const error = count(chunk)
    if (error) throw error
    yield chunk
  }
}

/**
 * Discards the rest of a body. A large file may be answered (with a question about its units, say) before it has
 * arrived completely, and its connection would stay half open.
 */
export function drain({ raw }: FastifyRequest): void {
  if (raw.complete) return
  raw.unpipe()
  raw.removeAllListeners('readable')
  raw.resume()
}

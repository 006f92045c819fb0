/** Bodies of requests: which media types each route takes, plain or gzip, and how large they may be. */
import { MAX_NESTING, isTooDeep } from '#formats/file'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Limit of a JSON body, which is parsed as a whole: about 40,000 probes. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024
/**
 * Limit of a form. Anybody may send one, and it is parsed before the sender is authenticated. Sixteen times as much, nested as
 * deeply as possible, would block the server for seconds.
 */
const MAX_FORM_BYTES = 1024 * 1024
/** Limit of an NDJSON body after decompression, which is read as a stream: about 20 million probes. */
const MAX_NDJSON_BYTES = 8 * 1024 ** 3

class BodyTooLargeError extends Error {
  readonly statusCode = 413
  constructor() {
    super('the body is too large: probes accepted so far stay accepted; send the rest in smaller bodies')
  }
}

class InvalidGzipError extends Error {
  readonly statusCode = 400
  constructor() {
    super('the body is not valid gzip, as its content-encoding says')
  }
}

class NestingTooDeepError extends Error {
  readonly statusCode = 400
  constructor() {
    super(`the body is nested deeper than ${MAX_NESTING} levels: nothing of it was taken`)
  }
}

class UnsupportedMediaTypeError extends Error {
  readonly statusCode = 415
  constructor(what: string) {
    super(`${what} is not taken here`)
  }
}

/** The routes that read a stream; all other routes expect a parsed document. */
const PROBE_ROUTE = '/api/v1/probes'
const IMPORT_ROUTES = ['/api/v1/probes/import', '/api/v1/plan/import']
/** Routes that take documents: five of 1 MiB in base64. */
const DISPUTE_ROUTES = ['/api/v1/disputes', '/api/v1/disputes/:id/events']
/** Internal media type of imported files: their format is detected from their bytes, whatever the sender declares. */
const ANY_FILE = 'application/x-taghtiya-file'

export function registerBodyParsers(server: FastifyInstance): void {
  server.removeContentTypeParser('text/plain')
  server.addHook('onRoute', (route) => {
    route.bodyLimit = bodyLimitOf(route.url)
  })
  server.addContentTypeParser('application/x-ndjson', (request, payload, done) => {
    if (request.routeOptions.url === PROBE_ROUTE) done(null, payload)
    else done(new UnsupportedMediaTypeError('application/x-ndjson'))
  })
  server.addContentTypeParser(ANY_FILE, (request, payload, done) => {
    if (isImport(request)) done(null, payload)
    else done(new UnsupportedMediaTypeError(ANY_FILE))
  })
  server.addHook('onRequest', async (request) => {
    if (isImport(request)) request.headers['content-type'] = ANY_FILE
  })
  server.addHook('preValidation', async (request) => {
    // Validation recurses into a body. Probes are judged record by record, so that a rejected one does not affect the others.
    if (!isImport(request) && request.routeOptions.url !== PROBE_ROUTE && isTooDeep(request.body))
      throw new NestingTooDeepError()
  })
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
    if (encoding === 'identity') done(null, payload)
    else if (encoding === 'gzip' || encoding === 'x-gzip') done(null, gunzipped(request, payload as Readable))
    else done(new UnsupportedMediaTypeError(`content-encoding ${encoding}`))
  })
}

export const isNdjson = (request: FastifyRequest): boolean =>
  request.headers['content-type']?.toLowerCase().startsWith('application/x-ndjson') ?? false

/** Limit of a JSON body of this route in bytes, after decompression. */
const bodyLimitOf = (url: string | undefined): number =>
  [PROBE_ROUTE, ...IMPORT_ROUTES, ...DISPUTE_ROUTES].includes(url ?? '') ? MAX_JSON_BYTES : MAX_FORM_BYTES

const isImport = (request: FastifyRequest): boolean => IMPORT_ROUTES.includes(request.routeOptions.url ?? '')

function gunzipped(request: FastifyRequest, payload: Readable): Readable {
  const streamed = isNdjson(request) || isImport(request)
  const limit = byteLimiter(streamed ? MAX_NDJSON_BYTES : bodyLimitOf(request.routeOptions.url))
  const gunzip = createGunzip()
  payload.on('error', (error) => gunzip.destroy(error))
  gunzip.on('error', () => limit.destroy(new InvalidGzipError()))
  // Nobody listens any more after a request was refused unread, and an unhandled error event would end the process.
  limit.on('error', () => {})
  const out = payload.pipe(gunzip).pipe(limit)
  // Fastify compares this with Content-Length, which counts compressed bytes.
  return Object.defineProperty(out, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
}

/** A small body may decompress to a thousand times its size. */
function byteLimiter(max: number): Transform {
  let received = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      done(received > max ? new BodyTooLargeError() : null, chunk)
    },
  })
}

/** For a file that is held in memory while it is read: fails beyond so many bytes after decompression. */
export async function* limitBytes(body: Readable, max: number): AsyncGenerator<Uint8Array> {
  let received = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received > max) throw new BodyTooLargeError()
    yield chunk
  }
}

/** Discards the rest of a body. An answer may precede the end of a large file, and the connection would stay half open. */
export function drain({ raw }: FastifyRequest): void {
  if (raw.complete) return
  raw.unpipe()
  raw.removeAllListeners('readable')
  raw.resume()
}

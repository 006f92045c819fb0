/** What a probe request may carry: JSON or NDJSON, plain or gzip, each within limits. */
import { MAX_NESTING, isTooDeep } from '#formats/file'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A JSON body is parsed whole: 16 MiB is about 40,000 probes. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024
/**
 * A form: anybody may send one, and it is parsed before it is known who asks. Sixteen times as much, nested as deeply as it
 * can be, would keep the server from answering for seconds.
 */
const MAX_FORM_BYTES = 1024 * 1024
/** An NDJSON body is read as it comes; 8 GiB after unpacking is about 20 million probes. */
const MAX_NDJSON_BYTES = 8 * 1024 ** 3

class BodyTooLargeError extends Error {
  readonly statusCode = 413
  constructor() {
    super('the body is too large: what was accepted is kept; send the rest in smaller bodies')
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

/** The routes that read a stream: elsewhere it would reach code that expects a document. */
const PROBE_ROUTE = '/api/v1/probes'
const IMPORT_ROUTES = ['/api/v1/probes/import', '/api/v1/plan/import']
/** Of documents: five of 1 MiB in base64. */
const DISPUTE_ROUTES = ['/api/v1/disputes', '/api/v1/disputes/:id/events']
/** What the import's bodies are called inside: a file is told by its bytes, whatever its sender calls it. */
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
    // Validation walks a body by recursion. Of probes each record is judged by itself, so that one never refuses its neighbours.
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

/** Bytes of JSON, unpacked. */
const bodyLimitOf = (url: string | undefined): number =>
  [PROBE_ROUTE, ...IMPORT_ROUTES, ...DISPUTE_ROUTES].includes(url ?? '') ? MAX_JSON_BYTES : MAX_FORM_BYTES

const isImport = (request: FastifyRequest): boolean => IMPORT_ROUTES.includes(request.routeOptions.url ?? '')

function gunzipped(request: FastifyRequest, payload: Readable): Readable {
  const streamed = isNdjson(request) || isImport(request)
  const limit = byteLimiter(streamed ? MAX_NDJSON_BYTES : bodyLimitOf(request.routeOptions.url))
  const gunzip = createGunzip()
  payload.on('error', (error) => gunzip.destroy(error))
  gunzip.on('error', () => limit.destroy(new InvalidGzipError()))
  // A request that was refused unread has nobody left to hear of it: unheard, it would end the process.
  limit.on('error', () => {})
  const out = payload.pipe(gunzip).pipe(limit)
  // Fastify compares this with Content-Length, which counts packed bytes.
  return Object.defineProperty(out, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
}

/** A small body may unpack to a thousand times its size. */
function byteLimiter(max: number): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      done(seen > max ? new BodyTooLargeError() : null, chunk)
    },
  })
}

/** A file that is held in memory while it is read: refused beyond so many bytes, whatever it was packed in. */
export async function* limitBytes(body: Readable, max: number): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    seen += chunk.length
    if (seen > max) throw new BodyTooLargeError()
    yield chunk
  }
}

/** What nobody will read: a question comes before the end of a large file, and its connection would stay half open. */
export function drain({ raw }: FastifyRequest): void {
  if (raw.complete) return
  raw.unpipe()
  raw.removeAllListeners('readable')
  raw.resume()
}

/** Accepted bodies of requests: JSON, NDJSON or a file, plain or gzipped, each within its limits. */
import { isTooDeep } from '#formats/file'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import type { RouteRights } from '../../people/route-rights.js'
import { BodyTooLargeError, NestingTooDeepError, UnsupportedContentError } from './body-errors.js'
import { MAX_HELD_BYTES, PROBE_ROUTE, bodyLimitsOf, isImportRoute, parsedBytesOf } from './body-limits.js'
import { holdBytes, limitedBody } from './body-stream.js'
import { ByteBudget } from './byte-budget.js'

const NDJSON = 'application/x-ndjson'
/** The internal media type of an uploaded file: a file is recognised by its bytes, whatever its sender calls it. */
const ANY_FILE = 'application/x-taghtiya-file'

export interface BodyOptions {
  /** The rights of each route, by method and path. */
  rights: ReadonlyMap<string, RouteRights>
  budget?: ByteBudget
  limitsOf?: typeof bodyLimitsOf
}

export function registerBodyParsers(
  server: FastifyInstance,
  { rights, budget = new ByteBudget(MAX_HELD_BYTES), limitsOf = bodyLimitsOf }: BodyOptions,
): void {
  server.removeContentTypeParser('text/plain')
  server.addHook('onRoute', (route) => {
    route.bodyLimit = parsedBytesOf(route.url, rights.get(`${String(route.method)} ${route.url}`))
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
  server.addHook('preParsing', async (request, reply, payload) => {
    const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
    if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
      throw new UnsupportedContentError(`content-encoding ${encoding}`)
    if (isEmpty(request)) return payload
    const { method, url } = request.routeOptions
    const routeRights = rights.get(`${String(method)} ${url}`)
    const limits = limitsOf(url, routeRights, isNdjson(request))
    const isGzip = encoding !== 'identity'
    if (!isGzip && limits.totalMs === null && isSmall(request)) {
      holdBytes(Number(request.headers['content-length']), reply, budget)
      return payload
    }
    return limitedBody(request, reply, payload as Readable, { limits, budget, isGzip })
  })
  server.addHook('preValidation', async (request) => {
    // Validation walks a body recursively. Probes are judged one by one, so that a deep one does not cause the refusal
    // of the others.
    if (!isImport(request) && request.routeOptions.url !== PROBE_ROUTE && isTooDeep(request.body))
      throw new NestingTooDeepError()
  })
}

export const isNdjson = (request: FastifyRequest): boolean =>
  request.headers['content-type']?.toLowerCase().startsWith(NDJSON) ?? false

const isImport = (request: FastifyRequest): boolean => isImportRoute(request.routeOptions.url)

/** Whether there is no body: a request with neither header has none (RFC 9112, 6.3). */
const isEmpty = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0

/**
 * Size up to which a body is not counted if its sender may send it: nothing in it takes the parser long. Most bodies of
 * devices are smaller, and a stream around one would cost as much as the rest of the request.
 */
const MAX_SMALL_BYTES = 64 * 1024
const isSmall = ({ headers }: FastifyRequest): boolean =>
  headers['content-length'] !== undefined && Number(headers['content-length']) <= MAX_SMALL_BYTES

/** Passes on the chunks of a file that is read into memory, and refuses it beyond `max` unpacked bytes. */
export async function* limitBytes(body: Readable, max: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > max) throw new BodyTooLargeError()
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

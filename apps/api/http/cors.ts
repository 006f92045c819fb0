/**
 * Cross-origin resource sharing: pages of other sites may read the public data, and nothing that depends on the
 * account.
 */
import type { FastifyInstance } from 'fastify'

/** Tiles, OGC collections and exports are the same for everybody, so no cookie is ever needed for them. */
const CORS_PATHS = /^\/(tiles|ogc|api\/v1\/export)(?![\w-])/
const CORS_METHODS = ['GET', 'HEAD']

const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  // These headers add to those that every page may read.
  'access-control-expose-headers':
    'accept-ranges, content-crs, content-disposition, content-length, content-range, etag, link, retry-after',
}

/** The answer to a preflight, which a browser sends before a request with a header that a form could not send. */
const PREFLIGHT_HEADERS = {
  ...CORS_HEADERS,
  'access-control-allow-methods': CORS_METHODS.join(', '),
  'access-control-allow-headers':
    'accept, accept-language, cache-control, content-type, if-match, if-modified-since, if-none-match, if-range, range, x-requested-with',
  'access-control-max-age': 86_400,
}

export function allowCors(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ method, url, headers }, reply) => {
    if (!CORS_PATHS.test(url)) return
    if (CORS_METHODS.includes(method)) void reply.headers(CORS_HEADERS)
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
    if (isPreflight) return reply.status(204).headers(PREFLIGHT_HEADERS).send()
  })
}

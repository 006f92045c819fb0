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
    'accept-ranges, content-crs, content-disposition, content-range, etag, link, retry-after',
}

export function allowCors(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ method, url }, reply) => {
    if (CORS_METHODS.includes(method) && CORS_PATHS.test(url)) void reply.headers(CORS_HEADERS)
  })
}

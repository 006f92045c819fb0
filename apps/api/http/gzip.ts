/** Content coding of answers that are compressed once and sent many times. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'

export const gzipAsync = promisify(gzip)

/** Whether the client accepts gzip (`Accept-Encoding`). */
export const acceptsGzip = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))

/**
 * Sets the headers for content that is stored gzipped and returns the bytes to send. The rare client that does not accept
 * gzip gets the content unpacked.
 */
export function negotiatedContent(request: FastifyRequest, reply: FastifyReply, gzipped: Buffer): Buffer {
  void reply.header('vary', 'accept-encoding')
  if (!acceptsGzip(request)) return gunzipSync(gzipped)
  void reply.header('content-encoding', 'gzip')
  return gzipped
}

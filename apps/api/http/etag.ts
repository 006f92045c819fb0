/** Entity tags (RFC 9110, 8.8.3) and their comparison. */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Whether the client already holds the answer with this tag. The comparison is weak: `W/` does not matter. */
export function hasMatchingEtag({ headers }: Pick<FastifyRequest, 'headers'>, tag: string): boolean {
  const opaque = tag.replace(/^W\//, '')
  return (headers['if-none-match'] ?? '')
    .split(',')
    .some((candidate) => candidate.trim().replace(/^W\//, '') === opaque)
}

/**
 * Sets the ETag of an answer of this version and returns whether the client already holds it. The tag is weak, because
 * the compressed and the plain answer have different bytes.
 */
export function setVersionEtag(request: FastifyRequest, reply: FastifyReply, version: string): boolean {
  const tag = `W/"${version}"`
  void reply.header('etag', tag)
  return hasMatchingEtag(request, tag)
}

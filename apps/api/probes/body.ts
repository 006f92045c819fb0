/** What a probe request may carry: JSON or NDJSON, plain or gzip, each within limits. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Transform, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A JSON body is parsed whole: 16 MiB is about 40,000 probes. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024
/** An NDJSON body is read as it comes; 8 GiB after unpacking is about 20 million probes. */
const MAX_NDJSON_BYTES = 8 * 1024 ** 3

class TooLarge extends Error {
  readonly statusCode = 413
  constructor() {
    super('the body is too large: what was accepted is kept; send the rest in smaller bodies')
  }
}

class NotGzip extends Error {
  readonly statusCode = 400
  constructor() {
    super('the body is not valid gzip, as its content-encoding says')
  }
}

export function acceptProbeBodies(server: FastifyInstance): void {
  server.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload))
  server.addHook('preParsing', (request, _reply, payload, done) =>
    done(null, unpacked(request, payload as Readable)),
  )
}

function unpacked(request: FastifyRequest, payload: Readable): Readable {
  if (request.headers['content-encoding'] !== 'gzip') return payload
  const limit = limiter(
    request.headers['content-type']?.includes('ndjson') ? MAX_NDJSON_BYTES : MAX_JSON_BYTES,
  )
  const gunzip = createGunzip()
  payload.on('error', (error) => gunzip.destroy(error))
  gunzip.on('error', () => limit.destroy(new NotGzip()))
  const out = payload.pipe(gunzip).pipe(limit)
  // Fastify compares this with Content-Length, which counts packed bytes.
  return Object.defineProperty(out, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
}

/** A small body may unpack to a thousand times its size. */
function limiter(max: number): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      done(seen > max ? new TooLarge() : null, chunk)
    },
  })
}

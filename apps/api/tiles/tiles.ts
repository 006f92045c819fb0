/** Tiles of runs, packed and kept: a run never changes, so neither do its tiles. */
import { Injectable } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import { Metrics } from '../status/metrics.js'

export const IMMUTABLE = 'public, max-age=31536000, immutable'
/** Of an address whose run changes: kept, and asked for by its tag before it is used. */
export const REVALIDATE = 'no-cache'

/** What a tile is, for the API's document. */
export const MVT_CONTENT = {
  'application/vnd.mapbox-vector-tile': { schema: { type: 'string', format: 'binary' } },
} as const
const CACHE_BYTES = 64 * 1024 * 1024

const gzipAsync = promisify(gzip)

@Injectable()
export class TileCache {
  private readonly cache = new LRUCache<string, Buffer>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (b) => b.length + 200,
  })
  /** Asked for again while it is being made. */
  private readonly inFlight = new Map<string, Promise<Buffer>>()

  constructor(private readonly metrics: Metrics) {}

  /** `key` says all that the tile depends on. */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    key: string,
    make: () => Promise<Uint8Array>,
    keep: typeof IMMUTABLE | typeof REVALIDATE = IMMUTABLE,
  ): Promise<void> {
    const etag = `"${key}"`
    void reply.header('cache-control', keep).header('etag', etag).header('vary', 'accept-encoding')
    if (request.headers['if-none-match'] === etag) {
      this.metrics.countTile('client')
      return void reply.status(304).send()
    }
    const body = await this.gzippedTile(key, make).catch((error: unknown) => {
      void reply.removeHeader('etag').header('cache-control', 'no-store')
      throw error
    })
    send(request, reply, body)
  }

  private async gzippedTile(key: string, make: () => Promise<Uint8Array>): Promise<Buffer> {
    const known = this.cache.get(key) ?? this.inFlight.get(key)
    this.metrics.countTile(known ? 'cache' : 'database')
    if (known) return known
    const making = make()
      .then((bytes) => gzipAsync(bytes, { level: 4 }))
      .finally(() => this.inFlight.delete(key))
    this.inFlight.set(key, making)
    const body = await making
    this.cache.set(key, body)
    return body
  }
}

/** Kept packed; the rare client that cannot unpack gets what Node unpacks for it. */
function send(request: FastifyRequest, reply: FastifyReply, body: Buffer): void {
  void reply.header('content-type', 'application/vnd.mapbox-vector-tile')
  if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
    void reply.header('content-encoding', 'gzip').send(body)
  else void reply.send(gunzipSync(body))
}

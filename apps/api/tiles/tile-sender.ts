/** Sends every vector tile: cache, headers, conditional GET. */
import { type TileAddress, encodeTile } from '#geo'
import { collectionRevision } from '#store/people'
import { Injectable } from '@nestjs/common'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { type CachePolicy, IMMUTABLE, REVALIDATE } from '../http/cache-policy.js'
import { hasMatchingEtag } from '../http/etag.js'
import { acceptsGzip, gzipAsync, negotiatedContent } from '../http/gzip.js'
import { MVT_MEDIA_TYPE } from '../http/media-types.js'
import { PromiseCache } from '../http/promise-cache.js'
import { RunResolver } from '../runs/run-resolver.js'
import { Metrics } from '../status/metrics.js'
import { type LayerName, type LayerOptions, type TileLayer, tileLayers } from './tile-layers.js'

const MAX_CACHED_BYTES = 64 * 1024 * 1024
/** The bytes that an entry of the cache costs beside its tile. */
const ENTRY_BYTES = 200
/** Higher levels make a tile 3 % smaller and take twice as long. */
const GZIP_LEVEL = 4

export interface TileRequest<Name extends LayerName> {
  layer: Name
  /** Id of the run. */
  run: number
  tile: TileAddress
  options: LayerOptions[Name]
  /** Cache policy; default `IMMUTABLE`. Use `REVALIDATE` when the address says `latest`. */
  policy?: CachePolicy
}

@Injectable()
export class TileSender {
  private readonly layers = tileLayers()
  /** Gzipped tiles by all that they depend on: the rows of a run never change, lists have a revision. */
  private readonly tiles = new PromiseCache<Buffer>({
    maxSize: MAX_CACHED_BYTES,
    sizeCalculation: (tile) => tile.length + ENTRY_BYTES,
  })

  /** Names and values in turn of the headers that all gzipped tiles of runs share, from the first that was sent. */
  private warmHeaders: string[] | undefined

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly metrics: Metrics,
  ) {}

  async send<Name extends LayerName>(
    request: FastifyRequest,
    reply: FastifyReply,
    tileRequest: TileRequest<Name>,
  ): Promise<void> {
    const layer: TileLayer<LayerOptions[Name]> = this.layers[tileRequest.layer]
    request.servedRun = tileRequest.run
    void reply.header('content-type', MVT_MEDIA_TYPE)
    try {
      if (layer.freshness === 'live') return await this.sendLive(reply, layer, tileRequest)
      await this.sendCached(request, reply, layer, tileRequest)
    } catch (error) {
      void reply.removeHeader('etag')
      throw error
    }
  }

  /**
   * Answers a request for a tile of a run that is in memory, ahead of the framework; false if there is none, so that the
   * request takes its ordinary way. A map asks for hundreds of tiles at once, and routing, guards, interceptors and hooks
   * take several times as long as writing the bytes does.
   */
  sendWarm(request: FastifyRequest, reply: FastifyReply): boolean {
    const { method, url, headers } = request
    const key = method === 'GET' && headers['if-none-match'] === undefined ? keyOfAddress(url) : null
    if (key === null || !this.warmHeaders || !acceptsGzip({ headers })) return false
    const tile = this.tiles.computed(key)
    if (!tile) return false
    this.note(request, 'cache')
    reply.hijack()
    reply.raw
      .writeHead(200, [...this.warmHeaders, 'etag', `"${key}"`, 'content-length', String(tile.length)])
      .end(tile)
    return true
  }

  private note(request: FastifyRequest, from: 'cache' | 'database' | 'client'): void {
    request.servedFrom = from
    this.metrics.countTile(from)
  }

  /** The tile is made for each request. */
  private async sendLive<Name extends LayerName>(
    reply: FastifyReply,
    layer: TileLayer<LayerOptions[Name]>,
    tileRequest: TileRequest<Name>,
  ): Promise<void> {
    void reply.header('cache-control', REVALIDATE).send(await this.encodedTile(layer, tileRequest))
  }

  private async sendCached<Name extends LayerName>(
    request: FastifyRequest,
    reply: FastifyReply,
    layer: TileLayer<LayerOptions[Name]>,
    tileRequest: TileRequest<Name>,
  ): Promise<void> {
    const isRevised = layer.freshness === 'revised'
    // Read before the features: a tile may be newer than its revision, never older.
    const revision = isRevised ? `-${await collectionRevision(this.source.manager)}` : ''
    const key = cacheKeyOf(tileRequest) + revision
    const etag = `"${key}"`
    const policy = isRevised ? REVALIDATE : (tileRequest.policy ?? IMMUTABLE)
    void reply.header('etag', etag).header('cache-control', policy)
    if (hasMatchingEtag(request, etag)) {
      this.note(request, 'client')
      return void reply.header('vary', 'accept-encoding').status(304).send()
    }
    this.note(request, this.tiles.has(key) ? 'cache' : 'database')
    const gzipped = await this.tiles.getOrCompute(key, async () =>
      gzipAsync(await this.encodedTile(layer, tileRequest), { level: GZIP_LEVEL }),
    )
    const content = negotiatedContent(request, reply, gzipped)
    if (policy === IMMUTABLE && content === gzipped) this.warmHeaders ??= headersBut('etag', reply)
    void reply.send(content)
  }

  private async encodedTile<Name extends LayerName>(
    layer: TileLayer<LayerOptions[Name]>,
    { layer: name, run: id, tile, options }: TileRequest<Name>,
  ): Promise<Buffer> {
    const run = await this.runs.byId(id)
    const context = { db: this.source.manager, run, tile, runs: this.runs }
    return encodeTile(layer.nameInTile ?? name, await layer.featuresOf(context, options))
  }
}

/** Options may hold any text, an ETag may not. */
function cacheKeyOf<Name extends LayerName>({ layer, run, tile, options }: TileRequest<Name>): string {
  const suffix = options === null ? '' : `-${encodeURIComponent(JSON.stringify(options))}`
  return `${run}-${layer}-${tile.z}-${tile.x}-${tile.y}${suffix}`
}

/** The address of a tile of a run, without a query: no layer that needs options can be asked for so. */
const RUN_TILE = /^\/tiles\/(\d+)\/([a-z]+)\/(\d+)\/(\d+)\/(\d+)\.mvt$/

/** The key that `cacheKeyOf` gives for the address; null if it is no address of a run's tile. */
function keyOfAddress(url: string): string | null {
  const parts = RUN_TILE.exec(url)
  return parts && parts.slice(1).join('-')
}

function headersBut(left: string, reply: FastifyReply): string[] {
  const headers = Object.entries(reply.getHeaders()).filter(([name]) => name !== left)
  return headers.flatMap(([name, value]) => [name, String(value)])
}

/** Must be the first hook of the server: what comes after it costs more than the tile. */
export function answerWarmTiles(server: FastifyInstance, sender: () => TileSender): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!sender().sendWarm(request, reply)) done()
  })
}

/** Sends every vector tile: cache, headers, conditional GET. */
import { type TileAddress, encodeTile } from '#geo'
import { collectionRevision } from '#store/people'
import { Injectable } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { type CachePolicy, IMMUTABLE, REVALIDATE } from '../http/cache-policy.js'
import { hasMatchingEtag } from '../http/etag.js'
import { gzipAsync, negotiatedContent } from '../http/gzip.js'
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
    void reply.header('content-type', MVT_MEDIA_TYPE)
    try {
      if (layer.freshness === 'live') return await this.sendLive(reply, layer, tileRequest)
      await this.sendCached(request, reply, layer, tileRequest)
    } catch (error) {
      void reply.removeHeader('etag')
      throw error
    }
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
      this.metrics.countTile('client')
      return void reply.header('vary', 'accept-encoding').status(304).send()
    }
    this.metrics.countTile(this.tiles.has(key) ? 'cache' : 'database')
    const gzipped = await this.tiles.getOrCompute(key, async () =>
      gzipAsync(await this.encodedTile(layer, tileRequest), { level: GZIP_LEVEL }),
    )
    void reply.send(negotiatedContent(request, reply, gzipped))
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

import { encodeTile, isTile } from '#geo'
import { declaredNetworks } from '#store/coverage'
import { type RunRow } from '#store/runs'
import { type NetworkName, networksOfRun } from '#store/verdicts'
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  Param,
  ParseIntPipe,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import { DeclaredFeatures } from './declared-features.js'
import { NetworkFeatures } from './network-features.js'
import { NetworkQuery } from './networks.dto.js'
import { IMMUTABLE, MVT_CONTENT, TileCache } from './tiles.js'

export interface NetworkList {
  items: NetworkName[]
}

type TileParameters = Record<'z' | 'x' | 'file', string>
type FeatureSource = Pick<NetworkFeatures, 'of'>

/** One operator's, or one technology's, part in a run: what was measured of it, and what is declared of it. */
@ApiTags('networks')
@Controller()
export class NetworksController {
  /** Each costs a reading of all that a run knew. */
  private readonly lists = new LRUCache<string, NetworkName[]>({ max: 200 })

  private readonly networkFeatures = new NetworkFeatures()
  private readonly declaredFeatures = new DeclaredFeatures()

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly tiles: TileCache,
  ) {}

  /** The networks of which a run has evidence; null where nobody named them. */
  @Get('api/v1/runs/:id/networks')
  @Header('cache-control', IMMUTABLE)
  async list(@Param('id', ParseIntPipe) id: number): Promise<NetworkList> {
    return { items: await this.cachedList('measured', id, networksOfRun) }
  }

  /** The networks that operators declared somewhere by the end of the run's window, as the run knew it. */
  @Get('api/v1/runs/:id/networks/declared')
  @Header('cache-control', IMMUTABLE)
  async declared(@Param('id', ParseIntPipe) id: number): Promise<NetworkList> {
    return { items: await this.cachedList('declared', id, declaredNetworks) }
  }

  /** Cells by whether a matching network is present, declared only, missing, or undecided. */
  @ApiOkResponse({ content: MVT_CONTENT })
  @Get('tiles/:run/networks/:z/:x/:file')
  tile(
    @Param('run', ParseIntPipe) id: number,
    @Param() params: TileParameters,
    @Query() query: NetworkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(request, reply, { layer: 'networks', from: this.networkFeatures, id, params, query })
  }

  /** Cells that operators declare, as the rule asks or slower; from afar by the share of cells that are declared. */
  @ApiOkResponse({ content: MVT_CONTENT })
  @Get('tiles/:run/declared/:z/:x/:file')
  declaredTile(
    @Param('run', ParseIntPipe) id: number,
    @Param() params: TileParameters,
    @Query() query: NetworkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.answer(request, reply, { layer: 'declared', from: this.declaredFeatures, id, params, query })
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { layer: string; from: FeatureSource; id: number; params: TileParameters; query: NetworkQuery },
  ): Promise<void> {
    const { layer, from, id, params, query } = asked
    const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.file.replace(/\.mvt$/, '')) }
    if (!isTile(tile)) throw new BadRequestException('tile must be z/x/y.mvt')
    const { operator = null, technology = null } = query
    // An operator's id may hold anything: an etag may not.
    const filter = encodeURIComponent(JSON.stringify([operator, technology]))
    const key = `${id}-${layer}-${tile.z}-${tile.x}-${tile.y}-${filter}`
    await this.tiles.answer(request, reply, key, async () => {
      const run = await this.runs.byId(id)
      return encodeTile(layer, await from.of(this.source.manager, run, tile, { operator, technology }))
    })
  }

  private async cachedList(
    kind: string,
    id: number,
    read: (db: DataSource['manager'], run: RunRow) => Promise<NetworkName[]>,
  ): Promise<NetworkName[]> {
    const known = this.lists.get(`${kind} ${id}`)
    if (known) return known
    const items = await read(this.source.manager, await this.runs.byId(id))
    this.lists.set(`${kind} ${id}`, items)
    return items
  }
}

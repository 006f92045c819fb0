import type { TileAddress } from '#geo'
import { declaredNetworks } from '#store/coverage'
import { type RunRow } from '#store/runs'
import { type NetworkFilter, type NetworkName, networksOfRun } from '#store/verdicts'
import { Controller, Get, Header, Param, ParseIntPipe, Query, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { IMMUTABLE } from '../http/cache-policy.js'
import { PromiseCache } from '../http/promise-cache.js'
import { RunResolver } from '../runs/run-resolver.js'
import { ApiTile } from './api-tile.js'
import { NetworkQuery } from './networks.dto.js'
import { TILE_PATH, TileAddressPipe } from './tile-address.pipe.js'
import { TileSender } from './tile-sender.js'

export interface NetworkList {
  items: NetworkName[]
}

/** The networks of one operator, or of one technology, in a run: measured and declared. */
@ApiTags('networks')
@Controller()
export class NetworksController {
  /** Lists of networks by run. Each costs a scan of all evidence or claims of the run. */
  private readonly lists = new PromiseCache<NetworkName[]>({ max: 200 })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly tileSender: TileSender,
  ) {}

  /** The networks with evidence in a run. Operator or technology is null if the measurement did not name it. */
  @Get('api/v1/runs/:id/networks')
  @Header('cache-control', IMMUTABLE)
  async list(@Param('id', ParseIntPipe) id: number): Promise<NetworkList> {
    return { items: await this.cachedList('measured', id, networksOfRun) }
  }

  /** The networks that operators declared in at least one cell by the end of the run's window, as the run knew it. */
  @Get('api/v1/runs/:id/networks/declared')
  @Header('cache-control', IMMUTABLE)
  async declared(@Param('id', ParseIntPipe) id: number): Promise<NetworkList> {
    return { items: await this.cachedList('declared', id, declaredNetworks) }
  }

  /** Cells by the reach of the matching networks: present, only declared, missing, or undecided. */
  @ApiTile()
  @Get(`tiles/:run/networks/${TILE_PATH}`)
  tile(
    @Param('run', ParseIntPipe) run: number,
    @Param(TileAddressPipe) tile: TileAddress,
    @Query() query: NetworkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.tileSender.send(request, reply, { layer: 'networks', run, tile, options: filterOf(query) })
  }

  /**
   * Cells that operators declare, as fast as the rule requires or slower; at low zoom levels by the share of declared
   * cells.
   */
  @ApiTile()
  @Get(`tiles/:run/declared/${TILE_PATH}`)
  declaredTile(
    @Param('run', ParseIntPipe) run: number,
    @Param(TileAddressPipe) tile: TileAddress,
    @Query() query: NetworkQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.tileSender.send(request, reply, { layer: 'declared', run, tile, options: filterOf(query) })
  }

  private cachedList(
    kind: string,
    id: number,
    read: (db: DataSource['manager'], run: RunRow) => Promise<NetworkName[]>,
  ): Promise<NetworkName[]> {
    return this.lists.getOrCompute(`${kind} ${id}`, async () =>
      read(this.source.manager, await this.runs.byId(id)),
    )
  }
}

const filterOf = ({ operator, technology }: NetworkQuery): NetworkFilter => ({
  operator: operator ?? null,
  technology: technology ?? null,
})

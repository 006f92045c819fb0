import { encodeTile, isTile } from '#geo'
import { type NetworkName, networksOfRun } from '#store'
import { BadRequestException, Controller, Get, Header, Param, ParseIntPipe, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { Runs } from '../runs/run-choice.js'
import { networkFeatures } from './network-features.js'
import { NetworkQuery } from './networks.dto.js'

/** They change only with the run, which never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

export interface RunNetworks {
  items: NetworkName[]
}

/** One operator's, or one technology's, part in a run. */
@ApiTags('networks')
@Controller()
export class NetworksController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: Runs,
  ) {}

  /** The networks of which a run has evidence; null where nobody named them. */
  @Get('api/v1/runs/:id/networks')
  @Header('cache-control', IMMUTABLE)
  async list(@Param('id', ParseIntPipe) id: number): Promise<RunNetworks> {
    return { items: await networksOfRun(this.source.manager, await this.runs.byId(id)) }
  }

  /** Cells by whether a matching network is present, declared only, missing, or undecided. */
  @Get('tiles/:run/networks/:z/:x/:file')
  @Header('cache-control', IMMUTABLE)
  @Header('content-type', 'application/vnd.mapbox-vector-tile')
  async tile(
    @Param('run', ParseIntPipe) id: number,
    @Param() params: Record<'z' | 'x' | 'file', string>,
    @Query() query: NetworkQuery,
  ): Promise<Buffer> {
    const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.file.replace(/\.mvt$/, '')) }
    if (!isTile(tile)) throw new BadRequestException('tile must be z/x/y.mvt')
    const run = await this.runs.byId(id)
    const features = await networkFeatures(this.source.manager, run, tile, {
      operator: query.operator ?? null,
      technology: query.technology ?? null,
    })
    return Buffer.from(encodeTile('networks', features))
  }
}

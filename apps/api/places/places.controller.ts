import { type LocalityState, type SiteState, localityState, siteState } from '#store/areas'
import { type SiteRow, findSite } from '#store/sites'
import { Controller, Get, Header, NotFoundException, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import { RunChoice } from '../runs/runs.dto.js'

export interface LocalityAnswer extends LocalityState {
  /** The run of which its class is. */
  run: number
}

export interface SiteAnswer extends SiteRow, SiteState {
  /** The run of which its class and its probes are. */
  run: number
}

/** Places that lie on the map, as they stand in a run. */
@ApiTags('places')
@Controller('api/v1')
export class PlacesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** A locality with the class of its cell. */
  @Get('localities/:id')
  @Header('cache-control', 'no-cache')
  async locality(@Param('id') id: string, @Query() choice: RunChoice): Promise<LocalityAnswer> {
    const run = await this.runs.resolve(choice)
    const found = await localityState(this.source.manager, run, id)
    if (!found) throw new NotFoundException(`no locality has the id "${id}"`)
    return { ...found, run: run.id }
  }

  /** A site with the class of its cell and the day on which it last measured. */
  @Get('sites/:code/state')
  @Header('cache-control', 'no-cache')
  async site(@Param('code') code: string, @Query() choice: RunChoice): Promise<SiteAnswer> {
    const run = await this.runs.resolve(choice)
    const site = await findSite(this.source.manager, code)
    if (!site) throw new NotFoundException(`no site has the code "${code}"`)
    return { ...site, ...(await siteState(this.source.manager, run, site)), run: run.id }
  }
}

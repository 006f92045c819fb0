import { type LocalityState, type SiteState, localityState, siteState } from '#store/areas'
import { type SiteRow } from '#store/sites'
import { Controller, Get, Header, NotFoundException, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { RunResolver } from '../runs/run-resolver.js'
import { RunChoice } from '../runs/runs.dto.js'
import { requireSite } from '../sites/require-site.js'

export interface LocalityAnswer extends LocalityState {
  /** The run of its class. */
  run: number
}

export interface SiteAnswer extends SiteRow, SiteState {
  /** The run of its class and its probes. */
  run: number
}

/** Localities and sites on the map, with their state in a run. */
@ApiTags('places')
@Controller('api/v1')
export class PlacesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** A locality with the class of its cell. */
  @Get('localities/:id')
  @Header('cache-control', REVALIDATE)
  async locality(@Param('id') id: string, @Query() choice: RunChoice): Promise<LocalityAnswer> {
    const run = await this.runs.resolve(choice)
    const locality = await localityState(this.source.manager, run, id)
    if (!locality) throw new NotFoundException(`no locality has the id "${id}"`)
    return { ...locality, run: run.id }
  }

  /** A site with the class of its cell and the day on which it last measured. */
  @Get('sites/:code/state')
  @Header('cache-control', REVALIDATE)
  async site(@Param('code') code: string, @Query() choice: RunChoice): Promise<SiteAnswer> {
    const run = await this.runs.resolve(choice)
    const site = await requireSite(this.source.manager, code)
    return { ...site, ...(await siteState(this.source.manager, run, site)), run: run.id }
  }
}

import { MOROCCO_BOUNDS } from '#domain/probe'
import { isSimulated } from '#store/sites'
import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { Settings } from '../settings.js'
import { Metrics } from './metrics.js'

export interface Health {
  status: 'ok'
}

export interface Instance {
  version: string
  /** Something of what is shown is of the demonstration. */
  simulated: boolean
  /** `bounds`: west, south, east, north in degrees. */
  country: { nameEn: string; nameFr: string; nameAr: string; bounds: [number, number, number, number] }
  defaultRule: string
  attribution: string
  /** Null: the map has none. `url` has `{z}`, `{x}` and `{y}`. */
  basemap: { url: string; attribution: string } | null
}

/** Whether the server answers, and what it is. */
@ApiTags('status')
@Controller()
export class StatusController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
  ) {}

  /** The process answers. */
  @Get('health/live')
  live(): Health {
    return { status: 'ok' }
  }

  /** The database answers too. */
  @Get('health/ready')
  async ready(): Promise<Health> {
    try {
      await this.source.query('SELECT 1')
    } catch {
      throw new ServiceUnavailableException('the database does not answer')
    }
    return { status: 'ok' }
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiExcludeEndpoint()
  metricsText(): Promise<string> {
    return this.metrics.registry.metrics()
  }

  /** What the page needs to know of this server. */
  @Get('api/v1/instance')
  @Header('cache-control', 'no-cache')
  async instance(): Promise<Instance> {
    const { west, south, east, north } = MOROCCO_BOUNDS
    return {
      version: this.settings.version,
      simulated: await isSimulated(this.source.manager),
      country: { nameEn: 'Morocco', nameFr: 'Maroc', nameAr: 'المغرب', bounds: [west, south, east, north] },
      defaultRule: 'ma-floor',
      attribution:
        'Boundaries © OpenStreetMap contributors (ODbL); names, codes, population: HCP, RGPH 2024 (CC BY 4.0)',
      basemap: this.settings.config.basemap,
    }
  }
}

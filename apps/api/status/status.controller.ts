import { MOROCCO_BOUNDS } from '#domain'
import { isSimulated } from '#store'
import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { Settings } from '../settings.js'
import { Metrics } from './metrics.js'

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
  live() {
    return { status: 'ok' }
  }

  /** The database answers too. */
  @Get('health/ready')
  async ready() {
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
  async instance() {
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

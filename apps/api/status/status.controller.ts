import { MOROCCO_BOUNDS } from '#domain/probe'
import { sha256 } from '#store/people'
import { isSimulated } from '#store/sites'
import { Controller, ForbiddenException, Get, Header, Req } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { timingSafeEqual } from 'node:crypto'
import { DataSource } from 'typeorm'
import { NO_STORE, REVALIDATE } from '../http/cache-policy.js'
import { remoteAddressOf } from '../http/clients/client-address.js'
import { DEFAULT_RULE } from '../runs/run-resolver.js'
import { Settings } from '../settings.js'
import { Metrics } from './metrics.js'
import { type Readiness, ReadinessCheck } from './readiness.js'

export interface Health {
  status: 'ok'
}

export interface Instance {
  version: string
  /** Whether any data on this server was simulated for the demonstration. */
  simulated: boolean
  /** `bounds`: west, south, east, north in degrees. */
  country: { nameEn: string; nameFr: string; nameAr: string; bounds: [number, number, number, number] }
  defaultRule: string
  attribution: string
  /** Raster tiles under the map; null if there are none. `url` contains `{z}`, `{x}` and `{y}`. */
  basemap: { url: string; attribution: string } | null
  /** Name of the OpenID Connect provider at which people may sign in; null if there is none. */
  signInWith: string | null
}

/** The state of the server, and its settings. */
@ApiTags('status')
@Controller()
export class StatusController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
    private readonly readiness: ReadinessCheck,
  ) {}

  /** Answers whenever the process runs. */
  @Get('health/live')
  live(): Health {
    return { status: 'ok' }
  }

  /** Answers when the database does too: what is ready, and why something is not. 503 within three seconds otherwise. */
  @Get('health/ready')
  @Header('cache-control', NO_STORE)
  ready(): Promise<Readiness> {
    return this.readiness.read()
  }

  /** The same, and 503 with the code of the fault where nothing can be written. */
  @Get('health/ready/writing')
  @Header('cache-control', NO_STORE)
  readyForWriting(): Promise<Readiness> {
    return this.readiness.requireWriting()
  }

  /** Figures for Prometheus. Programs on other machines need the token METRICS_TOKEN. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('cache-control', NO_STORE)
  @ApiExcludeEndpoint()
  metricsText(@Req() request: FastifyRequest): Promise<string> {
    if (remoteAddressOf(request) !== null && !this.hasMetricsToken(request))
      throw new ForbiddenException('Metrics are for this machine, or for who has the token METRICS_TOKEN.')
    return this.metrics.text()
  }

  private hasMetricsToken({ headers }: FastifyRequest): boolean {
    const { metricsToken } = this.settings.config
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
    // Digests have the same length, and their comparison takes the same time whatever they are.
    return (
      metricsToken !== null && token !== undefined && timingSafeEqual(sha256(token), sha256(metricsToken))
    )
  }

  /** The facts about this server that the page needs. */
  @Get('api/v1/instance')
  @Header('cache-control', REVALIDATE)
  async instance(): Promise<Instance> {
    const { west, south, east, north } = MOROCCO_BOUNDS
    return {
      version: this.settings.version,
      simulated: await isSimulated(this.source.manager),
      country: { nameEn: 'Morocco', nameFr: 'Maroc', nameAr: 'المغرب', bounds: [west, south, east, north] },
      defaultRule: DEFAULT_RULE,
      attribution:
        'Boundaries © OpenStreetMap contributors (ODbL); names, codes, population: HCP, RGPH 2024 (CC BY 4.0)',
      basemap: this.settings.config.basemap,
      signInWith: this.settings.config.oidc?.name ?? null,
    }
  }
}

import { operatorOf } from '#domain/operator'
import {
  MAX_BUCKETS,
  type Measure,
  RELATIVE_ERROR,
  type SeriesBucket,
  type TimeStep,
  bucketCountBetween,
  defaultSeriesStart,
  suppressSmallBuckets,
} from '#domain/series'
import { WORKING_RESOLUTION, cellToSql, isServedCell, resolutionOf } from '#geo'
import { findArea } from '#store/areas'
import { ROLES } from '#store/people'
import {
  MAX_RAW_DAYS,
  type SeriesQuery,
  areaSeriesKnownBefore,
  hourlySeriesOfArea,
  seriesOfArea,
  seriesOfCell,
  seriesOfSite,
  bucketSpanOf,
} from '#store/series'
import { findSite, isSimulated } from '#store/sites'
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  Query,
  Req,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { accountOfSession } from '../people/role-guard.js'
import { Settings } from '../settings.js'
import { SeriesChoice, measuresOf } from './series.dto.js'

/** Measurements over time. A bucket in which nothing was measured is not among them: gaps are gaps. */
export interface Series {
  /** Code of the site or area, or H3 index of the cell. */
  of: string
  metrics: Measure[]
  step: TimeStep
  /** Begin of the first bucket asked for. */
  from: Date
  /** End of the last. */
  to: Date
  /** The civil time whose days, weeks and months these are. */
  timeZone: 'Africa/Casablanca'
  /** Only this operator; null for all. */
  operator: string | null
  /** Only this technology; null for all. */
  technology: string | null
  /** By which share the quantiles may be off the exact ones; 0 where they are exact. */
  relativeError: number
  /** Only probes received before this are in; null where all are. */
  knownBefore: Date | null
  /**
   * Buckets left out because fewer than three devices measured in them; null where that would tell when a single one did
   * (areas, to everybody).
   */
  hiddenBuckets: number | null
  /** Whether anything on this server was made up for the demonstration. */
  simulated: boolean
  /** In the order of time. */
  buckets: SeriesBucket[]
}

/** What was measured over time at a site, in a cell, in an area. */
@ApiTags('series')
@Controller('api/v1')
export class SeriesController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** What a site's own line delivered: its devices' measurements in its cell. Told to everybody: it is an office's line. */
  @Get('sites/:code/series')
  @Header('cache-control', 'no-cache')
  async ofSite(@Param('code') code: string, @Query() choice: SeriesChoice): Promise<Series> {
    const site = await findSite(this.source.manager, code)
    if (!site) throw new NotFoundException(`no site has the code "${code}"`)
    const query = await this.queryOf(choice)
    const buckets = await seriesOfSite(this.source.manager, { code, cell: cellToSql(site.h3) }, query)
    return this.series(code, query, { buckets, hidden: 0 })
  }

  /**
   * All that was measured in a working cell; to everybody what is public one by one, where three devices measured in the
   * bucket.
   */
  @Get('cells/:h3/series')
  @Header('cache-control', 'no-cache')
  @Header('vary', 'cookie')
  async ofCell(
    @Param('h3') h3: string,
    @Query() choice: SeriesChoice,
    @Req() request: FastifyRequest,
  ): Promise<Series> {
    if (!isServedCell(h3) || resolutionOf(h3) !== WORKING_RESOLUTION)
      throw new BadRequestException(
        `h3 must be an H3 cell of resolution ${WORKING_RESOLUTION}; it is "${h3}"`,
      )
    const query = await this.queryOf(choice)
    const db = this.source.manager
    if (await this.mayReadSmallBuckets(request))
      return this.series(h3, query, { buckets: await seriesOfCell(db, cellToSql(h3), query), hidden: 0 })
    const { shown, hidden } = suppressSmallBuckets(await seriesOfCell(db, cellToSql(h3), query, 'public'))
    return this.series(h3, query, { buckets: shown, hidden })
  }

  /** All that was measured in an area: by the hour for a few days, else from sums that the newest runs left. */
  @Get('areas/:code/series')
  @Header('cache-control', 'no-cache')
  @Header('vary', 'cookie')
  async ofArea(
    @Param('code') code: string,
    @Query() choice: SeriesChoice,
    @Req() request: FastifyRequest,
  ): Promise<Series> {
    const db = this.source.manager
    const area = await findArea(db, code)
    if (!area) throw new NotFoundException(`no area has the code "${code}"`)
    const isRaw = choice.step === 'hour'
    const query = await this.queryOf(choice, isRaw ? MAX_RAW_DAYS * 24 : MAX_BUCKETS)
    const buckets = isRaw ? await hourlySeriesOfArea(db, area, query) : await seriesOfArea(db, code, query)
    const told = (await this.mayReadSmallBuckets(request))
      ? { buckets, hidden: 0 }
      : { buckets: suppressSmallBuckets(buckets).shown, hidden: null }
    const series = await this.series(code, query, told)
    if (isRaw) return series
    return { ...series, relativeError: RELATIVE_ERROR, knownBefore: await areaSeriesKnownBefore(db) }
  }

  private async queryOf(choice: SeriesChoice, most = MAX_BUCKETS): Promise<SeriesQuery> {
    const step = choice.step ?? 'day'
    const to = choice.to ?? new Date(this.settings.clock()).toISOString()
    const from = choice.from ?? new Date(defaultSeriesStart(step, Date.parse(to))).toISOString()
    if (Date.parse(from) >= Date.parse(to))
      throw new BadRequestException(`from must lie before to; from is "${from}", to is "${to}"`)
    if (bucketCountBetween(step, Date.parse(from), Date.parse(to)) > most)
      throw new BadRequestException(
        `from "${from}" to "${to}" are more than ${most} buckets of step "${step}": ask for less, or a longer step`,
      )
    return {
      measures: measuresOf(choice.metric),
      step,
      ...(await bucketSpanOf(this.source.manager, step, from, to)),
      operator: operatorOf(choice.operator) ?? null,
      technology: choice.technology ?? null,
    }
  }

  /** Who analyses has an account, and a duty to keep what it shows. */
  private async mayReadSmallBuckets(request: FastifyRequest): Promise<boolean> {
    const account = await accountOfSession(this.source, request)
    if (!account || account.mustChangePassword) return false
    return ROLES.indexOf(account.role) >= ROLES.indexOf('analyst')
  }

  private async series(
    of: string,
    { measures, ...query }: SeriesQuery,
    { buckets, hidden }: { buckets: SeriesBucket[]; hidden: number | null },
  ): Promise<Series> {
    return {
      of,
      metrics: [...measures],
      ...query,
      timeZone: 'Africa/Casablanca',
      relativeError: 0,
      knownBefore: null,
      hiddenBuckets: hidden,
      simulated: await isSimulated(this.source.manager),
      buckets,
    }
  }
}

import { hasRight, isInScope } from '#domain/account'
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
import { cellToSql } from '#geo'
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
import { isCellWithin } from '#store/areas'
import { isSimulated } from '#store/sites'
import { BadRequestException, Controller, Get, Header, Param, Query, Req } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { requireArea } from '../areas/require-area.js'
import { workingCellOf } from '../cells/cell-index.js'
import { PRIVATE, REVALIDATE } from '../http/cache-policy.js'
import { OptionalSignIn } from '../people/route-rights.js'
import { Settings } from '../settings.js'
import { requireSite } from '../sites/require-site.js'
import { SeriesChoice, measuresOf } from './series.dto.js'

/** Measurements over time. A bucket without measurements is omitted, so that gaps remain visible. */
export interface Series {
  /** Code of the site or area, or H3 index of the cell. */
  of: string
  metrics: Measure[]
  step: TimeStep
  /** Start of the first requested bucket. */
  from: Date
  /** End of the last requested bucket. */
  to: Date
  /** The time zone of the days, weeks and months. */
  timeZone: 'Africa/Casablanca'
  /** The operator; null for all. */
  operator: string | null
  /** The technology; null for all. */
  technology: string | null
  /** Relative error of the quantiles, 0 to 1; 0 if they are exact. */
  relativeError: number
  /** Time before which the included probes were received; null if all probes are included. */
  knownBefore: Date | null
  /**
   * Number of buckets that are suppressed because fewer than three devices measured in them; null if it would reveal
   * the times at which a single device measured (in areas, for the public).
   */
  hiddenBuckets: number | null
  /** Whether any data on this server was simulated for the demonstration. */
  simulated: boolean
  /** The buckets, oldest first. */
  buckets: SeriesBucket[]
}

/** Measurements over time at a site, in a cell, or in an area. */
@ApiTags('series')
@Controller('api/v1')
export class SeriesController {
  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** The measurements of a site's devices in its cell. They are public, because the line is an office's. */
  @Get('sites/:code/series')
  @Header('cache-control', REVALIDATE)
  async ofSite(@Param('code') code: string, @Query() choice: SeriesChoice): Promise<Series> {
    const site = await requireSite(this.source.manager, code)
    const query = await this.queryOf(choice)
    const buckets = await seriesOfSite(this.source.manager, { code, cell: cellToSql(site.h3) }, query)
    return this.series(code, query, { buckets, hidden: 0 })
  }

  /**
   * All measurements in a cell of resolution 8. The public sees only those that are public one by one, and only buckets in
   * which three devices measured.
   */
  @Get('cells/:h3/series')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE)
  @Header('vary', 'cookie')
  async ofCell(
    @Param('h3') h3: string,
    @Query() choice: SeriesChoice,
    @Req() request: FastifyRequest,
  ): Promise<Series> {
    const cell = workingCellOf('h3', h3)
    const query = await this.queryOf(choice)
    const db = this.source.manager
    if (mayReadSmallBuckets(request) && (await isCellWithin(db, request.account!.areas, h3)))
      return this.series(h3, query, { buckets: await seriesOfCell(db, cell, query), hidden: 0 })
    const { shown, hidden } = suppressSmallBuckets(await seriesOfCell(db, cell, query, 'public'))
    return this.series(h3, query, { buckets: shown, hidden })
  }

  /** All measurements in an area: by the hour for a few days, otherwise from sums that each run updates. */
  @Get('areas/:code/series')
  @OptionalSignIn()
  @Header('cache-control', PRIVATE)
  @Header('vary', 'cookie')
  async ofArea(
    @Param('code') code: string,
    @Query() choice: SeriesChoice,
    @Req() request: FastifyRequest,
  ): Promise<Series> {
    const db = this.source.manager
    const area = await requireArea(db, code)
    const isHourly = choice.step === 'hour'
    const query = await this.queryOf(choice, isHourly ? MAX_RAW_DAYS * 24 : MAX_BUCKETS)
    const buckets = isHourly ? await hourlySeriesOfArea(db, area, query) : await seriesOfArea(db, code, query)
    const visible =
      mayReadSmallBuckets(request) && isInScope(code, request.account!.areas)
        ? { buckets, hidden: 0 }
        : { buckets: suppressSmallBuckets(buckets).shown, hidden: null }
    const series = await this.series(code, query, visible)
    if (isHourly) return series
    return { ...series, relativeError: RELATIVE_ERROR, knownBefore: await areaSeriesKnownBefore(db) }
  }

  private async queryOf(choice: SeriesChoice, maxBuckets = MAX_BUCKETS): Promise<SeriesQuery> {
    const step = choice.step ?? 'day'
    const to = choice.to ?? new Date(this.settings.clock()).toISOString()
    const from = choice.from ?? new Date(defaultSeriesStart(step, Date.parse(to))).toISOString()
    if (Date.parse(from) >= Date.parse(to))
      throw new BadRequestException(`from must be before to; from is "${from}", to is "${to}"`)
    if (bucketCountBetween(step, Date.parse(from), Date.parse(to)) > maxBuckets)
      throw new BadRequestException(
        `from "${from}" to "${to}" has more than ${maxBuckets} buckets of step "${step}": request a shorter time or a longer step`,
      )
    return {
      measures: measuresOf(choice.metric),
      step,
      ...(await bucketSpanOf(this.source.manager, step, from, to)),
      operator: operatorOf(choice.operator) ?? null,
      technology: choice.technology ?? null,
    }
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

/** Whether the account may read small buckets, of its areas: analysts have a duty of confidentiality. */
const mayReadSmallBuckets = ({ account }: FastifyRequest): boolean =>
  account !== undefined && hasRight(account, 'read small groups')

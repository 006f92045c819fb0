import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { MIN_DEVICES_SHOWN, RELATIVE_ERROR } from '#domain/series'
import { type AreaFigures, figuresOfLevel } from '#store/areas'
import { dataRevision } from '#store/people'
import { type RunRow } from '#store/runs'
import { type AreaDownloads, areaSeriesKnownBefore, downloadsOfAreas } from '#store/series'
import { isSimulated } from '#store/sites'
import { BadRequestException, Controller, Get, Header, Query, Req, Res } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { setVersionEtag } from '../http/etag.js'
import { gzipAsync, negotiatedContent } from '../http/gzip.js'
import { PromiseCache } from '../http/promise-cache.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { RunResolver } from '../runs/run-resolver.js'
import { Settings } from '../settings.js'
import { AggregatesQuery } from './aggregates.dto.js'
import { requireArea } from './require-area.js'

/** The cells, people and sites of an area by class, and its measured downloads. */
export interface AreaAggregate extends AreaFigures {
  /** Measured downloads; null if fewer than three devices measured. */
  measured: AreaDownloads | null
}

export interface AreaAggregates {
  run: Pick<RunRow, 'id' | 'rule' | 'ruleVersion' | 'from' | 'to' | 'knownBefore'>
  level: AreaLevel
  /** Code of the area that contains all of them; null for the country. */
  parent: string | null
  /** `measured` counts whole local days, and only probes received before this time; null before the first update. */
  measuredKnownBefore: Date | null
  /** Relative error of the quantiles in `measured`, 0 to 1. */
  relativeError: number
  /** Whether any data on this server was simulated for the demonstration. */
  simulated: boolean
  items: AreaAggregate[]
}

/** Limit of the cached answers; each takes some hundreds of kB at most. */
const MAX_CACHED_ANSWERS = 100
/** Time after which a query checks again for a newer run, a change or a later probe. */
const QUERY_CACHE_TTL_MS = 1_000
/** Limit of the distinct queries within that time. */
const MAX_CACHED_QUERIES = 1_000

interface SerializedAggregates {
  body: AreaAggregates
  gzipped: Buffer
}

interface VersionedAggregates extends SerializedAggregates {
  version: string
}

const AGGREGATE_FIELDS = [
  'code',
  'level',
  'nameFr',
  'nameAr',
  'population',
  'bbox',
  'simulated',
  'cells',
  'whiteBefore',
  'localities',
  'people',
  'sites',
  'rank',
  'measured',
] as const

@ApiTags('areas')
@Controller('api/v1/areas')
export class AggregatesController {
  private readonly answersByVersion = new PromiseCache<SerializedAggregates>({ max: MAX_CACHED_ANSWERS })
  private readonly answersByQuery = new PromiseCache<VersionedAggregates>({
    max: MAX_CACHED_QUERIES,
    ttl: QUERY_CACHE_TTL_MS,
  })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
  ) {}

  /** The figures of all areas of a level on a date, in one call. An answer may be a second old. */
  @Get('aggregates')
  @Header('cache-control', REVALIDATE)
  @SelectableFields<AreaAggregate>(...AGGREGATE_FIELDS)
  async aggregates(
    @Query() { fields, ...query }: AggregatesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AreaAggregates> {
    refuseUnbounded(query)
    const answer = await this.answersByQuery.getOrCompute(JSON.stringify(query), () =>
      this.currentAnswer(query),
    )
    // The ETag plugin compares it with If-None-Match and answers 304.
    setVersionEtag(request, reply, answer.version)
    if (fields === undefined) sendSerialized(request, reply, answer)
    return answer.body
  }

  private async currentAnswer(query: Omit<AggregatesQuery, 'fields'>): Promise<VersionedAggregates> {
    const db = this.source.manager
    const run = await this.runs.resolve(query)
    const { change } = await dataRevision(db)
    const measuredKnownBefore = await areaSeriesKnownBefore(db)
    const version = [this.settings.version, run.id, change, measuredKnownBefore?.getTime() ?? 0].join('-')
    const key = [version, query.level, query.parent ?? ''].join(' ')
    const answer = await this.answersByVersion.getOrCompute(key, async () => {
      const body = await this.computeAggregates(run, query.level, query.parent ?? null, measuredKnownBefore)
      return { body, gzipped: await gzipAsync(JSON.stringify(body)) }
    })
    return { version, ...answer }
  }

  private async computeAggregates(
    run: RunRow,
    level: AreaLevel,
    parent: string | null,
    measuredKnownBefore: Date | null,
  ): Promise<AreaAggregates> {
    const db = this.source.manager
    if (parent !== null) await requireArea(db, parent)
    const areas = await figuresOfLevel(db, run, level, parent)
    const measured = await downloadsOfAreas(db, run, level, parent)
    const { id, rule, ruleVersion, from, to, knownBefore } = run
    return {
      run: { id, rule, ruleVersion, from, to, knownBefore },
      level,
      parent,
      measuredKnownBefore,
      relativeError: RELATIVE_ERROR,
      simulated: await isSimulated(db),
      items: areas.map((area) => ({ ...area, measured: suppressBelowMinDevices(measured.get(area.code)) })),
    }
  }
}

/** Sends the bytes that were serialised and gzipped once for all readers. */
function sendSerialized(
  request: FastifyRequest,
  reply: FastifyReply,
  { gzipped }: SerializedAggregates,
): void {
  void reply.header('content-type', 'application/json; charset=utf-8')
  const content = negotiatedContent(request, reply, gzipped)
  void reply.serializer(() => content as never)
}

function refuseUnbounded({ level, parent }: AggregatesQuery): void {
  if (level === 'commune' && parent === undefined)
    throw new BadRequestException('parent must be given where level is commune: there are 1,500 communes')
  const parentLevel = parent === undefined ? null : parent.length === 2 ? 'region' : 'province'
  if (parentLevel !== null && AREA_LEVELS.indexOf(parentLevel) >= AREA_LEVELS.indexOf(level))
    throw new BadRequestException(`parent must lie above level ${level}; it is "${parent}"`)
}

const suppressBelowMinDevices = (measured: AreaDownloads | undefined): AreaDownloads | null =>
  measured && measured.devices >= MIN_DEVICES_SHOWN ? measured : null

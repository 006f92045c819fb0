import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { MIN_DEVICES_SHOWN, RELATIVE_ERROR } from '#domain/series'
import { type AreaFigures, figuresOfLevel, findArea } from '#store/areas'
import { dataRevision } from '#store/people'
import { type RunRow } from '#store/runs'
import { type AreaDownloads, areaSeriesKnownBefore, downloadsOfAreas } from '#store/series'
import { isSimulated } from '#store/sites'
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  NotFoundException,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { DataSource } from 'typeorm'
import { SelectableFields } from '../http/fields.js'
import { revalidateEtag } from '../http/unchanged.js'
import { RunResolver } from '../runs/run-choice.js'
import { Settings } from '../settings.js'
import { AggregatesQuery } from './aggregates.dto.js'

/** An area's cells, people and sites by class, and what was measured in it. */
export interface AreaAggregate extends AreaFigures {
  /** Null where nothing was measured, or by fewer than three devices. */
  measured: AreaDownloads | null
}

export interface AreaAggregates {
  run: Pick<RunRow, 'id' | 'rule' | 'ruleVersion' | 'from' | 'to' | 'knownBefore'>
  level: AreaLevel
  /** Code of the area that all lie in; null for the country. */
  parent: string | null
  /** Only probes received before this are in `measured`, of whole local days; null before the first update. */
  measuredKnownBefore: Date | null
  /** By which share the quantiles in `measured` may be off the exact ones. */
  relativeError: number
  /** Whether anything on this server was made up for the demonstration. */
  simulated: boolean
  items: AreaAggregate[]
}

/** Answers remembered: some hundreds of kB at most each. */
const MAX_CACHED_ANSWERS = 100
/** A question is looked up again after so long: whether there is a newer run, a change, a later probe. */
const QUERY_CACHE_TTL_MS = 1_000
/** Different questions of one such time. */
const MAX_CACHED_QUERIES = 1_000

interface SerializedAggregates {
  body: AreaAggregates
  text: string
  packed: Buffer
}

interface VersionedAggregates extends SerializedAggregates {
  version: string
}

const gzipAsync = promisify(gzip)

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
  private readonly answers = new LRUCache<string, Promise<SerializedAggregates>>({ max: MAX_CACHED_ANSWERS })
  private readonly answersByQuery = new LRUCache<string, Promise<VersionedAggregates>>({
    max: MAX_CACHED_QUERIES,
    ttl: QUERY_CACHE_TTL_MS,
  })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
  ) {}

  /** All that is known of all areas of a level on a date, in one call. An answer may be a second old. */
  @Get('aggregates')
  @Header('cache-control', 'no-cache')
  @SelectableFields<AreaAggregate>(...AGGREGATE_FIELDS)
  async aggregates(
    @Query() { fields, ...query }: AggregatesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AreaAggregates> {
    refuseUnbounded(query)
    const answer = await getOrCompute(this.answersByQuery, JSON.stringify(query), () => this.answer(query))
    // The plugin for ETags answers 304 by it.
    revalidateEtag(request, reply, answer.version)
    if (fields === undefined) sendSerialized(request, reply, answer)
    return answer.body
  }

  private async answer(query: Omit<AggregatesQuery, 'fields'>): Promise<VersionedAggregates> {
    const db = this.source.manager
    const run = await this.runs.resolve(query)
    const { change } = await dataRevision(db)
    const known = await areaSeriesKnownBefore(db)
    const version = [this.settings.version, run.id, change, known?.getTime() ?? 0].join('-')
    const key = [version, query.level, query.parent ?? ''].join(' ')
    const written = await getOrCompute(this.answers, key, async () => {
      const body = await this.computeAggregates(run, query.level, query.parent ?? null, known)
      const text = JSON.stringify(body)
      return { body, text, packed: await gzipAsync(text) }
    })
    return { version, ...written }
  }

  private async computeAggregates(
    run: RunRow,
    level: AreaLevel,
    parent: string | null,
    known: Date | null,
  ): Promise<AreaAggregates> {
    const db = this.source.manager
    if (parent !== null && !(await findArea(db, parent)))
      throw new NotFoundException(`no area has the code "${parent}"`)
    const areas = await figuresOfLevel(db, run, level, parent)
    const measured = await downloadsOfAreas(db, run, level, parent)
    const { id, rule, ruleVersion, from, to, knownBefore } = run
    return {
      run: { id, rule, ruleVersion, from, to, knownBefore },
      level,
      parent,
      measuredKnownBefore: known,
      relativeError: RELATIVE_ERROR,
      simulated: await isSimulated(db),
      items: areas.map((area) => ({ ...area, measured: suppressBelowMinDevices(measured.get(area.code)) })),
    }
  }
}

/** Written and packed once, not for each reader. */
function sendSerialized(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, packed }: SerializedAggregates,
): void {
  const takesPacked = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  void reply.header('content-type', 'application/json; charset=utf-8').header('vary', 'accept-encoding')
  if (takesPacked) void reply.header('content-encoding', 'gzip')
  void reply.serializer(() => (takesPacked ? packed : text) as string)
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

/** Those who ask at once wait for one answer; a failure is not remembered. */
function getOrCompute<T>(
  cache: LRUCache<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key)
  if (known) return known
  const made = make()
  cache.set(key, made)
  made.catch(() => cache.delete(key))
  return made
}

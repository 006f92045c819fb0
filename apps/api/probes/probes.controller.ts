import type { Feature, Outcome, Technology } from '#domain'
import { records } from '#formats'
import { cellToSql } from '#geo'
import { type IngestResult, ProbeDto, ProbeWriter, ingest, recordsOf } from '#ingest'
import {
  type Account,
  EVERYTHING,
  type ListedProbe,
  ROLES,
  collectionOf,
  flagImplausible,
  lateFlagsOf,
  listProbes,
  pageOfFeatures,
} from '#store'
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common'
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, boxOf, cursorOf, keyOf, pageOf } from '../http/page.dto.js'
import { MaySign, Needs, Signed } from '../people/guard.js'
import { Settings } from '../settings.js'
import { Metrics } from '../status/metrics.js'
import { isNdjson } from './body.js'
import { Devices } from './devices.js'
import { FlagBody, IngestAnswer, ProbeFlag, ProbesQuery } from './probes.dto.js'

const KEY = /^\d{1,19} [0-9T:.Z-]{20,30} [0-9a-f-]{36}$/
const FIRST_KEY = '0 2000-01-01T00:00:00.000Z 00000000-0000-0000-0000-000000000000'

@ApiTags('probes')
@Controller('api/v1/probes')
export class ProbesController {
  constructor(
    private readonly source: DataSource,
    private readonly writer: ProbeWriter,
    private readonly devices: Devices,
    private readonly settings: Settings,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Takes probes: one JSON object, an array, or NDJSON, gzip or not. Answers after commit. The same id twice is a
   * duplicate and harmless; a record that is refused goes to quarantine and never refuses the others.
   */
  @Post()
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiExtraModels(ProbeDto)
  @ApiBody({
    schema: {
      oneOf: [{ $ref: getSchemaPath(ProbeDto) }, { type: 'array', items: { $ref: getSchemaPath(ProbeDto) } }],
    },
  })
  @ApiOkResponse({ type: IngestAnswer })
  async post(@Req() request: FastifyRequest): Promise<IngestResult> {
    const device = await this.devices.ofToken(request.headers.authorization)
    const result = await ingest(this.writer, batchesOf(request), { device, clock: this.settings.clock })
    this.metrics.ingested(result)
    return result
  }

  /** Flags that came after the probe, with who set them and why. */
  @Get(':id/flags')
  @Needs('planner')
  @ApiOkResponse({ type: [ProbeFlag] })
  async flags(@Param('id', ParseUUIDPipe) id: string): Promise<ProbeFlag[]> {
    return lateFlagsOf(this.source.manager, id)
  }

  /** Marks a probe as implausible: runs made from now on leave it out, published ones stay as they are. */
  @Post(':id/flags')
  @Needs('planner')
  @ApiCreatedResponse({ type: [ProbeFlag] })
  async flag(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: FlagBody,
    @Signed() author: Account,
  ): Promise<ProbeFlag[]> {
    if (!(await flagImplausible(this.source, id, author.name, body.comment)))
      throw new NotFoundException(`there is no probe ${id}`)
    return lateFlagsOf(this.source.manager, id)
  }

  /**
   * Probes in the order of their cells, without device, site and position. For everybody as the collection `probes_public`
   * has them: to the hour, under another id, and only where at least three devices measured alike. A planner has each of them,
   * to the moment and with its own id, which a flag needs.
   */
  @Get()
  @MaySign()
  async list(
    @Query() query: ProbesQuery,
    @Signed() account: Account | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<PublicProbe | ListedProbe>> {
    void reply.header('cache-control', 'private, no-cache').header('vary', 'cookie')
    const isPlanner = account !== undefined && ROLES.indexOf(account.role) >= ROLES.indexOf('planner')
    return isPlanner ? this.all(query) : this.open(query)
  }

  private async all(query: ProbesQuery): Promise<Page<ListedProbe>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const [cell, measuredAt, id] = keyOf(query.cursor, KEY, FIRST_KEY).split(' ') as [string, string, string]
    const after = { cell, measuredAt, id }
    const only = query.cell ? cellToSql(query.cell) : null
    const items = await listProbes(this.source.manager, { after, cell: only, box: boxOf(query.bbox), limit })
    return pageOf(items, limit, (p) => `${cellToSql(p.h3)} ${p.measuredAt.toISOString()} ${p.id}`)
  }

  /** A box chooses by centres of cells: by positions it would tell them. */
  private async open(query: ProbesQuery): Promise<Page<PublicProbe>> {
    const collection = collectionOf('probes_public')
    const box = boxOf(query.bbox)
    const asked = {
      ...EVERYTHING,
      run: null,
      boxes: box && [box],
      equal: query.cell ? { h3: query.cell } : EVERYTHING.equal,
      after: keyOf(query.cursor, collection.idForm, '') || null,
    }
    const { features, next } = await pageOfFeatures(
      this.source.manager,
      collection,
      asked,
      query.limit ?? DEFAULT_LIMIT,
    )
    return { items: features.map(({ properties }) => publicProbe(properties)), next: next && cursorOf(next) }
  }
}

/** A probe as anybody may see it. */
export interface PublicProbe {
  /** Made from the probe’s own, which it does not tell. */
  id: string
  h3: string
  /** The hour (UTC) in which it was measured. */
  measuredAt: string
  technology: Technology | null
  operator: string | null
  outcome: Outcome
  downloadBps: number | null
  uploadBps: number | null
  latencyMs: number | null
  jitterMs: number | null
  lossRatio: number | null
  signalDbm: number | null
  tool: string | null
  counted: boolean
}

function publicProbe(row: Feature['properties']): PublicProbe {
  const { h3, technology, operator, outcome, tool, counted } = row
  return {
    id: row['measurement_id'],
    h3,
    measuredAt: row['measured_hour'],
    technology,
    operator,
    outcome,
    downloadBps: row['download_bps'],
    uploadBps: row['upload_bps'],
    latencyMs: row['latency_ms'],
    jitterMs: row['jitter_ms'],
    lossRatio: row['loss_ratio'],
    signalDbm: row['signal_dbm'],
    tool,
    counted,
  } as PublicProbe
}

function batchesOf(request: FastifyRequest) {
  if (isNdjson(request)) return records(request.body as Readable)
  if (typeof request.body !== 'object' || request.body === null)
    throw new BadRequestException('The body must be a JSON object, an array of objects, or NDJSON.')
  return chunksOf(recordsOf(request.body))
}

/** Validation holds the event loop: other requests get a turn after each chunk. */
const CHUNK = 500

async function* chunksOf<T>(items: T[]): AsyncGenerator<T[]> {
  for (let i = 0; i < items.length; i += CHUNK) {
    if (i > 0) await new Promise((turn) => setImmediate(turn))
    yield items.slice(i, i + CHUNK)
  }
}

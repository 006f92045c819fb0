import { records } from '#formats'
import { cellToSql } from '#geo'
import { type IngestResult, ProbeDto, ProbeWriter, ingest, recordsOf } from '#ingest'
import { type Account, type PublicProbe, flagImplausible, lateFlagsOf, listProbes } from '#store'
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
import { DEFAULT_LIMIT, type Page, boxOf, keyOf, pageOf } from '../http/page.dto.js'
import { Needs, Signed } from '../people/guard.js'
import { Settings } from '../settings.js'
import { Metrics } from '../status/metrics.js'
import { isNdjson } from './body.js'
import { Devices } from './devices.js'
import { FlagBody, IngestAnswer, ProbeFlag, ProbesQuery } from './probes.dto.js'

const KEY = /^\d{1,19} [0-9T:.Z-]{20,30} [0-9a-f-]{36}$/
const FIRST_KEY = '0 2000-01-01T00:00:00.000Z 00000000-0000-0000-0000-000000000000'

/** Measurements: what comes in, what is public, what cannot be believed. */
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

  /** Probes without device, site and exact position, in the order of their cells. */
  @Get()
  async list(
    @Query() query: ProbesQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<PublicProbe>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const [cell, measuredAt, id] = keyOf(query.cursor, KEY, FIRST_KEY).split(' ') as [string, string, string]
    const after = { cell, measuredAt, id }
    const only = query.cell ? cellToSql(query.cell) : null
    const items = await listProbes(this.source.manager, { after, cell: only, box: boxOf(query.bbox), limit })
    void reply.header('cache-control', 'no-cache')
    return pageOf(items, limit, (p) => `${cellToSql(p.h3)} ${p.measuredAt.toISOString()} ${p.id}`)
  }
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

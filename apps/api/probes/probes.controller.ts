import { hasRight } from '#domain/account'
import type { Bounds } from '#domain/probe'
import { readNdjsonBatches } from '#formats/file'
import { WORKING_RESOLUTION, cellToSql, rangesCovering } from '#geo'
import { type IngestResult, ProbeDto, ProbeWriter, ingest, recordsOfBody } from '#ingest'
import { type Account } from '#store/people'
import {
  type ListedProbe,
  PLAIN_LISTED_FIELDS,
  type ProbeKey,
  type ProbeOrder,
  flagImplausible,
  isProbeInScope,
  lateFlagsOf,
  listProbes,
} from '#store/probes'
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
import { SelectableFields } from '../http/sparse-fields.js'
import { DEFAULT_LIMIT, type Page, boxOf, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { PreserializedPage } from '../http/preserialized-page.js'
import { CurrentAccount } from '../people/role-guard.js'
import { OptionalSignIn, RequireDevice, RequireRight } from '../people/route-rights.js'
import { outsideScope } from '../people/scope-refusal.js'
import { Settings } from '../settings.js'
import { Metrics } from '../status/metrics.js'
import { isNdjson } from '../http/bodies/bodies.js'
import { Devices } from './devices.js'
import { FlagBody, IngestAnswer, ProbeFlag, ProbesQuery } from './probes.dto.js'

const CURSOR_PATTERN = '\\d{1,19} [0-9T:.Z-]{20,30} [0-9a-f-]{36}'

const SELECTABLE_FIELDS = ['id', 'h3', 'measuredAt', ...PLAIN_LISTED_FIELDS, 'flags', 'counted'] as const

/** Measurements: delivery, public lists, and flags of implausible probes. */
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
   * Takes probes: one JSON object, an array, or NDJSON, with or without gzip. Answers after commit. The same id twice is a
   * duplicate and harmless. A rejected record goes to quarantine and does not affect the others.
   */
  @Post()
  @HttpCode(200)
  @RequireDevice()
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
    const batches = this.whileAllowed(batchesOf(request), request)
    const result = await ingest(this.writer, batches, { device, clock: this.settings.clock })
    this.metrics.countIngested(result)
    return result
  }

  /** A body may arrive over many minutes: a token that is revoked meanwhile is refused from then on. */
  private async *whileAllowed<T>(
    batches: AsyncIterable<T>,
    { headers: { authorization } }: FastifyRequest,
  ): AsyncGenerator<T> {
    for await (const batch of batches) {
      await this.devices.ofToken(authorization)
      yield batch
    }
  }

  /** Flags that were set after the probe had arrived, with author and reason. */
  @Get(':id/flags')
  @RequireRight('flag probes')
  @ApiOkResponse({ type: [ProbeFlag] })
  async flags(
    @Param('id', ParseUUIDPipe) id: string,
    @CurrentAccount() reader: Account,
  ): Promise<ProbeFlag[]> {
    await this.requireInScope(id, reader)
    return lateFlagsOf(this.source.manager, id)
  }

  /** Flags a probe as implausible: later runs exclude it, published runs stay as they are. */
  @Post(':id/flags')
  @RequireRight('flag probes')
  @ApiCreatedResponse({ type: [ProbeFlag] })
  async flag(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: FlagBody,
    @CurrentAccount() author: Account,
  ): Promise<ProbeFlag[]> {
    await this.requireInScope(id, author)
    if (!(await flagImplausible(this.source, id, author.name, body.comment)))
      throw new NotFoundException(`there is no probe ${id}`)
    return lateFlagsOf(this.source.manager, id)
  }

  private async requireInScope(id: string, account: Account): Promise<void> {
    if ((await isProbeInScope(this.source.manager, id, account.areas)) === false)
      throw outsideScope(account, `probe ${id}`)
  }

  /**
   * Probes without device, site and exact position: newest first, or cell by cell with a `bbox`. Everybody gets what the devices
   * of sites measured at their sites, and a `bbox` selects the sites. Planners get all probes of their areas as well, with the
   * mobile cell (`cellId`).
   */
  @Get()
  @OptionalSignIn()
  @SelectableFields<ListedProbe>(...SELECTABLE_FIELDS)
  async list(
    @Query() query: ProbesQuery,
    @CurrentAccount() account: Account | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedProbe>> {
    void reply.header('cache-control', 'private, no-cache').header('vary', 'cookie')
    const isPlanner = account !== undefined && hasRight(account, 'read every probe')
    const isEverywhere = isPlanner && account.areas === null
    const limit = query.limit ?? DEFAULT_LIMIT
    const box = boxOf(query.bbox)
    const order = orderOf(query)
    const { json, last, hasMore } = await listProbes(this.source.manager, {
      order,
      after: keysetPositionOf(query.cursor, order),
      cell: query.cell ? cellToSql(query.cell) : null,
      ofSites: !isPlanner,
      scope: isPlanner ? account.areas : null,
      place: box && {
        box,
        ranges: rangesCovering(isEverywhere ? box : expandedBox(box), WORKING_RESOLUTION),
      },
      since: query.since ?? null,
      until: query.until ?? null,
      limit,
    })
    const next = hasMore && last ? encodeCursor(`${order} ${last.cell} ${last.measuredAt} ${last.id}`) : null
    return new PreserializedPage<ListedProbe>(json, next)
  }
}

/** Everywhere in the country more than the distance that a probe may be away from its site. */
const BOX_MARGIN_DEGREES = 0.05

const expandedBox = ({ west, south, east, north }: Bounds): Bounds => ({
  west: west - BOX_MARGIN_DEGREES,
  south: south - BOX_MARGIN_DEGREES,
  east: east + BOX_MARGIN_DEGREES,
  north: north + BOX_MARGIN_DEGREES,
})

/**
 * Chooses the order that finds the page by an index: in order of time, a box would be found by reading all probes
 * outside it; cell by cell, a period by reading all other times.
 */
function orderOf({ sort, bbox, cell, since, until }: ProbesQuery): ProbeOrder {
  const order = sort ?? (bbox ? 'cell' : '-measuredAt')
  if (bbox && order !== 'cell')
    throw new BadRequestException(`sort must be cell where there is a bbox; it is "${sort}"`)
  if (order === 'cell' && !bbox && !cell && (since ?? until) !== undefined)
    throw new BadRequestException(
      'sort must be -measuredAt or measuredAt where there is since or until and no cell or bbox; it is "cell"',
    )
  return order
}

/** A cursor contains the order for which it was made: in another order it would be another place. */
function keysetPositionOf(cursor: string | undefined, order: ProbeOrder): ProbeKey | null {
  if (!cursor) return null
  const [, cell, measuredAt, id] = decodeCursor(cursor, new RegExp(`^${order} ${CURSOR_PATTERN}$`), '').split(
    ' ',
  )
  return { cell: cell!, measuredAt: measuredAt!, id: id! }
}

function batchesOf(request: FastifyRequest) {
  if (isNdjson(request)) return readNdjsonBatches(request.body as Readable)
  if (typeof request.body !== 'object' || request.body === null)
    throw new BadRequestException('The body must be a JSON object, an array of objects, or NDJSON.')
  return chunksOf(recordsOfBody(request.body))
}

/** Validation blocks the event loop: other requests get a turn after each chunk. */
const CHUNK_SIZE = 500

async function* chunksOf<T>(items: T[]): AsyncGenerator<T[]> {
  for (let i = 0; i < items.length; i += CHUNK_SIZE) {
    if (i > 0) await new Promise((resolve) => setImmediate(resolve))
    yield items.slice(i, i + CHUNK_SIZE)
  }
}

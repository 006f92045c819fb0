import { ZONE_ID, birthRunOf } from '#domain/zone'
import {
  type PastZoneEvent,
  type ZoneDetail,
  type ZoneOrder,
  type ZoneRow,
  type ZonePageQuery,
  eventsOfZone,
  findZone,
  listZones,
} from '#store/zones'
import { Controller, Get, Header, NotFoundException, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import {
  DEFAULT_LIMIT,
  type Page,
  boxOf,
  decodeOrderedCursor,
  orderedCursorKey,
  pageOf,
} from '../http/page.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { RunResolver } from '../runs/run-resolver.js'
import { ZoneQuery, ZonesQuery } from './zones.dto.js'

export interface ListedZone extends ZoneRow {
  run: number
}

const ZONE_FIELDS = [
  'id',
  'class',
  'communeCode',
  'provinceCode',
  'regionCode',
  'cellCount',
  'population',
  'siteCount',
  'bbox',
  'run',
] as const

/** Cursor: number of cells, then id. */
const CURSOR_FORM = `(\\d{1,9}) (${ZONE_ID.source.slice(1, -1)})`

function keysetPositionOf(cursor: string | undefined, order: ZoneOrder): ZonePageQuery['after'] {
  const [cellCount, id] = decodeOrderedCursor(cursor, order, CURSOR_FORM) ?? []
  return id === undefined ? null : { cellCount: Number(cellCount), id }
}

export interface ZoneWithEvents extends ZoneDetail {
  /** Its birth, growth, splits and other events, in order. */
  events: PastZoneEvent[]
}

/** Zones: connected cells of one class in one commune, with an identity that lasts from run to run. */
@ApiTags('zones')
@Controller('api/v1/zones')
export class ZonesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** The zones of a run: the given run, or the newest run of the rule. */
  @Get()
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('run', 'changes')
  @SelectableFields<ListedZone>(...ZONE_FIELDS)
  async list(@Query() query: ZonesQuery): Promise<Page<ListedZone>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const box = boxOf(query.bbox)
    const order = query.sort ?? 'id'
    const after = keysetPositionOf(query.cursor, order)
    const run = await this.runs.resolve(query)
    const rows = await listZones(this.source.manager, run, {
      order,
      class: query.class ?? null,
      area: query.area ?? null,
      box,
      after,
      limit,
    })
    return pageOf(
      rows,
      limit,
      ({ cellCount, id }) => orderedCursorKey(order, cellCount, id),
      (row) => ({ ...row, run: run.id }),
    )
  }

  /** One zone with its cells, its outline and its events, in a run or in its latest version. */
  @Get(':id')
  @Header('cache-control', REVALIDATE)
  async one(@Param('id') id: string, @Query() query: ZoneQuery): Promise<ZoneWithEvents> {
    const run = query.run === undefined ? null : await this.runs.byId(query.run)
    const key = ZONE_ID.test(id) ? { id, born: birthRunOf(id) } : null
    const zone = key && (await findZone(this.source.manager, key, run))
    if (!zone) throw new NotFoundException(`no zone has the id "${id}"${run ? ` in run ${run.id}` : ''}`)
    return { ...zone, events: await eventsOfZone(this.source.manager, key) }
  }
}

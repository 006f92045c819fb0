import { ZONE_ID, birthRunOf } from '#domain/zone'
import {
  type PastZoneEvent,
  type ZoneDetail,
  type ZoneOrder,
  type ZoneRow,
  type ZoneSearch,
  eventsOfZone,
  findZone,
  listZones,
} from '#store/zones'
import { Controller, Get, Header, NotFoundException, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, boxOf, decodeCursor, pageOf } from '../http/page.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { ConditionalGet } from '../http/conditional-get.js'
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

/** A cursor holds the order it was made in. */
function keysetPositionOf(cursor: string | undefined, order: ZoneOrder): ZoneSearch['after'] {
  const key = decodeCursor(cursor, new RegExp(`^${order} \\d{1,9} ${ZONE_ID.source.slice(1)}`), '')
  if (key === '') return null
  const [, cellCount, id] = key.split(' ') as [string, string, string]
  return { cellCount: Number(cellCount), id }
}

export interface ZoneWithEvents extends ZoneDetail {
  /** Its birth, growth, splits … in order. */
  events: PastZoneEvent[]
}

/** Connected cells of one class in one commune, with an identity that lasts. */
@ApiTags('zones')
@Controller('api/v1/zones')
export class ZonesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Zones that stand in a run: the one named, or the rule's newest. */
  @Get()
  @Header('cache-control', 'no-cache')
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
      rows.map((row) => ({ ...row, run: run.id })),
      limit,
      (zone) => `${order} ${zone.cellCount} ${zone.id}`,
    )
  }

  /** One zone with its cells, its outline and its events, as it stood in a run, or as it was last. */
  @Get(':id')
  @Header('cache-control', 'no-cache')
  async one(@Param('id') id: string, @Query() query: ZoneQuery): Promise<ZoneWithEvents> {
    const run = query.run === undefined ? null : await this.runs.byId(query.run)
    const zone = ZONE_ID.test(id) ? { id, born: birthRunOf(id) } : null
    const found = zone && (await findZone(this.source.manager, zone, run))
    if (!found) throw new NotFoundException(`no zone has the id "${id}"${run ? ` in run ${run.id}` : ''}`)
    return { ...found, events: await eventsOfZone(this.source.manager, zone) }
  }
}

import {
  STABILITY_DRAWS,
  type Factor,
  type UnitCosts,
  type Weights,
  UNIT_COSTS,
  WEIGHT_LIMITS,
  formatAmounts,
} from '#domain/priority'
import { csvTable, xlsxTable } from '#formats/export'
import { isSimulated } from '#store/sites'
import { nameZones } from '#store/zones'
import { Controller, Get, Header, Param, ParseIntPipe, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { decodeCursor, encodeCursor } from '../http/page.dto.js'
import { RunResolver } from '../runs/run-resolver.js'
import { FactorCache } from './factors.js'
import {
  PrioritiesFileQuery,
  PrioritiesQuery,
  type ZoneChoice,
  unitCostsOf,
  weightsOf,
} from './priorities.dto.js'
import {
  type PriorityZone,
  type Ranking,
  priorityZone,
  rankedZones,
  rankingOf,
  stabilityOf,
} from './ranking.js'
import {
  PROVENANCE_COLUMNS,
  STABILITY_COLUMNS,
  ZONE_COLUMNS,
  provenanceRowValues,
  stabilityRowValues,
  zoneRowValues,
} from './table.js'

const DEFAULT_TOP = 50
const DEFAULT_PAGE = 50
const DEFAULT_ROWS = 1_000

export interface Priorities {
  run: number
  /** Time at which localities and sites were counted. */
  takenAt: Date
  /** Always true: weights and unit costs are assumptions of the project or of the planner, since none are official. */
  assumption: true
  weights: Weights
  unitCosts: UnitCosts
  /** Factors without any data. They are part of no score. */
  leftOut: Factor[]
  /** Number of white and grey zones that are ranked. */
  zones: number
  /** Number of random draws of the weights from which the stability of ranks is computed. */
  draws: number
  /** Number of zones that count as "the first ones". */
  top: number
  items: PriorityZone[]
  next: string | null
}

/** The white and grey zones ranked by the planner's weights, with the stability of their ranks. */
@ApiTags('priorities')
@Controller('api/v1/runs/:id')
export class PrioritiesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly factors: FactorCache,
  ) {}

  /** The zones with their factors, rank and stability, by descending score. */
  @Get('priorities')
  @Header('cache-control', REVALIDATE)
  async list(@Param('id', ParseIntPipe) id: number, @Query() query: PrioritiesQuery): Promise<Priorities> {
    const limit = query.limit ?? DEFAULT_PAGE
    const after = Number(decodeCursor(query.cursor, /^[1-9]\d{0,8}$/, '0'))
    const ranking = await this.ranking(id, query)
    const { run, takenAt, weights, unitCosts, table, chosen, order, top } = ranking
    const next = after + limit < order.length ? encodeCursor(String(after + limit)) : null
    return {
      run: run.id,
      takenAt,
      assumption: true,
      weights,
      unitCosts,
      leftOut: table.leftOut,
      zones: chosen.length,
      draws: STABILITY_DRAWS,
      top,
      items: await this.zones(ranking, after, limit),
      next,
    }
  }

  /** The zones as a CSV table; each line has its run, rule, dates and weights. */
  @Get('priorities.csv')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="priorities.csv"')
  async csv(@Param('id', ParseIntPipe) id: number, @Query() query: PrioritiesFileQuery): Promise<string> {
    return csvTable(await this.asTable(id, query))
  }

  /** The zones as an Excel workbook. */
  @Get('priorities.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="priorities.xlsx"')
  async xlsx(@Param('id', ParseIntPipe) id: number, @Query() query: PrioritiesFileQuery): Promise<Buffer> {
    return xlsxTable(await this.asTable(id, query))
  }

  private async ranking(id: number, query: ZoneChoice): Promise<Ranking> {
    const request = {
      weights: weightsOf(query.weights),
      unitCosts: unitCostsOf(query.unitCosts),
      class: query.class ?? null,
      area: query.area ?? null,
      top: query.top ?? DEFAULT_TOP,
    }
    const run = await this.runs.byId(id)
    return rankingOf(run, await this.factors.of(run), request)
  }

  private async zones(ranking: Ranking, after: number, limit: number): Promise<PriorityZone[]> {
    const rows = ranking.order.slice(after, after + limit)
    const ids = rows.map(({ index }) => ranking.table.zones[index]!.id)
    const names = await nameZones(this.source.manager, ranking.run, ids)
    const stabilities = await stabilityOf(ranking, rows)
    return rankedZones(ranking, rows, names).map((zone, i) => priorityZone(zone, stabilities[i]!))
  }

  private async asTable(id: number, query: PrioritiesFileQuery) {
    const ranking = await this.ranking(id, query)
    const zones = await this.zones(ranking, 0, query.limit ?? DEFAULT_ROWS)
    const provenance = provenanceRowValues({
      run: ranking.run,
      takenAt: ranking.takenAt,
      weights: formatAmounts(ranking.weights, WEIGHT_LIMITS),
      unitCosts: formatAmounts(ranking.unitCosts, UNIT_COSTS),
      isSimulated: await isSimulated(this.source.manager),
    })
    return {
      columns: [...ZONE_COLUMNS, ...STABILITY_COLUMNS, ...PROVENANCE_COLUMNS],
      rows: zones.map((zone) => [
        ...zoneRowValues(zone),
        ...stabilityRowValues(zone, ranking.top),
        ...provenance,
      ]),
    }
  }
}

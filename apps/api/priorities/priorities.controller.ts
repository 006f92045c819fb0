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
import { encodeCursor, decodeCursor } from '../http/page.dto.js'
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
  XLSX_MEDIA_TYPE,
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
  /** When localities and sites were counted. */
  takenAt: Date
  /** True: weights and unit costs are the project's assumption, or the planner's; no official ones are known. */
  assumption: true
  weights: Weights
  unitCosts: UnitCosts
  /** Factors of which nothing is known: they are in no score. */
  leftOut: Factor[]
  /** White and grey zones that are ranked. */
  zones: number
  /** Draws of other weights behind each stability, and how many zones are "the first ones". */
  draws: number
  top: number
  items: PriorityZone[]
  next: string | null
}

/** Which white and grey zones come first by the planner's weights, and how firmly. */
@ApiTags('priorities')
@Controller('api/v1/runs/:id')
export class PrioritiesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly factors: FactorCache,
  ) {}

  /** The zones from the highest score, with their factors, rank and stability. */
  @Get('priorities')
  @Header('cache-control', 'no-cache')
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

  /** The same as a table, each line with its run, rule, dates and weights. */
  @Get('priorities.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="priorities.csv"')
  async csv(@Param('id', ParseIntPipe) id: number, @Query() query: PrioritiesFileQuery): Promise<string> {
    return csvTable(await this.asTable(id, query))
  }

  /** The same as a workbook. */
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
    const firm = await stabilityOf(ranking, rows)
    return rankedZones(ranking, rows, names).map((zone, i) => priorityZone(zone, firm[i]!))
  }

  /** Each line carries where its figures come from: a sheet is cut and pasted. */
  private async asTable(id: number, query: PrioritiesFileQuery) {
    const ranking = await this.ranking(id, query)
    const zones = await this.zones(ranking, 0, query.limit ?? DEFAULT_ROWS)
    const source = provenanceRowValues({
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
        ...source,
      ]),
    }
  }
}

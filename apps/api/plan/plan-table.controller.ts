import { csvTable, xlsxTable } from '#formats/export'
import { type PlanItemRow, listPlan, latestPlanRun } from '#store/plan'
import { type RunRow } from '#store/runs'
import { Controller, Get, Header, Query, UnprocessableEntityException } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { RUN_COLUMNS, runValuesOf } from '../runs/run-columns.js'
import { planFilterOf } from './plan.controller.js'
import { PlanFilterQuery } from './plan.dto.js'

/** Limits of the rows of a table, because it is built in memory. A longer list must be read page by page. */
const MAX_ROWS = { csv: 100_000, xlsx: 20_000 } as const

/** The plan as a table, with the same filters as the list. */
@ApiTags('plan')
@Controller('api/v1/plan')
export class PlanTableController {
  constructor(private readonly source: DataSource) {}

  /** The list as a table; each line has its run, rule and dates. */
  @Get('table.csv')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="plan.csv"')
  @Header('cache-control', REVALIDATE)
  async csv(@Query() query: PlanFilterQuery): Promise<string> {
    return csvTable(await this.table(query, MAX_ROWS.csv))
  }

  /** The list as a workbook. */
  @Get('table.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="plan.xlsx"')
  @Header('cache-control', REVALIDATE)
  async xlsx(@Query() query: PlanFilterQuery): Promise<Buffer> {
    return xlsxTable(await this.table(query, MAX_ROWS.xlsx))
  }

  private async table(query: PlanFilterQuery, maxRows: number) {
    const page = { ...planFilterOf(query), sort: 'code', after: '', limit: maxRows + 1 } as const
    const items = await listPlan(this.source.manager, page)
    if (items.length > maxRows)
      throw new UnprocessableEntityException(
        `the list has more than ${maxRows} lines: choose an area, or read /api/v1/plan page by page`,
      )
    const run = (await latestPlanRun(this.source.manager)) ?? null
    return { columns: COLUMNS, rows: items.map((item) => rowOf(item, run)) }
  }
}

const COLUMNS = [
  'code',
  'name_fr',
  'name_ar',
  'area_code',
  'locality_id',
  'zone_id',
  'lat',
  'lng',
  'cells',
  'operator',
  'technology',
  'target_bps',
  'awarded_on',
  'started_on',
  'promised_by',
  'in_service_on',
  'step',
  'state',
  'state_since',
  'cells_measured',
  'samples',
  'passes',
  'last_measured_at',
  'version',
  'comment',
  'author',
  'changed_at',
  'source',
  ...RUN_COLUMNS,
  'simulated',
]

const rowOf = (item: PlanItemRow, run: RunRow | null) => [
  item.code,
  item.nameFr,
  item.nameAr,
  item.areaCode,
  item.localityId,
  item.zoneId,
  item.lat,
  item.lng,
  item.cells,
  item.operator,
  item.technology,
  item.targetBps,
  item.awardedOn,
  item.startedOn,
  item.promisedBy,
  item.inServiceOn,
  item.step,
  item.state,
  item.since.toISOString(),
  item.evidence?.cellsMeasured ?? null,
  item.evidence?.samples ?? null,
  item.evidence?.passes ?? null,
  item.evidence?.lastMeasuredAt ? new Date(item.evidence.lastMeasuredAt).toISOString() : null,
  item.version,
  item.comment,
  item.author,
  item.changedAt.toISOString(),
  item.source,
  ...runValuesOf(run),
  String(item.simulated),
]

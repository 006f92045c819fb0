import { csvTable, xlsxTable } from '#formats/export'
import { type AreaFigures, type AreaRow, figuresOfAreas } from '#store/areas'
import { isSimulated } from '#store/sites'
import { CLASSES } from '#domain/verdict'
import { Controller, Get, Header, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { RUN_COLUMNS, runValuesOf } from '../runs/run-columns.js'
import { RunResolver } from '../runs/run-resolver.js'
import { FiguresQuery } from './areas.dto.js'
import { requireArea } from './require-area.js'

export interface AreaTable {
  run: number
  /** The area whose inner areas are listed; null for the country. */
  parent: AreaRow | null
  items: AreaFigures[]
}

/** The table beside the map: the areas inside an area, each with its cells, people and sites by class. */
@ApiTags('areas')
@Controller('api/v1/areas')
export class FiguresController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** The areas inside an area, each with its cells, people and sites by class. */
  @Get('table')
  @Header('cache-control', REVALIDATE)
  async table(@Query() query: FiguresQuery): Promise<AreaTable> {
    const { run, parent, items } = await this.figures(query)
    return { run: run.id, parent, items }
  }

  /** The same table as a CSV file. */
  @Get('table.csv')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="areas.csv"')
  async csv(@Query() query: FiguresQuery): Promise<string> {
    return csvTable(await this.asTable(query))
  }

  /** The same table as an Excel workbook. */
  @Get('table.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="areas.xlsx"')
  async xlsx(@Query() query: FiguresQuery): Promise<Buffer> {
    return xlsxTable(await this.asTable(query))
  }

  private async figures(query: FiguresQuery) {
    const db = this.source.manager
    const parent = query.parent ? await requireArea(db, query.parent) : null
    const run = await this.runs.resolve(query)
    return { run, parent, items: await figuresOfAreas(db, run, parent) }
  }

  private async asTable(query: FiguresQuery) {
    const { run, items } = await this.figures(query)
    const simulated = String(await isSimulated(this.source.manager))
    return { columns: COLUMNS, rows: items.map((area) => [...rowOf(area), ...runValuesOf(run), simulated]) }
  }
}

/** Names of the figures that are counted by the class of their own cell. */
const COUNTED_BY_CLASS = ['localities', 'people', 'sites'] as const

const COLUMNS = [
  'code',
  'level',
  'name_fr',
  'name_ar',
  'population',
  'rank',
  ...[...CLASSES, 'not_measured'].map((name) => `cells_${name}`),
  'cells_unknown_served',
  'cells_unknown_none_tried',
  'cells_white_before',
  ...COUNTED_BY_CLASS.flatMap((counted) => CLASSES.map((colour) => `${counted}_${colour}`)),
  ...RUN_COLUMNS,
  'simulated',
]

const rowOf = ({
  code,
  level,
  nameFr,
  nameAr,
  population,
  rank,
  cells,
  partial,
  whiteBefore,
  ...counts
}: AreaFigures) => [
  code,
  level,
  nameFr,
  nameAr,
  population,
  rank,
  ...CLASSES.map((colour) => cells?.[colour] ?? null),
  cells?.notMeasured ?? null,
  partial?.served ?? null,
  partial?.noneTried ?? null,
  whiteBefore,
  ...COUNTED_BY_CLASS.flatMap((counted) => CLASSES.map((colour) => counts[counted][colour])),
]

import { csvTable, xlsxTable } from '#formats/export'
import { type AreaFigures, type AreaRow, figuresOfAreas, findArea } from '#store/areas'
import { type RunRow } from '#store/runs'
import { isSimulated } from '#store/sites'
import { CLASSES } from '#domain/verdict'
import { Controller, Get, Header, NotFoundException, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import { FiguresQuery } from './areas.dto.js'

const XLSX_MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export interface AreaTable {
  run: number
  /** Null: the country. */
  parent: AreaRow | null
  items: AreaFigures[]
}

/** The numbers beside the map: the areas inside one, each with its cells, people and sites by class. */
@ApiTags('areas')
@Controller('api/v1/areas')
export class FiguresController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** The areas inside one, each with its cells, people and sites by class. */
  @Get('table')
  @Header('cache-control', 'no-cache')
  async table(@Query() query: FiguresQuery): Promise<AreaTable> {
    const { run, parent, items } = await this.figures(query)
    return { run: run.id, parent, items }
  }

  /** The same as a CSV file. */
  @Get('table.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="areas.csv"')
  async csv(@Query() query: FiguresQuery): Promise<string> {
    return csvTable(await this.asTable(query))
  }

  /** The same as an Excel sheet. */
  @Get('table.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="areas.xlsx"')
  async xlsx(@Query() query: FiguresQuery): Promise<Buffer> {
    return xlsxTable(await this.asTable(query))
  }

  private async figures(query: FiguresQuery) {
    const db = this.source.manager
    const parent = query.parent ? ((await findArea(db, query.parent)) ?? null) : null
    if (query.parent && !parent) throw new NotFoundException(`no area has the code "${query.parent}"`)
    const run = await this.runs.resolve(query)
    return { run, parent, items: await figuresOfAreas(db, run, parent) }
  }

  /** Each line carries where its figures come from: a sheet is cut and pasted. */
  private async asTable(query: FiguresQuery) {
    const { run, items } = await this.figures(query)
    const simulated = String(await isSimulated(this.source.manager))
    return { columns: COLUMNS, rows: items.map((area) => [...rowOf(area), ...runColumnsOf(run), simulated]) }
  }
}

const BY_CLASS = ['localities', 'people', 'sites'] as const

const COLUMNS = [
  'code',
  'level',
  'name_fr',
  'name_ar',
  'population',
  'rank',
  ...[...CLASSES, 'not_measured'].map((name) => `cells_${name}`),
  'cells_white_before',
  ...BY_CLASS.flatMap((of) => CLASSES.map((colour) => `${of}_${colour}`)),
  'run',
  'rule',
  'rule_version',
  'from',
  'to',
  'simulated',
]

const rowOf = ({ code, level, nameFr, nameAr, population, rank, cells, whiteBefore, ...by }: AreaFigures) => [
  code,
  level,
  nameFr,
  nameAr,
  population,
  rank,
  ...CLASSES.map((colour) => cells?.[colour] ?? null),
  cells?.notMeasured ?? null,
  whiteBefore,
  ...BY_CLASS.flatMap((of) => CLASSES.map((colour) => by[of][colour])),
]

const runColumnsOf = ({ id, rule, ruleVersion, from, to }: RunRow) => [
  id,
  rule,
  ruleVersion,
  from.toISOString(),
  to.toISOString(),
]

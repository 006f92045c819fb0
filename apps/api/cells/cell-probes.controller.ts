import { isJudgeableSample, isPassingSample } from '#domain/verdict'
import { WORKING_RESOLUTION, cellToSql, isServedCell, resolutionOf } from '#geo'
import { type CellProbe, type ProbeGrain, hasWithheldProbes, probesOfCell } from '#store/probes'
import { findRule } from '#store/runs'
import { BadRequestException, Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { RequireRole } from '../people/guard.js'
import { RunResolver } from '../runs/run-choice.js'
import { CellProbesQuery } from './cell-probes.dto.js'

export interface JudgedProbe extends Omit<CellProbe, 'localHour'> {
  /** Whether it meets the rule; null: the run's verdict does not rest on it. */
  passes: boolean | null
}

export interface CellProbesPage extends Page<JudgedProbe> {
  h3: string
  run: number
  /** True where some are not shown: too few devices measured alike. */
  withheld: boolean
}

const CURSOR_PATTERN = /^[0-9T:.Z-]{20,30} [0-9a-f-]{32,36}$/
/** After every probe. */
const NEWEST = '9999-01-01T00:00:00.000Z g'

/** What a cell's verdict rests on. */
@ApiTags('cells')
@Controller('api/v1/cells/:h3/probes')
export class CellProbesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * The probes in a run's window, newest first, told apart from who made them: to the hour, without device or site; lines of
   * sites, and others only where enough devices measured alike.
   */
  @Get()
  @Header('cache-control', 'no-cache')
  list(@Param('h3') h3: string, @Query() query: CellProbesQuery): Promise<CellProbesPage> {
    return this.page(h3, query, 'hour')
  }

  /** All of them, to the moment, with device and site. */
  @Get('all')
  @RequireRole('planner')
  @Header('cache-control', 'no-store')
  all(@Param('h3') h3: string, @Query() query: CellProbesQuery): Promise<CellProbesPage> {
    return this.page(h3, query, 'moment')
  }

  private async page(h3: string, query: CellProbesQuery, grain: ProbeGrain): Promise<CellProbesPage> {
    const db = this.source.manager
    const limit = query.limit ?? DEFAULT_LIMIT
    const [at, id] = decodeCursor(query.cursor, CURSOR_PATTERN, NEWEST).split(' ') as [string, string]
    const run = await this.runs.resolve(query)
    const rule = (await findRule(db, run.rule, run.ruleVersion))!
    const cell = workingCellOf(h3)
    const rows = await probesOfCell(db, run, cell, { grain, before: { at, id }, limit })
    const items = rows.map(({ localHour, ...row }): JudgedProbe => {
      const judged = { ...row, measuredAt: row.measuredAt.toISOString() }
      return {
        ...row,
        passes:
          row.counted && isJudgeableSample(rule, judged, localHour) ? isPassingSample(rule, judged) : null,
      }
    })
    const last = items.at(-1)
    const next =
      last && items.length === limit ? encodeCursor(`${last.measuredAt.toISOString()} ${last.id}`) : null
    const withheld = grain === 'hour' && (await hasWithheldProbes(db, run, cell))
    return { h3, run: run.id, withheld, items, next }
  }
}

function workingCellOf(h3: string): string {
  if (!isServedCell(h3) || resolutionOf(h3) !== WORKING_RESOLUTION)
    throw new BadRequestException(`h3 must be an H3 cell of resolution ${WORKING_RESOLUTION}; it is "${h3}"`)
  return cellToSql(h3)
}

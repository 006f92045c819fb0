import type { Rule } from '#domain/rule'
import { isJudgeableSample, isPassingSample } from '#domain/verdict'
import { isCellWithin } from '#store/areas'
import type { Account } from '#store/people'
import { type CellProbe, type ProbeGrain, hasWithheldProbes, probesOfCell } from '#store/probes'
import { Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { CurrentAccount } from '../people/role-guard.js'
import { RequireRight } from '../people/route-rights.js'
import { outsideScope } from '../people/scope-refusal.js'
import { RunResolver } from '../runs/run-resolver.js'
import { workingCellOf } from './cell-index.js'
import { CellProbesQuery } from './cell-probes.dto.js'

export interface JudgedProbe extends Omit<CellProbe, 'localHour'> {
  /** Whether it meets the rule; null if the run's verdict does not use it. */
  passes: boolean | null
}

export interface CellProbesPage extends Page<JudgedProbe> {
  h3: string
  run: number
  /** Whether some probes are withheld because too few devices measured the same network. */
  withheld: boolean
}

const CURSOR_PATTERN = /^[0-9T:.Z-]{20,30} [0-9a-f-]{32,36}$/
/** A position before the newest probe. */
const NEWEST = '9999-01-01T00:00:00.000Z g'

/** The probes on which a cell's verdict rests. */
@ApiTags('cells')
@Controller('api/v1/cells/:h3/probes')
export class CellProbesController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * The probes in a run's window, newest first, without device or site and with the time to the hour. Those of sites are
   * public; others only where enough devices measured the same network.
   */
  @Get()
  @Header('cache-control', REVALIDATE)
  list(@Param('h3') h3: string, @Query() query: CellProbesQuery): Promise<CellProbesPage> {
    return this.page(h3, query, 'hour')
  }

  /** All probes of the cell, with the exact time, device and site. */
  @Get('all')
  @RequireRight('read every probe')
  @Header('cache-control', 'no-store')
  async all(
    @Param('h3') h3: string,
    @Query() query: CellProbesQuery,
    @CurrentAccount() reader: Account,
  ): Promise<CellProbesPage> {
    workingCellOf('h3', h3)
    if (!(await isCellWithin(this.source.manager, reader.areas, h3))) throw outsideScope(reader, `cell ${h3}`)
    return this.page(h3, query, 'moment')
  }

  private async page(h3: string, query: CellProbesQuery, grain: ProbeGrain): Promise<CellProbesPage> {
    const db = this.source.manager
    const limit = query.limit ?? DEFAULT_LIMIT
    const [at, id] = decodeCursor(query.cursor, CURSOR_PATTERN, NEWEST).split(' ') as [string, string]
    const run = await this.runs.resolve(query)
    const rule = await this.runs.ruleOf(run)
    const cell = workingCellOf('h3', h3)
    const rows = await probesOfCell(db, run, cell, { grain, before: { at, id }, limit })
    const withheld = grain === 'hour' && (await hasWithheldProbes(db, run, cell))
    const page = pageOf(rows, limit, keyOf, (row) => judgedProbe(rule, row))
    return { h3, run: run.id, withheld, ...page }
  }
}

const keyOf = ({ measuredAt, id }: CellProbe) => `${measuredAt.toISOString()} ${id}`

function judgedProbe(rule: Rule, { localHour, ...row }: CellProbe): JudgedProbe {
  const sample = { ...row, measuredAt: row.measuredAt.toISOString() }
  const isJudged = row.counted && isJudgeableSample(rule, sample, localHour)
  return { ...row, passes: isJudged ? isPassingSample(rule, sample) : null }
}

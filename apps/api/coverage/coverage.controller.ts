import { isServedCell, cellToSql } from '#geo'
import {
  type CellClaim,
  type Contradiction,
  type ContradictionCount,
  contradictionKey,
  countContradictions,
  coverageOfCell,
  listContradictions,
} from '#store/coverage'
import { findRule } from '#store/runs'
import { BadRequestException, Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { RunResolver } from '../runs/run-choice.js'
import { RunChoice } from '../runs/runs.dto.js'
import { ContradictionCountsQuery, ContradictionsQuery } from './coverage.dto.js'

export interface ListedContradiction extends Omit<Contradiction, 'cell'> {
  run: number
}

export interface ContradictionCounts {
  run: number
  items: ContradictionCount[]
}

export interface CellClaims {
  run: number
  items: CellClaim[]
}

/** What operators say against what was measured. */
@ApiTags('coverage')
@Controller('api/v1')
export class CoverageController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Declared but refuted, present but undeclared, promised and late: network by network, in the order of cells. */
  @Get('contradictions')
  @Header('cache-control', 'no-cache')
  async list(@Query() query: ContradictionsQuery): Promise<Page<ListedContradiction>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const run = await this.runs.resolve(query)
    const rule = (await findRule(this.source.manager, run.rule, run.ruleVersion))!
    const rows = await listContradictions(this.source.manager, run, rule, {
      area: query.area ?? null,
      kind: query.kind ?? null,
      operator: query.operator ?? null,
      after: decodeCursor(query.cursor, /^\d{19} [a-z_]+ .{1,400}$/u, ''),
      limit,
    })
    return {
      items: rows.map(({ cell: _cell, ...row }) => ({ ...row, run: run.id })),
      next: rows.length === limit ? encodeCursor(contradictionKey(rows.at(-1)!)) : null,
    }
  }

  /** How many cells contradict, by operator or by area. */
  @Get('contradictions/counts')
  @Header('cache-control', 'no-cache')
  async counts(@Query() query: ContradictionCountsQuery): Promise<ContradictionCounts> {
    const run = await this.runs.resolve(query)
    const rule = (await findRule(this.source.manager, run.rule, run.ruleVersion))!
    return { run: run.id, items: await countContradictions(this.source.manager, run, rule, query.by) }
  }

  /** What operators claim of a cell, as a run knew it. */
  @Get('cells/:h3/coverage')
  @Header('cache-control', 'no-cache')
  async ofCell(@Param('h3') h3: string, @Query() choice: RunChoice): Promise<CellClaims> {
    if (!isServedCell(h3)) throw new BadRequestException(`h3 must be an H3 cell; it is "${h3}"`)
    const run = await this.runs.resolve(choice)
    return { run: run.id, items: await coverageOfCell(this.source.manager, cellToSql(h3), run.knownBefore) }
  }
}

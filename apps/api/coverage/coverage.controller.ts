import {
  type CellClaim,
  type Contradiction,
  type ContradictionCount,
  contradictionKey,
  countContradictions,
  coverageOfCell,
  listContradictions,
} from '#store/coverage'
import { Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { servedCellOf } from '../cells/cell-index.js'
import { REVALIDATE } from '../http/cache-policy.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { RunResolver } from '../runs/run-resolver.js'
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

/** Operators' declarations and promises, compared with the measurements. */
@ApiTags('coverage')
@Controller('api/v1')
export class CoverageController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Networks that are declared but refuted, present but undeclared, or promised and late, in the order of their cells. */
  @Get('contradictions')
  @Header('cache-control', REVALIDATE)
  async list(@Query() query: ContradictionsQuery): Promise<Page<ListedContradiction>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const run = await this.runs.resolve(query)
    const rule = await this.runs.ruleOf(run)
    const rows = await listContradictions(this.source.manager, run, rule, {
      area: query.area ?? null,
      kind: query.kind ?? null,
      operator: query.operator ?? null,
      after: decodeCursor(query.cursor, /^\d{19} [a-z_]+ .{1,400}$/u, ''),
      limit,
    })
    return pageOf(rows, limit, contradictionKey, ({ cell: _cell, ...row }) => ({ ...row, run: run.id }))
  }

  /** The number of cells with contradictions, by operator or by area. */
  @Get('contradictions/counts')
  @Header('cache-control', REVALIDATE)
  async counts(@Query() query: ContradictionCountsQuery): Promise<ContradictionCounts> {
    const run = await this.runs.resolve(query)
    const rule = await this.runs.ruleOf(run)
    return { run: run.id, items: await countContradictions(this.source.manager, run, rule, query.by) }
  }

  /** Operators' declarations and promises for a cell, as a run knew them. */
  @Get('cells/:h3/coverage')
  @Header('cache-control', REVALIDATE)
  async ofCell(@Param('h3') h3: string, @Query() choice: RunChoice): Promise<CellClaims> {
    const cell = servedCellOf(h3)
    const run = await this.runs.resolve(choice)
    return { run: run.id, items: await coverageOfCell(this.source.manager, cell, run.knownBefore) }
  }
}

import { STANDINGS, type Standing, changeDirectionOf } from '#domain/verdict'
import { cellToSql } from '#geo'
import {
  type ChangedCell,
  type RunPair,
  type Transition,
  changedCells,
  transitionsBetween,
} from '#store/runs'
import { Controller, Get, Header, Param, ParseIntPipe, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { DEFAULT_LIMIT, type Page, decodeCursor, pageOf } from '../http/page.dto.js'
import { ChangedCellsQuery, DifferenceQuery } from './difference.dto.js'
import { RunResolver } from './run-resolver.js'

export interface Difference {
  /** Id of the run to compare with. */
  from: number
  /** Id of the run of the address. */
  to: number
  area: string | null
  /** Res-8 cells by their class in `from`, then by their class in `to`. */
  counts: Record<Standing, Record<Standing, number>>
  /** Cells nearer to black. */
  better: number
  /** Cells nearer to white. */
  worse: number
  /** Cells that are newly decided, undecided or measured. */
  other: number
}

@ApiTags('runs')
@Controller('api/v1/runs/:id/difference')
export class DifferenceController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * The difference of this run from another one of a different date or rule: the number of cells from class to class.
   */
  @Get()
  @Header('cache-control', REVALIDATE)
  async counts(@Param('id', ParseIntPipe) id: number, @Query() query: DifferenceQuery): Promise<Difference> {
    const runs = await this.pair(id, query.with)
    const area = query.area ?? null
    const transitions = await transitionsBetween(this.source.manager, runs, area)
    return { from: query.with, to: id, area, counts: matrixOf(transitions), ...directionsOf(transitions) }
  }

  /** The cells whose class differs, in the order of their index. */
  @Get('cells')
  @Header('cache-control', REVALIDATE)
  async cells(
    @Param('id', ParseIntPipe) id: number,
    @Query() query: ChangedCellsQuery,
  ): Promise<Page<ChangedCell>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const after = decodeCursor(query.cursor, /^\d{1,19}$/, '0')
    const runs = await this.pair(id, query.with)
    const items = await changedCells(this.source.manager, runs, { area: query.area ?? null, after, limit })
    return pageOf(items, limit, (cell) => cellToSql(cell.h3))
  }

  private async pair(to: number, from: number): Promise<RunPair> {
    return { from: await this.runs.byId(from), to: await this.runs.byId(to) }
  }
}

function matrixOf(transitions: readonly Transition[]): Difference['counts'] {
  const row = () => Object.fromEntries(STANDINGS.map((to) => [to, 0])) as Record<Standing, number>
  const counts = Object.fromEntries(STANDINGS.map((from) => [from, row()])) as Difference['counts']
  for (const { from, to, cells } of transitions) counts[from][to] = cells
  return counts
}

function directionsOf(transitions: readonly Transition[]): Pick<Difference, 'better' | 'worse' | 'other'> {
  const sums = { better: 0, worse: 0, other: 0 }
  for (const { from, to, cells } of transitions) if (from !== to) sums[changeDirectionOf(from, to)] += cells
  return sums
}

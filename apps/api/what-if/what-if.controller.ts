import { CLASSES, type Class, type ClassCounts, type Metric, THRESHOLD_STEPS } from '#domain/verdict'
import type { TileAddress } from '#geo'
import { type StepCount, countsAtSteps } from '#store/verdicts'
import { Controller, Get, Header, Param, ParseIntPipe, Query, Req, Res } from '@nestjs/common'
import { ApiResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { IMMUTABLE } from '../http/cache-policy.js'
import { RunResolver } from '../runs/run-resolver.js'
import { ApiTile } from '../tiles/api-tile.js'
import { TILE_PATH, TileAddressPipe } from '../tiles/tile-address.pipe.js'
import { TileSender } from '../tiles/tile-sender.js'
import { type Steps, nearestStepOf, requireSteps } from './threshold-steps.js'
import { WhatIfQuery } from './what-if.dto.js'

export interface WhatIf {
  run: number
  metric: Metric
  /** The threshold of the request: bit/s, or ms for `latency`. */
  threshold: number
  /** Always true, because no run was made with this threshold. */
  estimate: true
  /** The steps around the threshold at which a run keeps classes. */
  steps: Record<keyof Steps, number>
  /** Res-8 cells at the step nearest to the threshold. */
  counts: ClassCounts
  /** Res-8 cells at either step. */
  bounds: Record<keyof Steps, ClassCounts>
  /** Number of cells whose class depends on the threshold's place between the two steps. */
  uncertain: number
}

/** The map and its totals at another threshold: an estimate from the classes that each run keeps for this purpose. */
@ApiTags('what if')
@Controller()
export class WhatIfController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly tileSender: TileSender,
  ) {}

  /**
   * Counts by class at the step nearest to the threshold, and their bounds: the counts at the laxer and at the stricter
   * step around it.
   */
  @Get('api/v1/runs/:id/what-if')
  @Header('cache-control', IMMUTABLE)
  async totals(@Param('id', ParseIntPipe) id: number, @Query() query: WhatIfQuery): Promise<WhatIf> {
    const run = await this.runs.byId(id)
    const { metric, threshold } = query
    const steps = await requireSteps(this.source.manager, run, query)
    const counts = await countsAtSteps(this.source.manager, run, metric, steps)
    return {
      run: run.id,
      metric,
      threshold,
      estimate: true,
      steps: { lax: THRESHOLD_STEPS[metric][steps.lax]!, strict: THRESHOLD_STEPS[metric][steps.strict]! },
      counts: countsBy(counts, nearestStepOf(query, steps) === steps.lax ? 'lax' : 'strict'),
      bounds: { lax: countsBy(counts, 'lax'), strict: countsBy(counts, 'strict') },
      uncertain: counts.reduce((sum, { lax, strict, n }) => sum + (lax === strict ? 0 : n), 0),
    }
  }

  /** The cells of a tile at the step nearest to the threshold. */
  @Get(`tiles/:run/what-if/${TILE_PATH}`)
  @ApiTile()
  @ApiResponse({ status: 422 })
  tile(
    @Param('run', ParseIntPipe) run: number,
    @Param(TileAddressPipe) tile: TileAddress,
    @Query() { metric, threshold }: WhatIfQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { layer: 'what-if' as const, run, tile, options: { metric, threshold } }
    return this.tileSender.send(request, reply, asked)
  }
}

function countsBy(counts: readonly StepCount[], side: keyof Steps): ClassCounts {
  const cellsOf = (colour: Class) => counts.reduce((sum, row) => sum + (row[side] === colour ? row.n : 0), 0)
  return Object.fromEntries(CLASSES.map((colour) => [colour, cellsOf(colour)])) as unknown as ClassCounts
}

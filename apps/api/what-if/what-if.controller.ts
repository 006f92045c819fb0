import {
  CLASSES,
  type Class,
  type ClassCounts,
  type Metric,
  THRESHOLD_STEPS,
  thresholdStepsAround,
  thresholdOf,
} from '#domain/verdict'
import { WORKING_RESOLUTION, encodeTile, isTile, rangesCovering, resolutionAt } from '#geo'
import { type RunRow, findRule } from '#store/runs'
import { type StepCount, classesInRanges, countsAtSteps, parentsInRanges } from '#store/verdicts'
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  Param,
  ParseIntPipe,
  Query,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import { envelopeWithMargin } from '../tiles/shapes.js'
import { hexagonFeatures } from '../tiles/tile-features.js'
import { WhatIfQuery } from './what-if.dto.js'

interface Steps {
  lax: number
  strict: number
}

export interface WhatIf {
  run: number
  metric: Metric
  /** As asked: bit/s, or ms for `latency`. */
  threshold: number
  /** Always: no run was made of it. */
  estimate: true
  /** The steps around the threshold that a run keeps classes for. */
  steps: Record<keyof Steps, number>
  /** Res-8 cells at the step nearest to the threshold. */
  counts: ClassCounts
  /** Res-8 cells at either step. */
  bounds: Record<keyof Steps, ClassCounts>
  /** Cells whose class hangs on where between the steps the threshold lies. */
  uncertain: number
}

/** Both change only with the run, which never changes. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** What the map and its totals would be if one threshold moved: an estimate, from what each run keeps for it. */
@ApiTags('what if')
@Controller()
export class WhatIfController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * Counts by class at the nearest step of the threshold, and their bounds: the same at the laxer and at the stricter step
   * around it.
   */
  @Get('api/v1/runs/:id/what-if')
  @Header('cache-control', IMMUTABLE)
  async totals(@Param('id', ParseIntPipe) id: number, @Query() query: WhatIfQuery): Promise<WhatIf> {
    const run = await this.runs.byId(id)
    const { metric, threshold } = query
    const steps = await this.stepsOf(run, query)
    const counts = await countsAtSteps(this.source.manager, run, metric, steps)
    const nearest = nearestStepOf(metric, threshold, steps)
    return {
      run: run.id,
      metric,
      threshold,
      estimate: true,
      steps: { lax: THRESHOLD_STEPS[metric][steps.lax]!, strict: THRESHOLD_STEPS[metric][steps.strict]! },
      counts: countsBy(counts, nearest === steps.lax ? 'lax' : 'strict'),
      bounds: { lax: countsBy(counts, 'lax'), strict: countsBy(counts, 'strict') },
      uncertain: counts.reduce((sum, { lax, strict, n }) => sum + (lax === strict ? 0 : n), 0),
    }
  }

  /** The cells of a tile at the nearest step. */
  @Get('tiles/:run/what-if/:z/:x/:file')
  @Header('cache-control', IMMUTABLE)
  @Header('content-type', 'application/vnd.mapbox-vector-tile')
  async tile(
    @Param('run', ParseIntPipe) id: number,
    @Param() params: Record<'z' | 'x' | 'file', string>,
    @Query() query: WhatIfQuery,
  ): Promise<Buffer> {
    const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.file.replace(/\.mvt$/, '')) }
    if (!isTile(tile)) throw new BadRequestException('tile must be z/x/y.mvt')
    const run = await this.runs.byId(id)
    const { metric, threshold } = query
    const step = nearestStepOf(metric, threshold, await this.stepsOf(run, query))
    const resolution = resolutionAt(tile.z)
    const ranges = rangesCovering(envelopeWithMargin(tile), resolution, WORKING_RESOLUTION)
    const rows =
      resolution === WORKING_RESOLUTION
        ? await classesInRanges(this.source.manager, run, { metric, step }, ranges)
        : await parentsInRanges(this.source.manager, run, { metric, step, resolution }, ranges)
    return Buffer.from(encodeTile('cells', hexagonFeatures(rows, tile)))
  }

  private async stepsOf(run: RunRow, { metric, threshold }: WhatIfQuery): Promise<Steps> {
    const rule = (await findRule(this.source.manager, run.rule, run.ruleVersion))!
    if (thresholdOf(rule, metric) === null)
      throw new UnprocessableEntityException(`metric ${metric} is not asked for by the rule "${rule.id}"`)
    const steps = thresholdStepsAround(metric, threshold)
    const ends = [THRESHOLD_STEPS[metric][0], THRESHOLD_STEPS[metric].at(-1)]
    if (!steps)
      throw new UnprocessableEntityException(
        `threshold ${threshold} must lie between ${Math.min(...(ends as number[]))} and ${Math.max(...(ends as number[]))}`,
      )
    return steps
  }
}

/** By ratio: speeds and latencies are told apart by factors. */
function nearestStepOf(metric: Metric, threshold: number, { lax, strict }: Steps): number {
  const far = (step: number) => Math.abs(Math.log(THRESHOLD_STEPS[metric][step]! / threshold))
  return far(lax) <= far(strict) ? lax : strict
}

function countsBy(counts: readonly StepCount[], side: 'lax' | 'strict'): ClassCounts {
  const of = (colour: Class) => counts.reduce((sum, row) => sum + (row[side] === colour ? row.n : 0), 0)
  return Object.fromEntries(CLASSES.map((colour) => [colour, of(colour)])) as unknown as ClassCounts
}

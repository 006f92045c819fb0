import { type PartialCounts, partialCountsOfRun } from '#store/verdicts'
import { Controller, Get, Header, Param, ParseIntPipe } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { IMMUTABLE } from '../http/cache-policy.js'
import { PromiseCache } from '../http/promise-cache.js'
import { RunResolver } from './run-resolver.js'

/** Parts of a run's undecided cells. */
@ApiTags('runs')
@Controller('api/v1/runs')
export class PartialController {
  /** Counts by run. Each costs a scan of the run's verdicts. */
  private readonly counts = new PromiseCache<PartialCounts>({ max: 200 })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /**
   * The undecided cells of a run that at least one operator serves (`served`), and those that none of the operators serves
   * that were tried (`noneTried`). Both are part of the run's `unknown`; both are 0 under a rule without a roster.
   */
  @Get(':id/partial')
  @Header('cache-control', IMMUTABLE)
  async partial(@Param('id', ParseIntPipe) id: number): Promise<PartialCounts> {
    return this.counts.getOrCompute(String(id), async () =>
      partialCountsOfRun(this.source.manager, await this.runs.byId(id)),
    )
  }
}

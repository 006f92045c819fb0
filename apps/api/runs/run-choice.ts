import { type RunRow, findRun, latestRun } from '#store/runs'
import { Injectable, NotFoundException } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'
import type { RunChoice } from './runs.dto.js'

export const DEFAULT_RULE = 'ma-floor'

/** Finds the run that a request speaks of. Runs are immutable, so one that was read once is remembered. */
@Injectable()
export class RunResolver {
  private readonly cache = new LRUCache<number, RunRow>({ max: 1_000 })

  constructor(private readonly source: DataSource) {}

  async resolve({ run, rule, date }: RunChoice): Promise<RunRow> {
    return run === undefined ? this.latest(rule ?? DEFAULT_RULE, date) : this.byId(run)
  }

  async latest(rule: string, date?: string): Promise<RunRow> {
    const run = await latestRun(this.source.manager, rule, date)
    if (!run) throw new NotFoundException(`the rule "${rule}" has no run ${date ? `by ${date}` : 'yet'}`)
    return run
  }

  async byId(id: number): Promise<RunRow> {
    const run = this.cache.get(id) ?? (await findRun(this.source.manager, id))
    if (!run) throw new NotFoundException(`there is no run ${id}`)
    this.cache.set(id, run)
    return run
  }
}

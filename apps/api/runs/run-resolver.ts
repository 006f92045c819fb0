import type { Rule } from '#domain/rule'
import type { Queryable } from '#store/database'
import { type RunRow, findRule, findRun, latestRun } from '#store/runs'
import { Injectable, NotFoundException } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'
import type { RunChoice } from './runs.dto.js'

/** The rule of a request that names none. */
export const DEFAULT_RULE = 'ma-floor'

/** The exact version of the rule that a run used. Versions are never deleted. */
export const ruleOf = async (db: Queryable, { rule, ruleVersion }: RunRow): Promise<Rule> =>
  (await findRule(db, rule, ruleVersion))!

/** Finds the run of a request. Runs are immutable, so a run is read only once and then kept in memory. */
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
    if (!run) throw new NotFoundException(`run ${id} not found`)
    this.cache.set(id, run)
    return run
  }

  ruleOf(run: RunRow): Promise<Rule> {
    return ruleOf(this.source.manager, run)
  }
}

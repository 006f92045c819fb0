import {
  type ServiceChoice,
  DEPLOYABLE_TECHNOLOGIES,
  type Deployed,
  UNIT_COSTS,
  type UnitCosts,
  WEIGHT_LIMITS,
  type Weights,
  formatAmounts,
} from '#domain/priority'
import { csvTable, xlsxTable } from '#formats/export'
import { type RunRow } from '#store/runs'
import { isSimulated } from '#store/sites'
import { nameZones } from '#store/zones'
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  HttpException,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Res,
  UnprocessableEntityException,
} from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { LRUCache } from 'lru-cache'
import { createHash } from 'node:crypto'
import { DataSource } from 'typeorm'
import { onAnswerEnd } from '../http/bodies/answer-end.js'
import { CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE } from '../http/media-types.js'
import { refusal } from '../http/problem.js'
import { RunResolver } from '../runs/run-resolver.js'
import { FactorCache } from './factors.js'
import {
  type Allocation,
  type NoAllocation,
  ONE_MORE_MAD,
  allocationOf,
  candidatesFromRanking,
} from './allocation.js'
import { BudgetBody, type Maximised, unitCostsOf, weightsOf } from './priorities.dto.js'
import { type RankedZone, type Ranking, rankedZones, rankingOf } from './ranking.js'
import { SolverSlots } from './solver-slots.js'
import { PROVENANCE_COLUMNS, ZONE_COLUMNS, provenanceRowValues, zoneRowValues } from './table.js'

/** A zone with the network that it gets. */
export interface FundedZone extends RankedZone {
  technology: Deployed
  /** Cost in MAD. */
  cost: number
  /** People, or points of the score, times the share of them that the technology serves. */
  benefit: number
}

export interface OneMoreMillion {
  /** The larger budget in MAD. */
  budget: number
  cost: number
  benefit: number
  /** Zones that only the larger budget serves. */
  added: FundedZone[]
  /** Zones that only the smaller budget serves. */
  dropped: FundedZone[]
  /** Zones that the larger budget serves with another technology. */
  changed: FundedZone[]
}

export interface BudgetAnswer {
  /** Id of this answer, by which its files can be downloaded for some time. */
  id: string
  run: number
  takenAt: Date
  /** Always true: unit costs are assumptions of the project or of the planner, since none are official. */
  assumption: true
  /** The budget in MAD. */
  budget: number
  maximise: Maximised
  technologies: readonly Deployed[]
  weights: Weights
  unitCosts: UnitCosts
  /** `optimal`: within a ten-thousandth of the best; `time_limit`: the best solution found in time. `gap` is about all zones. */
  status: Allocation['status']
  /** The served zones, by descending benefit. */
  zones: FundedZone[]
  /** Total cost in MAD. */
  cost: number
  /** The unspent part of the budget, MAD. */
  remaining: number
  benefit: number
  /** The benefit of serving all zones, at any cost. */
  whole: number
  /** White and grey zones that stay unserved. */
  zonesLeft: number
  /** People in the unserved zones; null if no localities were imported. */
  peopleLeft: number | null
  /** Upper bound of the benefit of every choice. */
  bound: number
  /** Relative gap between the bound and the benefit. */
  gap: number
  candidates: number
  /** Candidates that were decided by the linear relaxation and not by the solver. `bound` includes them. */
  notConsidered: number
  /** Changes with one more million; null if the time limit was reached. */
  oneMore: OneMoreMillion | null
}

interface CachedAnswer {
  answer: BudgetAnswer
  run: RunRow
}

const MAX_CACHED_ANSWERS = 100

/** The result of a budget. */
@ApiTags('priorities')
@Controller('api/v1/runs/:id/budget')
export class BudgetController {
  private readonly answers = new LRUCache<string, CachedAnswer>({ max: MAX_CACHED_ANSWERS })

  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly factors: FactorCache,
    private readonly slots: SolverSlots,
  ) {}

  /** Chooses zones and technologies by a mixed-integer program. The work stops when the client disconnects. */
  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async allocate(
    @Param('id', ParseIntPipe) id: number,
    @Body() body: BudgetBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BudgetAnswer> {
    const ranking = await this.ranking(id, body)
    const key = cacheKeyOf(ranking, body)
    const cached = this.answers.get(key)
    if (cached) return cached.answer
    const signal = abortSignalOf(reply)
    const setRetryAfter = (seconds: number) => void reply.header('retry-after', String(seconds))
    const answer = await this.slots.run(setRetryAfter, () => this.answer(ranking, body, key, signal))
    this.answers.set(key, { answer, run: ranking.run })
    return answer
  }

  /** The zones of a recent answer as a table. */
  @Get(':answer.csv')
  @Header('content-type', CSV_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="budget.csv"')
  async csv(@Param('id', ParseIntPipe) id: number, @Param('answer') answer: string): Promise<string> {
    return csvTable(await this.asTable(id, answer))
  }

  /** The zones of a recent answer as a workbook. */
  @Get(':answer.xlsx')
  @Header('content-type', XLSX_MEDIA_TYPE)
  @Header('content-disposition', 'attachment; filename="budget.xlsx"')
  async xlsx(@Param('id', ParseIntPipe) id: number, @Param('answer') answer: string): Promise<Buffer> {
    return xlsxTable(await this.asTable(id, answer))
  }

  private async ranking(id: number, body: BudgetBody): Promise<Ranking> {
    const request = {
      weights: weightsOf(body.weights),
      unitCosts: unitCostsOf(body.unitCosts),
      class: body.class ?? null,
      area: body.area ?? null,
      top: 0,
    }
    const run = await this.runs.byId(id)
    const ranking = rankingOf(run, await this.factors.of(run), request)
    if (body.maximise === 'people' && ranking.table.leftOut.includes('people') && ranking.chosen.length > 0)
      throw new UnprocessableEntityException(
        refusal(
          'budget_no_people',
          'maximise "people" needs localities with their population, and none were imported: maximise "score"',
        ),
      )
    return ranking
  }

  private async answer(
    ranking: Ranking,
    body: BudgetBody,
    id: string,
    signal: AbortSignal,
  ): Promise<BudgetAnswer> {
    const { budget, maximise } = body
    const technologies = body.technologies ?? DEPLOYABLE_TECHNOLOGIES
    const constraints = {
      oneZonePerRegion: body.oneZonePerRegion ?? false,
      regionShare: body.regionShare ?? 0,
    }
    const candidates = candidatesFromRanking(ranking, maximise, technologies)
    const allocation = await allocationOf(candidates, { budget, constraints, signal })
    if ('reason' in allocation) throw new UnprocessableEntityException(refusalOf(allocation, budget))
    const fundedZoneOf = await this.fundedZoneMapper(ranking, allocation)
    return {
      id,
      run: ranking.run.id,
      takenAt: ranking.takenAt,
      assumption: true,
      budget,
      maximise,
      technologies,
      weights: ranking.weights,
      unitCosts: ranking.unitCosts,
      ...figuresOf(allocation, budget),
      ...unservedBy(ranking, allocation),
      zones: allocation.choices.map(fundedZoneOf),
      oneMore: allocation.oneMore && {
        budget: budget + ONE_MORE_MAD,
        cost: allocation.oneMore.cost,
        benefit: allocation.oneMore.benefit,
        added: allocation.oneMore.added.map(fundedZoneOf),
        dropped: allocation.oneMore.dropped.map(fundedZoneOf),
        changed: allocation.oneMore.changed.map(fundedZoneOf),
      },
    }
  }

  /** A function that adds the names and figures of a zone to a choice. */
  private async fundedZoneMapper(ranking: Ranking, { choices, oneMore }: Allocation) {
    const { table, order } = ranking
    const ids = new Set([...choices, ...(oneMore?.added ?? [])].map(({ id }) => id))
    const rows = order.filter(({ index }) => ids.has(table.zones[index]!.id))
    const names = await nameZones(this.source.manager, ranking.run, [...ids])
    const byId = new Map(rankedZones(ranking, rows, names).map((zone) => [zone.id, zone]))
    return ({ id, technology, cost, benefit }: ServiceChoice): FundedZone => ({
      ...byId.get(id)!,
      technology,
      cost,
      benefit,
    })
  }

  private async asTable(id: number, name: string) {
    const cached = this.answers.get(name)
    if (!cached || cached.run.id !== id)
      throw new NotFoundException(`the answer "${name}" is no longer stored: compute the budget again`)
    const { answer, run } = cached
    const provenance = provenanceRowValues({
      run,
      takenAt: answer.takenAt,
      weights: formatAmounts(answer.weights, WEIGHT_LIMITS),
      unitCosts: formatAmounts(answer.unitCosts, UNIT_COSTS),
      isSimulated: await isSimulated(this.source.manager),
    })
    const rows = answer.zones.map((zone) => [
      zone.technology,
      zone.cost,
      Number(zone.benefit.toFixed(3)),
      ...zoneRowValues(zone),
      answer.budget,
      answer.maximise,
      ...provenance,
    ])
    const columns = ['technology', 'cost_mad', 'benefit', ...ZONE_COLUMNS, 'budget_mad', 'maximise']
    return { columns: [...columns, ...PROVENANCE_COLUMNS], rows }
  }
}

/** Distinguishes a proof from a search that ended without a choice. */
function refusalOf({ reason, minCost }: NoAllocation, budget: number) {
  if (reason === 'not_found')
    return refusal(
      'budget_not_found',
      `no choice within ${budget} MAD that meets the conditions on regions was found, which does not prove that there is none: raise the budget or relax the conditions`,
    )
  const needed = minCost > budget ? `, which cost at least ${Math.ceil(minCost)} MAD` : ''
  return refusal(
    'budget_infeasible',
    `no choice within ${budget} MAD meets the conditions on regions${needed}: raise the budget or relax the conditions`,
  )
}

const figuresOf = (allocation: Allocation, budget: number) => ({
  status: allocation.status,
  cost: allocation.cost,
  remaining: budget - allocation.cost,
  benefit: allocation.benefit,
  whole: allocation.whole,
  bound: allocation.bound,
  gap: allocation.benefit === 0 ? 0 : (allocation.bound - allocation.benefit) / allocation.benefit,
  candidates: allocation.candidates,
  notConsidered: allocation.notConsidered,
})

function unservedBy(
  { table, chosen }: Ranking,
  allocation: Allocation,
): Pick<BudgetAnswer, 'zonesLeft' | 'peopleLeft'> {
  const served = new Set(allocation.choices.map(({ id }) => id))
  const unserved = chosen.map((i) => table.zones[i]!).filter(({ id }) => !served.has(id))
  const people = unserved.reduce((sum, zone) => sum + (zone.people ?? 0), 0)
  return { zonesLeft: unserved.length, peopleLeft: table.leftOut.includes('people') ? null : people }
}

/** Key of the cache: the same request over the same factors has the same answer. */
const cacheKeyOf = ({ run, takenAt, weights, unitCosts }: Ranking, body: BudgetBody): string =>
  createHash('sha256')
    .update(JSON.stringify([run.id, takenAt, weights, unitCosts, Object.entries(body).toSorted()]))
    .digest('hex')
    .slice(0, 32)

/** nginx's status for a client that disconnected: it is no fault of the server, and nobody reads it. */
const CLIENT_CLOSED_REQUEST = 499

/** Aborts when the client closes the connection before the answer, or has closed it already. */
function abortSignalOf(reply: FastifyReply): AbortSignal {
  const abort = new AbortController()
  onAnswerEnd(reply, () => {
    if (!reply.raw.writableFinished)
      abort.abort(new HttpException('the client disconnected', CLIENT_CLOSED_REQUEST))
  })
  return abort.signal
}

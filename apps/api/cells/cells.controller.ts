import { type Bounds } from '#domain/probe'
import { type Rule } from '#domain/rule'
import {
  type Class,
  type ClassCounts,
  type Inferred,
  type JudgedNetwork,
  type NetworkVerdict,
  type Reason,
  dominantClass,
  networkVerdict,
  reasonsOf,
} from '#domain/verdict'
import { cellToSql, centreOf, isServedCell, rangesCovering, resolutionOf, WORKING_RESOLUTION } from '#geo'
import { type PlanOfCell, planOfCell } from '#store/plan'
import { type RunRow, findRule } from '#store/runs'
import { isSimulated } from '#store/sites'
import {
  type AreaOfCell,
  type CellRow,
  type CellSite,
  type NetworkQuantiles,
  type PastVerdict,
  type ProfileRow,
  areasOfCell,
  evidenceAt,
  verdictHistoryOf,
  inferredClasses,
  listVerdicts,
  type ProfileBy,
  profileOf,
  quantilesOf,
  rollupAt,
  sitesOfCell,
  verdictAt,
} from '#store/verdicts'
import { BadRequestException, Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, boxOf, encodeCursor, decodeCursor } from '../http/page.dto.js'
import { SelectableFields } from '../http/fields.js'
import { ConditionalGet } from '../http/unchanged.js'
import { RunResolver } from '../runs/run-choice.js'
import { RunChoice } from '../runs/runs.dto.js'
import { CellsQuery } from './cells.dto.js'

export interface ListedCell {
  h3: string
  verdict: CellRow['class']
  confidence: number
  run: number
}

/** A network's evidence in a cell, judged by the run's rule. */
export interface Network extends Omit<JudgedNetwork, 'lastMeasuredAt'>, Omit<NetworkVerdict, 'state'> {
  /** RFC 3339; null where nobody measured. */
  lastMeasuredAt: string | null
  /** Of passes, by weight, 0 to 1; null where nobody measured. */
  share: number | null
  /** Tenth, middle and nine tenths of what was measured; bit/s and ms. */
  quantiles: Omit<NetworkQuantiles, 'operator' | 'technology'>
}

/** A cell of resolution 4 to 7: what lies beneath. */
interface ParentCell {
  verdict: Class
  /** Res-8 cells beneath by their class. */
  counts: ClassCounts
  rule: RuleVersion
}

/** A cell of resolution 8. */
interface WorkingCell {
  verdict: Class
  /** 0 to 1. */
  confidence: number
  rule: RuleVersion
  /** Why the cell has its class. */
  reasons: Reason[]
  /** What its surroundings suggest where it is undecided: never a verdict. */
  inferred: Inferred | null
  evidence: Network[]
  /** The largest first. */
  areas: AreaOfCell[]
  sites: CellSite[]
  /** What the plan promises here, as it stands now and not at the run's time; no part of the verdict. */
  plan: PlanOfCell[]
  /** The newest first. */
  history: PastVerdict[]
}

export interface RuleVersion {
  id: string
  version: number
}

/** A parent cell has `counts`, a working cell all the rest. */
export interface CellDetail extends Partial<ParentCell>, Partial<WorkingCell> {
  h3: string
  /** Its middle, in degrees. */
  lat: number
  lng: number
  run: RunWindow
  simulated: boolean
  verdict: Class
  rule: RuleVersion
}

/** What a run looked at: probes measured from `from` until before `to`, received before `knownBefore`. */
export type RunWindow = Pick<RunRow, 'id' | 'from' | 'to' | 'knownBefore'>

export interface CellProfile {
  h3: string
  run: number
  /** By hour of the day, Africa/Casablanca. */
  hours: ProfileRow[]
  /** By day of the week, from Monday. */
  weekdays: ProfileRow[]
}

/** Cells and what is known of them. */
@ApiTags('cells')
@Controller('api/v1/cells')
export class CellsController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Cells with a verdict, in the order of their index. With a `bbox` a page may hold fewer cells than `limit`. */
  @Get()
  @Header('cache-control', 'no-cache')
  @ConditionalGet('run')
  @SelectableFields<ListedCell>('h3', 'verdict', 'confidence', 'run')
  async list(@Query() query: CellsQuery): Promise<Page<ListedCell>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const box = boxOf(query.bbox)
    const run = await this.runs.resolve(query)
    const rows = await listVerdicts(this.source.manager, run, {
      after: decodeCursor(query.cursor, /^\d{1,19}$/, '0'),
      limit,
      class: query.class ?? null,
      ranges: box ? rangesCovering(box, WORKING_RESOLUTION) : [{ low: '0', high: '9223372036854775807' }],
    })
    const items = rows.filter(({ h3 }) => !box || isInBounds(box, centreOf(h3)))
    return {
      items: items.map((row) => ({
        h3: row.h3,
        verdict: row.class,
        confidence: row.confidence,
        run: run.id,
      })),
      next: rows.length === limit ? encodeCursor(cellToSql(rows.at(-1)!.h3)) : null,
    }
  }

  /** One cell's verdict with its evidence, its reasons and its history. A parent cell has counts instead. */
  @Get(':h3')
  @Header('cache-control', 'no-cache')
  async one(@Param('h3') h3: string, @Query() choice: RunChoice): Promise<CellDetail> {
    if (!isServedCell(h3))
      throw new BadRequestException(`h3 must be an H3 cell of resolution 4 to 8; it is "${h3}"`)
    const run = await this.runs.resolve(choice)
    const [lng, lat] = centreOf(h3)
    const about = { h3, lat, lng, run: runOf(run), simulated: await isSimulated(this.source.manager) }
    if (resolutionOf(h3) < WORKING_RESOLUTION) return { ...about, ...(await this.parent(h3, run)) }
    return { ...about, ...(await this.working(h3, run)) }
  }

  /** What was measured in a working cell, by hour of the day and by day of the week in Morocco. */
  @Get(':h3/profile')
  @Header('cache-control', 'no-cache')
  async profile(@Param('h3') h3: string, @Query() choice: RunChoice): Promise<CellProfile> {
    if (!isServedCell(h3) || resolutionOf(h3) !== WORKING_RESOLUTION)
      throw new BadRequestException(
        `h3 must be an H3 cell of resolution ${WORKING_RESOLUTION}; it is "${h3}"`,
      )
    const run = await this.runs.resolve(choice)
    const of = (by: ProfileBy) => profileOf(this.source.manager, run, cellToSql(h3), by)
    return { h3, run: run.id, hours: await of('hour'), weekdays: await of('weekday') }
  }

  private async parent(h3: string, run: RunRow): Promise<ParentCell> {
    const none = { white: 0, grey: 0, black: 0, unknown: 0 }
    const counts = (await rollupAt(this.source.manager, run, cellToSql(h3))) ?? none
    return { verdict: dominantClass(counts), counts, rule: { id: run.rule, version: run.ruleVersion } }
  }

  private async working(h3: string, run: RunRow): Promise<WorkingCell> {
    const db = this.source.manager
    const cell = cellToSql(h3)
    const rule = (await findRule(db, run.rule, run.ruleVersion))!
    const nothing = { class: 'unknown' as const, confidence: 0 }
    const { class: verdict, confidence } = (await verdictAt(db, run, cell)) ?? nothing
    const networks = await evidenceAt(db, run, cell)
    return {
      verdict,
      confidence,
      rule: { id: rule.id, version: rule.version },
      reasons: reasonsOf(rule, networks),
      // Never a verdict: what lies around suggests it.
      inferred: verdict === 'unknown' ? ((await inferredClasses(db, run, rule, [h3])).get(h3) ?? null) : null,
      evidence: evidenceOf(rule, networks, await quantilesOf(db, run, cell)),
      areas: await areasOfCell(db, cell),
      sites: await sitesOfCell(db, cell),
      plan: await planOfCell(db, cell),
      history: await verdictHistoryOf(db, run.rule, cell),
    }
  }
}

const isInBounds = (b: Bounds, [lng, lat]: [number, number]) =>
  lng >= b.west && lng <= b.east && lat >= b.south && lat <= b.north

const HOUR_MS = 3_600_000
const truncatedToHour = (ms: number) => new Date(Math.floor(ms / HOUR_MS) * HOUR_MS).toISOString()

const runOf = ({ id, from, to, knownBefore }: RunRow): RunWindow => ({ id, from, to, knownBefore })

function evidenceOf(
  rule: Rule,
  networks: readonly JudgedNetwork[],
  quantiles: readonly NetworkQuantiles[],
): Network[] {
  return networks.map((network) => {
    const { operator, technology, weight, passWeight, lastMeasuredAt } = network
    const measured = quantiles.find((q) => q.operator === operator && q.technology === technology)
    const { downloadBps = null, uploadBps = null, latencyMs = null, loadedLatencyMs = null } = measured ?? {}
    return {
      ...network,
      // To the hour: the moment may be one device's.
      lastMeasuredAt: lastMeasuredAt === null ? null : truncatedToHour(lastMeasuredAt),
      share: weight === 0 ? null : passWeight / weight,
      ...networkVerdict(rule, network),
      quantiles: { downloadBps, uploadBps, latencyMs, loadedLatencyMs },
    }
  })
}

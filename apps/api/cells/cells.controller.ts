import { type Bounds } from '#domain/probe'
import { type Rule } from '#domain/rule'
import {
  type Class,
  type ClassCounts,
  type Failures,
  type Inferred,
  type JudgedNetwork,
  type NetworkVerdict,
  type PartialCounts,
  type PartialKnowledge,
  type Reason,
  type RosterContext,
  type RosterFindings,
  dominantClass,
  dominantPartial,
  networkVerdict,
  reasonsOf,
} from '#domain/verdict'
import { WORKING_RESOLUTION, cellToSql, centreOf, rangesCovering, resolutionOf } from '#geo'
import { type PlanOfCell, planOfCell } from '#store/plan'
import { type RunRow } from '#store/runs'
import { isSimulated } from '#store/sites'
import {
  type AreaOfCell,
  type CellRow,
  type CellSite,
  type NetworkMeasurements,
  type OperatorKnowledge,
  type PastVerdict,
  type ProfileRow,
  type VerdictRow,
  areasOfCell,
  evidenceAt,
  verdictHistoryOf,
  inferredClasses,
  listVerdicts,
  type ProfileBy,
  measurementsOf,
  profileOf,
  rollupAt,
  rosterContextsOf,
  sitesOfCell,
  verdictAt,
} from '#store/verdicts'
import { Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import { DEFAULT_LIMIT, type Page, boxOf, decodeCursor, nextCursorOf } from '../http/page.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { RunResolver } from '../runs/run-resolver.js'
import { RunChoice } from '../runs/runs.dto.js'
import { servedCellOf, workingCellOf } from './cell-index.js'
import { type ClassFilter, CellsQuery } from './cells.dto.js'

export interface ListedCell extends OperatorKnowledge {
  h3: string
  verdict: CellRow['class']
  confidence: number
  run: number
}

const LISTED_FIELDS = [
  'h3',
  'verdict',
  'confidence',
  'operatorsMin',
  'operatorsMax',
  'untried',
  'partial',
  'run',
] as const

/** The evidence of a network in a cell, judged by the run's rule. */
export interface Network extends Omit<JudgedNetwork, 'lastMeasuredAt'>, Omit<NetworkVerdict, 'state'> {
  /** Time of the last measurement (RFC 3339); null if nothing was measured. */
  lastMeasuredAt: string | null
  /** Share of the samples that pass, by weight, 0 to 1; null if nothing was measured. */
  share: number | null
  /**
   * The samples that do not pass, by the way they fail; one may fail in several ways. Null if probes of the window are no longer
   * stored. Those with service are null if fewer than three of them do not belong to a site's line.
   */
  failures: Failures | null
  /** 10 %, 50 % and 90 % quantiles of the samples with service, each with their number; bit/s and ms. */
  quantiles: NetworkMeasurements['quantiles']
}

/** Answer for a cell of resolution 4 to 7. */
interface ParentCell {
  verdict: Class
  /** The partial knowledge of most of its cells where none is decided. */
  partial: PartialKnowledge | null
  /** Res-8 cells inside it, by their class. */
  counts: ClassCounts
  /** The cells of \`counts.unknown\` of which something is known. */
  partialCounts: PartialCounts
  rule: RuleVersion
}

/** Answer for a cell of resolution 8. */
interface WorkingCell extends OperatorKnowledge {
  verdict: Class
  /** Probability that the class is right, 0 to 1. */
  confidence: number
  rule: RuleVersion
  /** Reasons for the class. */
  reasons: Reason[]
  /** The class inferred from the surrounding cells, if the cell is undecided. It is never a verdict. */
  inferred: Inferred | null
  evidence: Network[]
  /** The areas that contain the cell, largest first. */
  areas: AreaOfCell[]
  sites: CellSite[]
  /** Items of the present plan that cover the cell, not those at the run's time. They are no part of the verdict. */
  plan: PlanOfCell[]
  /** Earlier verdicts, newest first. */
  history: PastVerdict[]
}

export interface RuleVersion {
  id: string
  version: number
}

/** A parent cell has `counts`; a working cell has all the other fields. */
export interface CellDetail extends Partial<ParentCell>, Partial<WorkingCell> {
  h3: string
  /** Its centre, in degrees. */
  lat: number
  lng: number
  run: RunWindow
  simulated: boolean
  verdict: Class
  rule: RuleVersion
}

/** The probes that a run uses: measured from `from` until before `to`, and received before `knownBefore`. */
export type RunWindow = Pick<RunRow, 'id' | 'from' | 'to' | 'knownBefore'>

export interface CellProfile {
  h3: string
  run: number
  /** Quantiles by hour of the day, Africa/Casablanca. */
  hours: ProfileRow[]
  /** Quantiles by day of the week, from Monday. */
  weekdays: ProfileRow[]
}

/** Cells, their verdicts and their evidence. */
@ApiTags('cells')
@Controller('api/v1/cells')
export class CellsController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Cells with a verdict, in the order of their index. With a `bbox` a page may hold fewer cells than `limit`. */
  @Get()
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('run')
  @SelectableFields<ListedCell>(...LISTED_FIELDS)
  async list(@Query() query: CellsQuery): Promise<Page<ListedCell>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const box = boxOf(query.bbox)
    const run = await this.runs.resolve(query)
    const rows = await listVerdicts(this.source.manager, run, {
      after: decodeCursor(query.cursor, /^\d{1,19}$/, '0'),
      limit,
      ...classConditionOf(query.class),
      ranges: box ? rangesCovering(box, WORKING_RESOLUTION) : [{ low: '0', high: '9223372036854775807' }],
    })
    const items = rows.filter(({ h3 }) => !box || isInBounds(box, centreOf(h3)))
    return {
      items: items.map((row) => ({
        h3: row.h3,
        verdict: row.class,
        confidence: row.confidence,
        ...knowledgeOf(row),
        run: run.id,
      })),
      next: nextCursorOf(rows, limit, ({ h3 }) => cellToSql(h3)),
    }
  }

  /** One cell's verdict with its evidence, reasons and history. A parent cell has counts instead. */
  @Get(':h3')
  @Header('cache-control', REVALIDATE)
  async one(@Param('h3') h3: string, @Query() choice: RunChoice): Promise<CellDetail> {
    servedCellOf(h3)
    const run = await this.runs.resolve(choice)
    const [lng, lat] = centreOf(h3)
    const simulated = await isSimulated(this.source.manager)
    const isParent = resolutionOf(h3) < WORKING_RESOLUTION
    const detail = isParent ? await this.parentCell(h3, run) : await this.workingCell(h3, run)
    return { h3, lat, lng, run: windowOf(run), simulated, ...detail }
  }

  /** Quantiles of the measurements in a working cell, by hour of the day and by day of the week in Morocco. */
  @Get(':h3/profile')
  @Header('cache-control', REVALIDATE)
  async profile(@Param('h3') h3: string, @Query() choice: RunChoice): Promise<CellProfile> {
    const cell = workingCellOf('h3', h3)
    const run = await this.runs.resolve(choice)
    const rowsBy = (by: ProfileBy) => profileOf(this.source.manager, run, cell, by)
    return { h3, run: run.id, hours: await rowsBy('hour'), weekdays: await rowsBy('weekday') }
  }

  private async parentCell(h3: string, run: RunRow): Promise<ParentCell> {
    const rollup = (await rollupAt(this.source.manager, run, cellToSql(h3))) ?? NO_CELLS
    const { served, noneTried, ...counts } = rollup
    return {
      verdict: dominantClass(counts),
      partial: dominantPartial(rollup),
      counts,
      partialCounts: { served, noneTried },
      rule: { id: run.rule, version: run.ruleVersion },
    }
  }

  private async workingCell(h3: string, run: RunRow): Promise<WorkingCell> {
    const db = this.source.manager
    const cell = cellToSql(h3)
    const rule = await this.runs.ruleOf(run)
    const stored = (await verdictAt(db, run, cell)) ?? NO_VERDICT
    const { class: verdict, confidence } = stored
    const networks = await evidenceAt(db, run, cell)
    const evidence = evidenceOf(rule, networks, await measurementsOf(db, run, rule, cell))
    const context = (await rosterContextsOf(db, run, rule, [cell]))?.get(cell) ?? null
    return {
      verdict,
      confidence,
      ...knowledgeOf(stored),
      rule: { id: rule.id, version: rule.version },
      reasons: reasonsOf(rule, networks, findingsOf(stored, context)).map((reason) =>
        withFailures(reason, evidence),
      ),
      inferred: verdict === 'unknown' ? ((await inferredClasses(db, run, rule, [h3])).get(h3) ?? null) : null,
      evidence,
      areas: await areasOfCell(db, cell),
      sites: await sitesOfCell(db, cell),
      plan: await planOfCell(db, cell),
      history: await verdictHistoryOf(db, run.rule, cell),
    }
  }
}

const isInBounds = ({ west, south, east, north }: Bounds, [lng, lat]: [number, number]) =>
  lng >= west && lng <= east && lat >= south && lat <= north

const HOUR_MS = 3_600_000
const truncatedToHour = (ms: number) => new Date(Math.floor(ms / HOUR_MS) * HOUR_MS).toISOString()

const windowOf = ({ id, from, to, knownBefore }: RunRow): RunWindow => ({ id, from, to, knownBefore })

const NO_CELLS: ClassCounts & PartialCounts = {
  white: 0,
  grey: 0,
  black: 0,
  unknown: 0,
  served: 0,
  noneTried: 0,
}

const NO_VERDICT: VerdictRow = {
  class: 'unknown',
  confidence: 0,
  operatorsMin: null,
  operatorsMax: null,
  untried: [],
  partial: null,
}

const knowledgeOf = ({ operatorsMin, operatorsMax, untried, partial }: VerdictRow): OperatorKnowledge => ({
  operatorsMin,
  operatorsMax,
  untried,
  partial,
})

/** The stored verdict with its context, on which the reasons rest; null where the run judged without a roster. */
function findingsOf(stored: VerdictRow, context: RosterContext | null): RosterFindings | null {
  if (!context) return null
  const { class: colour, operatorsMin, operatorsMax, untried, partial } = stored
  return { verdict: { class: colour, lower: operatorsMin, upper: operatorsMax, untried, partial }, context }
}

function classConditionOf(filter: ClassFilter | undefined): {
  class: Class | null
  partial: PartialKnowledge | null
} {
  const [colour = null, partial = null] = (filter?.split(':') ?? []) as [Class?, PartialKnowledge?]
  return { class: colour, partial }
}

const NO_QUANTILES: NetworkMeasurements['quantiles'] = {
  downloadBps: null,
  downloadCount: null,
  uploadBps: null,
  uploadCount: null,
  latencyMs: null,
  latencyCount: null,
  loadedLatencyMs: null,
  loadedLatencyCount: null,
}

const isOfNetwork =
  ({ operator, technology }: Pick<Network, 'operator' | 'technology'>) =>
  (other: { operator: string | null; technology: string | null }) =>
    other.operator === operator && other.technology === technology

function evidenceOf(
  rule: Rule,
  networks: readonly JudgedNetwork[],
  measurements: readonly NetworkMeasurements[],
): Network[] {
  return networks.map((network) => {
    const { weight, passWeight, lastMeasuredAt } = network
    const measured = measurements.find(isOfNetwork(network))
    return {
      ...network,
      // Only the hour is given, because the exact time may identify a device.
      lastMeasuredAt: lastMeasuredAt === null ? null : truncatedToHour(lastMeasuredAt),
      share: weight === 0 ? null : passWeight / weight,
      ...networkVerdict(rule, network),
      // Where months of probes were dropped, the rest of them would contradict the evidence.
      failures: measured?.samples === network.samples ? measured.failures : null,
      quantiles: measured?.quantiles ?? NO_QUANTILES,
    }
  })
}

function withFailures(reason: Reason, evidence: readonly Network[]): Reason {
  if (reason.code !== 'network_refuted') return reason
  return { ...reason, failures: evidence.find((network) => isOfNetwork(network)(reason))?.failures ?? null }
}

import { foldName } from '#domain/place'
import {
  type Class,
  type ClassCounts,
  type PartialCounts,
  type Inferred,
  type Reason,
  type Verdict,
  dominantClass,
  cellVerdictOf,
  reasonsOf,
} from '#domain/verdict'
import {
  type AreaCounts,
  type AreaKey,
  type AreaOrder,
  type AreaPeople,
  type AreaRow,
  areaKey,
  countsOfArea,
  parentsOfArea,
  peopleOfArea,
  pooledEvidence,
  searchAreas,
} from '#store/areas'
import { type RunRow } from '#store/runs'
import { inferredClassesWithin, rosterContextOfArea } from '#store/verdicts'
import { Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { ConditionalGet } from '../http/conditional-get.js'
import {
  DEFAULT_LIMIT,
  type Page,
  boxOf,
  decodeOrderedCursor,
  orderedCursorKey,
  pageOf,
} from '../http/page.dto.js'
import { SelectableFields } from '../http/sparse-fields.js'
import { RunResolver } from '../runs/run-resolver.js'
import { RunChoice } from '../runs/runs.dto.js'
import { AreasQuery } from './areas.dto.js'
import { requireArea } from './require-area.js'

export interface AreaDetail extends AreaRow {
  /** The areas that contain it, largest first. */
  parents: AreaRow[]
  /** Counts of its cells; null if the run is older than the area. */
  counts: AreaCounts | null
  /** Undecided cells of which something is known of their operators; they are part of `unknown`. */
  partial: PartialCounts | null
  /** The class of most of its decided cells; the worse one on a tie. */
  class: Class
  run: number | null
  people: AreaPeople | null
  /** The verdict on all evidence of the area pooled. `people.measured` says which share of the people it stands for. */
  pooled: (Verdict & { reasons: Reason[] }) | null
  /**
   * Undecided cells with people or sites, by the class inferred from the surrounding cells. They are in no other count.
   */
  inferred: Omit<ClassCounts, 'unknown'> | null
}

const AREA_FIELDS = [
  'code',
  'vintage',
  'level',
  'type',
  'parentCode',
  'nameFr',
  'nameAr',
  'population',
  'bbox',
  'simulated',
  'source',
] as const

/** The answer for a run that is older than the area. */
const NO_COUNTS = { counts: null, partial: null }

/** Sort value and code. */
const CURSOR_FORM = '(-?\\d{1,10}|Infinity) (\\d\\d[\\d.]{0,10})'

function keysetPositionOf(cursor: string | undefined, order: AreaOrder): AreaKey | null {
  const [value, code] = decodeOrderedCursor(cursor, order, CURSOR_FORM) ?? []
  return code === undefined ? null : { value: Number(value), code }
}

/** Regions, provinces and communes. */
@ApiTags('areas')
@Controller('api/v1/areas')
export class AreasController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Areas whose name contains all the words, largest first. */
  @Get()
  @Header('cache-control', REVALIDATE)
  @ConditionalGet('changes')
  @SelectableFields<AreaRow>(...AREA_FIELDS)
  async list(@Query() query: AreasQuery): Promise<Page<AreaRow>> {
    const limit = query.limit ?? DEFAULT_LIMIT
    const order = query.sort ?? 'code'
    const items = await searchAreas(this.source.manager, {
      words: foldName(query.q ?? '')
        .split(' ')
        .filter(Boolean),
      level: query.level ?? null,
      box: boxOf(query.bbox),
      order,
      after: keysetPositionOf(query.cursor, order),
      limit,
    })
    return pageOf(items, limit, (area) => {
      const { value, code } = areaKey(order, area)
      return orderedCursorKey(order, value, code)
    })
  }

  /** One area with its parents and its counts in a run: the given run, or the newest run of the rule. */
  @Get(':code')
  @Header('cache-control', REVALIDATE)
  async one(@Param('code') code: string, @Query() choice: RunChoice): Promise<AreaDetail> {
    const area = await requireArea(this.source.manager, code)
    const db = this.source.manager
    const run = await this.runs.resolve(choice).catch(() => null)
    const { counts, partial } = (run && (await countsOfArea(db, run.id, code))) ?? NO_COUNTS
    const parents = await parentsOfArea(db, code)
    return {
      ...area,
      parents,
      counts,
      partial,
      class: counts ? dominantClass(counts) : 'unknown',
      run: run?.id ?? null,
      ...(run ? await this.wholeAreaFigures(run, code) : { people: null, pooled: null, inferred: null }),
    }
  }

  /** One part after another: a request holds one connection, so that few readers cannot take them all. */
  private async wholeAreaFigures(
    run: RunRow,
    code: string,
  ): Promise<Pick<AreaDetail, 'people' | 'pooled' | 'inferred'>> {
    const db = this.source.manager
    const rule = await this.runs.ruleOf(run)
    const evidence = await pooledEvidence(db, run, code)
    const context = await rosterContextOfArea(db, run, rule, code)
    const verdict = cellVerdictOf(rule, evidence, context)
    return {
      people: await peopleOfArea(db, run, code),
      pooled: {
        class: verdict.class,
        confidence: verdict.confidence,
        reasons: reasonsOf(rule, evidence, context && { verdict, context }),
      },
      inferred: countsOf([...(await inferredClassesWithin(db, run, rule, { area: code })).values()]),
    }
  }
}

const countsOf = (cells: readonly Inferred[]): Omit<ClassCounts, 'unknown'> => ({
  white: cells.filter((cell) => cell.class === 'white').length,
  grey: cells.filter((cell) => cell.class === 'grey').length,
  black: cells.filter((cell) => cell.class === 'black').length,
})

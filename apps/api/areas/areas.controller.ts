import { foldName } from '#domain/place'
import {
  type Class,
  type ClassCounts,
  type Inferred,
  type Reason,
  type Verdict,
  dominantClass,
  reasonsOf,
  verdictOf,
} from '#domain/verdict'
import {
  type AreaCounts,
  type AreaKey,
  type AreaOrder,
  type AreaPeople,
  type AreaRow,
  areaKey,
  countsOfArea,
  findArea,
  parentsOfArea,
  peopleOfArea,
  pooledEvidence,
  searchAreas,
} from '#store/areas'
import { type RunRow, findRule } from '#store/runs'
import { inferredClassesWithin } from '#store/verdicts'
import { Controller, Get, Header, NotFoundException, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { DEFAULT_LIMIT, type Page, boxOf, decodeCursor, pageOf } from '../http/page.dto.js'
import { SelectableFields } from '../http/fields.js'
import { ConditionalGet } from '../http/unchanged.js'
import { RunResolver } from '../runs/run-choice.js'
import { RunChoice } from '../runs/runs.dto.js'
import { AreasQuery } from './areas.dto.js'

export interface AreaDetail extends AreaRow {
  /** The largest first. */
  parents: AreaRow[]
  /** Null where the run was made before the area was known. */
  counts: AreaCounts | null
  /** That of most of its decided cells, the worse on a tie. */
  class: Class
  run: number | null
  people: AreaPeople | null
  /** The area's own measurements judged together by the run's rule; see `people.measured` for whom they speak. */
  pooled: (Verdict & { reasons: Reason[] }) | null
  /** Undecided cells with people or sites that their surroundings suggest a class for: in no other count. */
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

/** A cursor holds the order it was made in. */
function keysetPositionOf(cursor: string | undefined, order: AreaOrder): AreaKey | null {
  const key = decodeCursor(cursor, new RegExp(`^${order} (-?\\d{1,10}|Infinity) \\d\\d[\\d.]{0,10}$`), '')
  if (key === '') return null
  const [, value, code] = key.split(' ') as [string, string, string]
  return { value: Number(value), code }
}

/** Regions, provinces and communes. */
@ApiTags('areas')
@Controller('api/v1/areas')
export class AreasController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** Areas whose name holds the words, the largest first. */
  @Get()
  @Header('cache-control', 'no-cache')
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
      return `${order} ${value} ${code}`
    })
  }

  /** One area with its parents and its counts in a run: the one named, or the rule's newest. */
  @Get(':code')
  @Header('cache-control', 'no-cache')
  async one(@Param('code') code: string, @Query() choice: RunChoice): Promise<AreaDetail> {
    const area = await findArea(this.source.manager, code)
    if (!area) throw new NotFoundException(`no area has the code "${code}"`)
    const run = await this.runs.resolve(choice).catch(() => null)
    const counts = run && (await countsOfArea(this.source.manager, run.id, code))
    const parents = await parentsOfArea(this.source.manager, code)
    return {
      ...area,
      parents,
      counts,
      class: counts ? dominantClass(counts) : 'unknown',
      run: run?.id ?? null,
      ...(run ? await this.wholeAreaFigures(run, code) : { people: null, pooled: null, inferred: null }),
    }
  }

  private async wholeAreaFigures(
    run: RunRow,
    code: string,
  ): Promise<Pick<AreaDetail, 'people' | 'pooled' | 'inferred'>> {
    const db = this.source.manager
    const rule = (await findRule(db, run.rule, run.ruleVersion))!
    const evidence = await pooledEvidence(db, run, code)
    return {
      people: await peopleOfArea(db, run, code),
      pooled: { ...verdictOf(rule, evidence), reasons: reasonsOf(rule, evidence) },
      inferred: countsOf([...(await inferredClassesWithin(db, run, rule, { area: code })).values()]),
    }
  }
}

const countsOf = (offers: readonly Inferred[]): Omit<ClassCounts, 'unknown'> => ({
  white: offers.filter((offer) => offer.class === 'white').length,
  grey: offers.filter((offer) => offer.class === 'grey').length,
  black: offers.filter((offer) => offer.class === 'black').length,
})

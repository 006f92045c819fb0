import { type Polygon } from '#domain/place'
import { type Bounds } from '#domain/probe'
import { sentenceOf } from '#domain/rule'
import { type Class, type PartialKnowledge, dominantClass, dominantPartial } from '#domain/verdict'
import { hexagonOf, resolutionForBox } from '#geo'
import {
  type AreaCounts,
  type AreaFigures,
  type AreaOutline,
  type AreaPeople,
  type AreaRow,
  type OperatorCells,
  type PartialFigures,
  type ClassifiedLocality,
  type ClassifiedSite,
  type WhiteZone,
  cellsOfArea,
  countsOfArea,
  figuresOfAreas,
  localitiesOfArea,
  operatorsOfArea,
  outlinesAround,
  parentsOfArea,
  partialFiguresOfArea,
  peopleOfArea,
  previousRunOfArea,
  sitesOfArea,
  whiteZonesOfArea,
} from '#store/areas'
import { contradictionsOfArea } from '#store/coverage'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import { type RollupRow } from '#store/verdicts'
import { Controller, Get, Header, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { REVALIDATE } from '../http/cache-policy.js'
import { RunResolver } from '../runs/run-resolver.js'
import type { RuleInWords } from '../runs/runs.controller.js'
import { RunChoice } from '../runs/runs.dto.js'
import { polygonsOf } from '../tiles/shapes.js'
import { requireArea } from './require-area.js'

/** Limit of the listed areas, so that the report fits on a page. Tables hold the longer lists. */
const MAX_WORST_AREAS = 5
const MAX_LISTED_ZONES = 5
const MAX_LISTED_OPERATORS = 6
/** Limit of the names on the map of half a page; more would overlap. */
const MAX_LISTED_LOCALITIES = 12
/** Limit of the dots on that map; more could not be told apart. */
const MAX_LISTED_SITES = 300
/** Limit of the cells across the map of half a page; narrower ones could not be seen. */
const MAX_CELLS_ACROSS = { wide: 100, high: 52 }

export interface ReportCell {
  /** A cell of the map's resolution. */
  h3: string
  /** Its own class, or that of most of the area's decided cells beneath it. */
  class: Class
  /** Partial knowledge of an undecided cell of resolution 8; null elsewhere. */
  partial: PartialKnowledge | null
  /** Its corners, [lng, lat] in WGS 84 degrees; the last corner is the first. */
  ring: Polygon['coordinates'][number]
}

export interface ReportOutline extends Omit<AreaOutline, 'geojson'> {
  /** Polygons with their holes, [lng, lat], simplified to the resolution of paper. */
  polygons: Polygon['coordinates'][]
}

export interface ReportMap {
  /** H3 resolution of its cells, 4 to 8: the finest whose cells can be told apart on paper. */
  resolution: number
  cells: ReportCell[]
  /** The area itself, its neighbours of the same level, and the areas inside it. */
  outlines: ReportOutline[]
  /** The most populous localities of the area, 12 at most. */
  localities: ClassifiedLocality[]
  /** Sites of the area, 300 at most, those in white cells first. */
  sites: ClassifiedSite[]
}

export interface RunBefore {
  /** Id of the previous run of the same series. */
  run: number
  /** End of its window. */
  to: Date
  /** White cells of the area in that run; null if the area was not counted. */
  white: number | null
}

export interface ContradictedCells {
  /** Cells in which an operator declares a network that the measurements refute. */
  declaredRefuted: number
  /** Cells in which a network was measured that its operator does not declare. */
  presentUndeclared: number
  /** Cells whose promised day has passed, and in which the network was not measured. */
  latePlan: number
}

/** The report about one area in a run. */
export interface AreaReport {
  area: AreaRow
  /** The areas that contain it, largest first. */
  parents: AreaRow[]
  run: RunRow
  rule: RuleInWords
  /** Cells by class; null if the run is older than the area. */
  counts: AreaCounts | null
  /** The undecided cells of which something is known of their operators, with their places. They are part of `unknown`. */
  partial: PartialFigures
  /** Localities, their people and sites, by the class of their own cell. */
  people: AreaPeople
  /** The previous run of the rule; null if there was none. */
  before: RunBefore | null
  /** Number of areas of the next level inside. */
  inside: number
  /** Five areas with white cells at most, by people in white cells, then by number of white cells, highest first. */
  worst: AreaFigures[]
  /**
   * Five white zones at most, by people, highest first; null if the run has no zones (a run with a window of its own).
   */
  zones: WhiteZone[] | null
  /** Contradicted cells by kind; null if the run knew no declared or promised coverage. */
  contradictions: ContradictedCells | null
  /** Six measured operators at most, by the number of cells in which they are present, highest first. */
  operators: OperatorCells[]
  map: ReportMap
}

/** The report about one area. */
@ApiTags('areas')
@Controller('api/v1/areas')
export class ReportController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** All figures of the report about one area. The cost grows with the area's measured cells, not with its probes. */
  @Get(':code/report')
  @Header('cache-control', REVALIDATE)
  async report(@Param('code') code: string, @Query() choice: RunChoice): Promise<AreaReport> {
    const db = this.source.manager
    const area = await requireArea(db, code)
    const run = await this.runs.resolve(choice)
    const rule = await this.runs.ruleOf(run)
    // One part after another: a request holds one connection, so that few readers cannot take them all.
    const inside = await figuresOfAreas(db, run, area)
    const counted = await countsOfArea(db, run.id, code)
    const operators = await operatorsOfArea(db, run, code)
    return {
      area,
      parents: await parentsOfArea(db, code),
      run,
      rule: { ...rule, sentence: sentenceOf(rule) },
      counts: counted?.counts ?? null,
      partial: await partialFiguresOfArea(db, run, {
        code,
        cells: counted?.partial ?? { served: 0, noneTried: 0 },
      }),
      people: await peopleOfArea(db, run, code),
      before: await previousRunOfArea(db, run, code),
      inside: inside.length,
      worst: worstOf(inside),
      zones: run.current ? await whiteZonesOfArea(db, run, area, MAX_LISTED_ZONES) : null,
      contradictions: await contradictionsOfArea(db, run, rule, code),
      operators: operators.slice(0, MAX_LISTED_OPERATORS),
      map: await mapOf(db, run, area),
    }
  }
}

const worstOf = (areas: readonly AreaFigures[]): AreaFigures[] =>
  areas
    .filter(({ rank, people, cells }) => rank !== null && (people.white > 0 || cells!.white > 0))
    .toSorted((a, b) => a.rank! - b.rank! || (a.code < b.code ? -1 : 1))
    .slice(0, MAX_WORST_AREAS)

async function mapOf(db: Queryable, run: RunRow, area: AreaRow): Promise<ReportMap> {
  const [west, south, east, north] = area.bbox
  const resolution = resolutionForBox({ west, south, east, north }, MAX_CELLS_ACROSS)
  const cells = await cellsOfArea(db, run, area.code, resolution)
  const outlines = await outlinesAround(db, area, surroundings({ west, south, east, north }))
  return {
    resolution,
    cells: cells.map(cellOf),
    outlines: outlines.map(({ geojson, ...outline }) => ({ ...outline, polygons: polygonsOf(geojson) })),
    localities: await localitiesOfArea(db, run, area.code, MAX_LISTED_LOCALITIES),
    sites: await sitesOfArea(db, run, area.code, MAX_LISTED_SITES),
  }
}

const cellOf = ({ h3, ...counts }: RollupRow): ReportCell => ({
  h3,
  class: dominantClass(counts),
  partial: dominantPartial(counts),
  ring: hexagonOf(h3).coordinates[0]!.map(([lng, lat]) => [roundedToMetre(lng), roundedToMetre(lat)]),
})

/** Rounds to 1e-5 degrees, about a metre. */
const roundedToMetre = (degrees: number) => Math.round(degrees * 1e5) / 1e5

/**
 * The surroundings of an area, with a margin of its own size, so that the map fills its frame whatever the area's
 * shape.
 */
function surroundings({ west, south, east, north }: Bounds): { box: Bounds; tolerance: number } {
  const size = Math.max(east - west, north - south)
  const [lng, lat] = [(west + east) / 2, (south + north) / 2]
  // A thousandth of the area's size is a tenth of a millimetre on paper.
  return {
    box: { west: lng - 1.5 * size, south: lat - size, east: lng + 1.5 * size, north: lat + size },
    tolerance: size / 1_000,
  }
}

import { type Polygon } from '#domain/place'
import { type Bounds } from '#domain/probe'
import { sentenceOf } from '#domain/rule'
import { type Class, dominantClass } from '#domain/verdict'
import { hexagonOf, resolutionForBox } from '#geo'
import {
  type AreaCounts,
  type AreaFigures,
  type AreaOutline,
  type AreaPeople,
  type AreaRow,
  type OperatorCells,
  type ClassifiedLocality,
  type ClassifiedSite,
  type WhiteZone,
  cellsOfArea,
  countsOfArea,
  figuresOfAreas,
  findArea,
  localitiesOfArea,
  operatorsOfArea,
  outlinesAround,
  parentsOfArea,
  peopleOfArea,
  previousRunOfArea,
  sitesOfArea,
  whiteZonesOfArea,
} from '#store/areas'
import { contradictionsOfArea } from '#store/coverage'
import { type Queryable } from '#store/database'
import { type RunRow, findRule } from '#store/runs'
import { type RollupRow } from '#store/verdicts'
import { Controller, Get, Header, NotFoundException, Param, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-choice.js'
import type { RuleInWords } from '../runs/runs.controller.js'
import { RunChoice } from '../runs/runs.dto.js'
import { polygonsOf } from '../tiles/shapes.js'

/** What fits a page: longer lists are for the tables. */
const MAX_WORST_AREAS = 5
const MAX_LISTED_ZONES = 5
const MAX_LISTED_OPERATORS = 6
/** Names beyond this run into each other on a map of half a page. */
const MAX_LISTED_LOCALITIES = 12
/** Dots beyond this are no longer told apart there. */
const MAX_LISTED_SITES = 300
/** A map of half a page: narrower cells could not be seen on paper, and this bounds how many there are. */
const MAX_CELLS_ACROSS = { wide: 100, high: 52 }

export interface ReportCell {
  /** Cell of the map's resolution. */
  h3: string
  /** Its own class, or that of most of the area's decided cells beneath it. */
  class: Class
  /** Its corners, [lng, lat], WGS 84 degrees; the last is the first. */
  ring: Polygon['coordinates'][number]
}

export interface ReportOutline extends Omit<AreaOutline, 'geojson'> {
  /** Polygons with their holes, [lng, lat], thinned to what paper shows. */
  polygons: Polygon['coordinates'][]
}

export interface ReportMap {
  /** H3 resolution of its cells, 4 to 8: the finest that can be told apart on paper. */
  resolution: number
  cells: ReportCell[]
  /** The area itself, its neighbours of the same level, and the areas inside it. */
  outlines: ReportOutline[]
  /** The most populous of the area, at most 12. */
  localities: ClassifiedLocality[]
  /** At most 300, those in white cells first. */
  sites: ClassifiedSite[]
}

export interface RunBefore {
  /** Id of the run before in the same series. */
  run: number
  /** End of its window. */
  to: Date
  /** White cells of the area then; null where the area was not counted. */
  white: number | null
}

export interface ContradictedCells {
  /** Cells in which an operator declares what was measured not to be there. */
  declaredRefuted: number
  /** Cells in which a network was measured that its operator does not declare. */
  presentUndeclared: number
  /** Cells promised for a day that has passed, and not measured to be there. */
  latePlan: number
}

/** One page about one area, as a run judged it. */
export interface AreaReport {
  area: AreaRow
  /** The areas that it lies in, the largest first. */
  parents: AreaRow[]
  run: RunRow
  rule: RuleInWords
  /** Cells by class; null where the run was made before the area was known. */
  counts: AreaCounts | null
  /** Localities, their people and sites by the class of their own cell. */
  people: AreaPeople
  /** The rule's run before; null where there was none. */
  before: RunBefore | null
  /** How many areas of the next level there are inside. */
  inside: number
  /** Of these, at most five with white cells: most people in white cells first, then most white cells. */
  worst: AreaFigures[]
  /** At most five white zones, most people first; null where the run made none (a run with a window of its own). */
  zones: WhiteZone[] | null
  /** Null where the run knew of no declared or promised coverage. */
  contradictions: ContradictedCells | null
  /** At most six operators that were measured, the one present in most cells first. */
  operators: OperatorCells[]
  map: ReportMap
}

/** One page about one area. */
@ApiTags('areas')
@Controller('api/v1/areas')
export class ReportController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunResolver,
  ) {}

  /** All that a page about one area says. Its cost is that of the area's own measured cells, never of probes. */
  @Get(':code/report')
  @Header('cache-control', 'no-cache')
  async report(@Param('code') code: string, @Query() choice: RunChoice): Promise<AreaReport> {
    const db = this.source.manager
    const area = await findArea(db, code)
    if (!area) throw new NotFoundException(`no area has the code "${code}"`)
    const run = await this.runs.resolve(choice)
    const rule = (await findRule(db, run.rule, run.ruleVersion))!
    const inside = await figuresOfAreas(db, run, area)
    return {
      area,
      parents: await parentsOfArea(db, code),
      run,
      rule: { ...rule, sentence: sentenceOf(rule) },
      counts: await countsOfArea(db, run.id, code),
      people: await peopleOfArea(db, run, code),
      before: await previousRunOfArea(db, run, code),
      inside: inside.length,
      worst: worstOf(inside),
      zones: run.current ? await whiteZonesOfArea(db, run, area, MAX_LISTED_ZONES) : null,
      contradictions: await contradictionsOfArea(db, run, rule, code),
      operators: (await operatorsOfArea(db, run, code)).slice(0, MAX_LISTED_OPERATORS),
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
  ring: hexagonOf(h3).coordinates[0]!.map(([lng, lat]) => [roundedToMetre(lng), roundedToMetre(lat)]),
})

/** To a metre. */
const roundedToMetre = (degrees: number) => Math.round(degrees * 1e5) / 1e5

/** As much around the area as it is large, so that the frame of the map is full whatever the area's shape. */
function surroundings({ west, south, east, north }: Bounds): { box: Bounds; tolerance: number } {
  const size = Math.max(east - west, north - south)
  const [lng, lat] = [(west + east) / 2, (south + north) / 2]
  // A thousandth of the area is a tenth of a millimetre on paper.
  return {
    box: { west: lng - 1.5 * size, south: lat - size, east: lng + 1.5 * size, north: lat + size },
    tolerance: size / 1_000,
  }
}

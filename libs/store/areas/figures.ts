/** The areas inside another, with the figures of a run beside the map: cells, people and sites. */
import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { CLASSES, type Class, type ClassCounts, type PartialCounts } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { boundingBox } from '../database/shapes.js'
import { allOf, raw, sql } from '../database/sql.js'
import type { RunKey } from '../runs/run.js'
import { type AreaCounts, type AreaRow, NOT_MEASURED } from './areas.js'
import { isCodePrefix, isPlacedWithin } from './in-area.js'
import { PLACE_SUMS, placesWithVerdicts } from './people.js'

export interface AreaFigures extends Pick<
  AreaRow,
  'code' | 'level' | 'nameFr' | 'nameAr' | 'population' | 'bbox' | 'simulated'
> {
  /** Counts of cells; null if the run was made before the area was imported. */
  cells: AreaCounts | null
  /** The cells of \`unknown\` of which something is known; null with \`cells\`. */
  partial: PartialCounts | null
  /** Number of white cells in the rule's previous run; null if there was none. */
  whiteBefore: number | null
  localities: ClassCounts
  /** Number of people in localities with known population, by class. */
  people: ClassCounts
  sites: ClassCounts
  /** Rank by people in white cells, then by number of white cells, from 1; null if nothing was measured. */
  rank: number | null
}

const levelBelow = (parent: AreaLevel | null): AreaLevel | undefined =>
  AREA_LEVELS[parent === null ? 0 : AREA_LEVELS.indexOf(parent) + 1]

/** Figures of the areas inside one, or of all regions. Reads the localities and sites in them, but no probes. */
export async function figuresOfAreas(
  db: Queryable,
  run: RunKey,
  parent: Pick<AreaRow, 'code' | 'level'> | null,
): Promise<AreaFigures[]> {
  const level = levelBelow(parent?.level ?? null)
  return level ? figuresOfLevel(db, run, level, parent?.code ?? null) : []
}

/** Figures of all areas of a level, or of those inside an area of a higher level. */
export async function figuresOfLevel(
  db: Queryable,
  run: RunKey,
  level: AreaLevel,
  within: string | null,
): Promise<AreaFigures[]> {
  const rows = await queryRows<Omit<AreaFigures, 'rank' | 'localities' | 'people' | 'sites'>>(
    db,
    sql`SELECT a.code, a.level, a.name_fr AS "nameFr", a.name_ar AS "nameAr", a.population, a.vintage = 0 AS simulated,
       ${boundingBox('a.geom')} AS bbox,
       CASE WHEN c.run_id IS NOT NULL THEN json_build_object('white', c.white, 'grey', c.grey, 'black', c.black,
         'unknown', c.unknown, 'notMeasured', ${NOT_MEASURED}) END AS cells,
       CASE WHEN c.run_id IS NOT NULL THEN json_build_object('served', c.served, 'noneTried', c.none_tried) END AS partial,
       b.white AS "whiteBefore"
     FROM current_area AS a LEFT JOIN area_count AS c ON c.run_id = ${run.id} AND c.code = a.code AND c.vintage = a.vintage
     LEFT JOIN area_count AS b ON b.code = a.code AND b.vintage = a.vintage
       AND b.run_id = (SELECT max(id) FROM run WHERE series = ${run.series} AND id < ${run.id})
     WHERE ${allOf([sql`a.level = ${level}`, within === null ? null : isCodePrefix('a.code', within)])} ORDER BY a.code`,
  )
  const people = await peopleByArea(db, run, level, within)
  return withRanks(rows.map((row) => ({ ...row, ...(people.get(row.code) ?? peopleOfNoPlace()) })))
}

type PeopleFigures = Pick<AreaFigures, 'localities' | 'people' | 'sites'>

const zeroCounts = (): ClassCounts => ({ white: 0, grey: 0, black: 0, unknown: 0 })
const peopleOfNoPlace = (): PeopleFigures => ({
  localities: zeroCounts(),
  people: zeroCounts(),
  sites: zeroCounts(),
})

/** People by the class of their locality's cell; cells without a measurement count as unknown. */
async function peopleByArea(
  db: Queryable,
  run: RunKey,
  level: AreaLevel,
  within: string | null,
): Promise<Map<string, PeopleFigures>> {
  const code = raw(`c.${level}_code`)
  const rows = await queryRows<
    { code: string; class: Class } & Record<'localities' | 'population' | 'sites', number>
  >(
    db,
    sql`SELECT ${code} AS code, coalesce(v.class, 'unknown') AS class, ${PLACE_SUMS} FROM ${placesWithVerdicts(run)}
     WHERE ${allOf([sql`${code} IS NOT NULL`, within === null ? null : isPlacedWithin(within)])} GROUP BY 1, 2`,
  )
  const figures = new Map<string, PeopleFigures>()
  for (const row of rows) {
    const ofArea = figures.get(row.code) ?? peopleOfNoPlace()
    ofArea.localities[row.class] = row.localities
    ofArea.people[row.class] = row.population
    ofArea.sites[row.class] = row.sites
    figures.set(row.code, ofArea)
  }
  return figures
}

function withRanks(rows: readonly Omit<AreaFigures, 'rank'>[]): AreaFigures[] {
  const isMeasured = ({ cells }: Omit<AreaFigures, 'rank'>) =>
    cells !== null && CLASSES.some((name) => cells[name] > 0)
  const isWorse = (a: Omit<AreaFigures, 'rank'>, b: Omit<AreaFigures, 'rank'>) =>
    a.people.white > b.people.white ||
    (a.people.white === b.people.white && (a.cells?.white ?? 0) > (b.cells?.white ?? 0))
  const measured = rows.filter(isMeasured)
  return rows.map((row) => ({
    ...row,
    rank: isMeasured(row) ? 1 + measured.filter((other) => isWorse(other, row)).length : null,
  }))
}

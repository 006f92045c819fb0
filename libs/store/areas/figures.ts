/** The areas inside another, each with what a run says of its cells, people and sites: the numbers beside the map. */
import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { CLASSES, type Class, type ClassCounts } from '#domain/verdict'
import { cellInArea } from './people.js'
import type { AreaCounts, AreaRow } from './areas.js'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN } from '../verdicts/verdicts.js'

export interface AreaFigures extends Pick<
  AreaRow,
  'code' | 'level' | 'nameFr' | 'nameAr' | 'population' | 'bbox' | 'simulated'
> {
  /** Null where the run was made before the area was known. */
  cells: AreaCounts | null
  /** White cells in the rule's run before; null where there was none. */
  whiteBefore: number | null
  localities: ClassCounts
  /** People of the localities whose population is known. */
  people: ClassCounts
  sites: ClassCounts
  /** 1 has the most people in white cells, then the most white cells; null where nothing was measured. */
  rank: number | null
}

const levelBelow = (parent: AreaLevel | null): AreaLevel | undefined =>
  AREA_LEVELS[parent === null ? 0 : AREA_LEVELS.indexOf(parent) + 1]

/** Of the areas inside one, or of all regions; reads the localities and sites that lie there, never a probe. */
export async function figuresOfAreas(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  parent: Pick<AreaRow, 'code' | 'level'> | null,
): Promise<AreaFigures[]> {
  const level = levelBelow(parent?.level ?? null)
  return level ? figuresOfLevel(db, run, level, parent?.code ?? null) : []
}

/** Of all areas of a level, or of those inside one of any level above: HCP codes nest. */
export async function figuresOfLevel(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  level: AreaLevel,
  within: string | null,
): Promise<AreaFigures[]> {
  const rows: Omit<AreaFigures, 'rank' | 'localities' | 'people' | 'sites'>[] = await db.query(
    `SELECT a.code, a.level, a.name_fr AS "nameFr", a.name_ar AS "nameAr", a.population, a.vintage = 0 AS simulated,
       ARRAY[ST_XMin(a.geom), ST_YMin(a.geom), ST_XMax(a.geom), ST_YMax(a.geom)] AS bbox,
       CASE WHEN c.run_id IS NOT NULL THEN json_build_object('white', c.white, 'grey', c.grey, 'black', c.black,
         'unknown', c.unknown, 'notMeasured', greatest(0, a.cell_count - c.white - c.grey - c.black - c.unknown)) END AS cells,
       b.white AS "whiteBefore"
     FROM current_area AS a LEFT JOIN area_count AS c ON c.run_id = $1 AND c.code = a.code AND c.vintage = a.vintage
     LEFT JOIN area_count AS b ON b.code = a.code AND b.vintage = a.vintage
       AND b.run_id = (SELECT max(id) FROM run WHERE series = $2 AND id < $1)
     WHERE a.level = $3 AND ($4::text IS NULL OR left(a.code, length($4)) = $4) ORDER BY a.code`,
    [run.id, run.series, level, within],
  )
  const people = await peopleByArea(db, run, level, within)
  return withRanks(rows.map((row) => ({ ...row, ...(people.get(row.code) ?? NO_PEOPLE) })))
}

type People = Pick<AreaFigures, 'localities' | 'people' | 'sites'>

const zeroCounts = (): ClassCounts => ({ white: 0, grey: 0, black: 0, unknown: 0 })
const NO_PEOPLE: People = { localities: zeroCounts(), people: zeroCounts(), sites: zeroCounts() }

/** By the verdict of their own cell; what was never measured is unknown. */
async function peopleByArea(
  db: Queryable,
  run: Pick<RunRow, 'id' | 'series'>,
  level: AreaLevel,
  parent: string | null,
): Promise<Map<string, People>> {
  const rows: { code: string; class: Class; localities: number; people: number; sites: number }[] =
    await db.query(
      `WITH place AS (
         SELECT cell, 1 AS localities, coalesce(population, 0) AS people, 0 AS sites FROM locality
         UNION ALL SELECT cell, 0, 0, 1 FROM site
       )
       SELECT c.${level}_code AS code, coalesce(v.class, 'unknown') AS class, sum(localities)::integer AS localities,
         sum(people)::float8 AS people, sum(sites)::integer AS sites
       FROM place AS p JOIN cell_place AS c USING (cell)
       LEFT JOIN LATERAL (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = p.cell OFFSET 0) AS v ON true
       WHERE c.${level}_code IS NOT NULL ${parent === null ? '' : `AND ${cellInArea('$3')}`} GROUP BY 1, 2`,
      [run.series, run.id, ...(parent === null ? [] : [parent])],
    )
  const found = new Map<string, People>()
  for (const { code, class: colour, ...sums } of rows) {
    const known = found.get(code) ?? { localities: zeroCounts(), people: zeroCounts(), sites: zeroCounts() }
    for (const name of ['localities', 'people', 'sites'] as const) known[name][colour] = sums[name]
    found.set(code, known)
  }
  return found
}

function withRanks(rows: readonly Omit<AreaFigures, 'rank'>[]): AreaFigures[] {
  const isMeasured = ({ cells }: Omit<AreaFigures, 'rank'>) =>
    cells !== null && CLASSES.some((colour) => cells[colour] > 0)
  const isWorse = (a: Omit<AreaFigures, 'rank'>, b: Omit<AreaFigures, 'rank'>) =>
    a.people.white > b.people.white ||
    (a.people.white === b.people.white && (a.cells?.white ?? 0) > (b.cells?.white ?? 0))
  const measured = rows.filter(isMeasured)
  return rows.map((row) => ({
    ...row,
    rank: isMeasured(row) ? 1 + measured.filter((other) => isWorse(other, row)).length : null,
  }))
}

/** What a run says of an area beyond its cells: its people and sites by class, and its evidence pooled. */
import { type Class, CLASSES, type ClassCounts, type NetworkEvidence } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { VALID_IN_RUN } from '../verdicts/verdicts.js'

type RunKey = Pick<RunRow, 'id' | 'series'>

export interface AreaPeople {
  /** By the verdict of their own cell; what was never measured is unknown. */
  localities: ClassCounts
  /** Of the localities whose population is known. */
  population: ClassCounts
  sites: ClassCounts
  /** Shares of localities and of their people that live in cells with evidence; null where there are none. */
  measured: { localities: number | null; population: number | null }
}

/**
 * Cells of the area whose code is the parameter: codes nest, and the smallest area that holds a cell has an index, so
 * that the other cells of the country are not read.
 */
export const cellInArea = (code: `$${number}`): string =>
  `coalesce(c.commune_code, c.province_code, c.region_code, '') IN
     (SELECT code FROM current_area WHERE code = ${code} OR starts_with(code, ${code} || '.'))`

/** Reads the localities and sites of the area; their number, not that of the probes, is its cost. */
export async function peopleOfArea(db: Queryable, run: RunKey, code: string): Promise<AreaPeople> {
  const rows: { class: Class; measured: boolean; localities: number; population: number; sites: number }[] =
    await db.query(
      `WITH place AS (
       SELECT cell, 1 AS localities, coalesce(population, 0) AS population, 0 AS sites FROM locality
       UNION ALL SELECT cell, 0, 0, 1 FROM site
     )
     SELECT coalesce(v.class, 'unknown') AS class, v.class IS NOT NULL AS measured, sum(localities)::integer AS localities,
       sum(population)::float8 AS population, sum(sites)::integer AS sites
     FROM place AS p JOIN cell_place AS c USING (cell)
     LEFT JOIN LATERAL (SELECT class FROM verdict AS v WHERE ${VALID_IN_RUN} AND v.cell = p.cell OFFSET 0) AS v ON true
     WHERE ${cellInArea('$3')} GROUP BY 1, 2`,
      [run.series, run.id, code],
    )
  const by = (figure: 'localities' | 'population' | 'sites'): ClassCounts => {
    const of = (colour: Class) => rows.reduce((sum, row) => sum + (row.class === colour ? row[figure] : 0), 0)
    return Object.fromEntries(CLASSES.map((colour) => [colour, of(colour)])) as unknown as ClassCounts
  }
  const share = (figure: 'localities' | 'population'): number | null => {
    const all = rows.reduce((sum, row) => sum + row[figure], 0)
    return all === 0 ? null : rows.reduce((sum, row) => sum + (row.measured ? row[figure] : 0), 0) / all
  }
  return {
    localities: by('localities'),
    population: by('population'),
    sites: by('sites'),
    measured: { localities: share('localities'), population: share('population') },
  }
}

/** poolEvidence() of all cells of an area, in the database. */
export async function pooledEvidence(db: Queryable, run: RunKey, code: string): Promise<NetworkEvidence[]> {
  const sum = (column: string) => `sum(${column})::float8`
  const rows: (Omit<NetworkEvidence, 'lastMeasuredAt'> & { lastMeasuredAt: Date })[] = await db.query(
    `SELECT nullif(operator, '') AS operator, nullif(technology, '') AS technology, ${sum('samples')} AS samples,
       ${sum('passes')} AS passes, ${sum('no_service')} AS "noService", ${sum('peak_samples')} AS "peakSamples",
       ${sum('weight')} AS weight, ${sum('pass_weight')} AS "passWeight", ${sum('settled_weight')} AS "settledWeight",
       ${sum('settled_pass_weight')} AS "settledPassWeight", ${sum('devices')} AS devices,
       ${sum('pass_devices')} AS "passDevices", ${sum('fail_devices')} AS "failDevices", max(days) AS days,
       max(pass_days) AS "passDays", max(fail_days) AS "failDays", max(hours) AS hours,
       max(last_measured_at) AS "lastMeasuredAt", NULL AS "declaredBps", NULL AS "plannedBy"
     FROM evidence AS v JOIN cell_place AS c USING (cell) WHERE ${VALID_IN_RUN} AND weight > 0 AND ${cellInArea('$3')}
     GROUP BY v.operator, v.technology ORDER BY v.operator COLLATE "C", v.technology COLLATE "C"`,
    [run.series, run.id, code],
  )
  return rows.map((row) => ({ ...row, lastMeasuredAt: row.lastMeasuredAt.getTime() }))
}

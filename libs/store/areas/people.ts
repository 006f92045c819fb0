/** Figures of a run for an area beyond its cells: people and sites by class, and the pooled evidence. */
import { type Class, CLASSES, type ClassCounts, type NetworkEvidence } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { type Sql, raw, sql } from '../database/sql.js'
import type { RunKey } from '../runs/run.js'
import { evidenceOfCell, verdictOfCell } from '../verdicts/verdicts.js'
import { isPlacedWithin } from './in-area.js'

export interface AreaPeople {
  /** Number of localities by the class of their cell; unknown if it was not measured. */
  localities: ClassCounts
  /** Population of the localities where it is known, by class. */
  population: ClassCounts
  sites: ClassCounts
  /** Shares of localities and of their people that live in cells with evidence; null where there are none. */
  measured: { localities: number | null; population: number | null }
}

/**
 * Item of FROM: places `p` (localities and sites, as numbers to add up) with the areas `c` and the verdict `v` of their
 * cell.
 */
export const placesWithVerdicts = (run: RunKey): Sql => sql`(
    SELECT cell, 1 AS localities, coalesce(population, 0) AS population, 0 AS sites FROM locality
    UNION ALL SELECT cell, 0, 0, 1 FROM site
  ) AS p JOIN cell_place AS c USING (cell) LEFT JOIN ${verdictOfCell(run, 'p.cell')}`

/** Sums over the same places; people as a double, because those of a country may exceed a JSON-safe integer. */
export const PLACE_SUMS = raw(`sum(localities)::integer AS localities, sum(population)::float8 AS population,
  sum(sites)::integer AS sites`)

type PlaceSums = Record<'localities' | 'population' | 'sites', number>

/** Reads the localities and sites of the area; the cost depends on their number, not on that of the probes. */
export async function peopleOfArea(db: Queryable, run: RunKey, code: string): Promise<AreaPeople> {
  const rows = await queryRows<PlaceSums & { class: Class; measured: boolean }>(
    db,
    sql`SELECT coalesce(v.class, 'unknown') AS class, v.class IS NOT NULL AS measured, ${PLACE_SUMS}
     FROM ${placesWithVerdicts(run)} WHERE ${isPlacedWithin(code)} GROUP BY 1, 2`,
  )
  const sumOf = (figure: keyof PlaceSums, isMeant: (row: (typeof rows)[number]) => boolean) =>
    rows.reduce((sum, row) => sum + (isMeant(row) ? row[figure] : 0), 0)
  const countsOf = (figure: keyof PlaceSums): ClassCounts => {
    const counts = CLASSES.map((name) => [name, sumOf(figure, (row) => row.class === name)])
    return Object.fromEntries(counts) as ClassCounts
  }
  const measuredShareOf = (figure: keyof PlaceSums): number | null => {
    const all = sumOf(figure, () => true)
    return all === 0 ? null : sumOf(figure, (row) => row.measured) / all
  }
  return {
    localities: countsOf('localities'),
    population: countsOf('population'),
    sites: countsOf('sites'),
    measured: { localities: measuredShareOf('localities'), population: measuredShareOf('population') },
  }
}

/** poolEvidence() of the domain for all cells of an area, computed in the database. */
export async function pooledEvidence(db: Queryable, run: RunKey, code: string): Promise<NetworkEvidence[]> {
  const rows = await queryRows<Omit<NetworkEvidence, 'lastMeasuredAt'> & { lastMeasuredAt: Date }>(
    db,
    sql`SELECT nullif(operator, '') AS operator, nullif(technology, '') AS technology, ${POOLED_COLUMNS}
     FROM cell_place AS c JOIN ${evidenceOfCell(run, 'c.cell')} WHERE weight > 0 AND ${isPlacedWithin(code)}
     GROUP BY v.operator, v.technology ORDER BY v.operator COLLATE "C", v.technology COLLATE "C"`,
  )
  return rows.map((row) => ({ ...row, lastMeasuredAt: row.lastMeasuredAt.getTime() }))
}

const sumOfColumn = (column: string) => `sum(${column})::float8`

/**
 * Samples, weights and devices are summed. Days and hours of different cells may coincide, so the largest number is
 * taken.
 */
const POOLED_COLUMNS = raw(`${sumOfColumn('samples')} AS samples, ${sumOfColumn('passes')} AS passes,
  ${sumOfColumn('no_service')} AS "noService", ${sumOfColumn('peak_samples')} AS "peakSamples",
  ${sumOfColumn('weight')} AS weight, ${sumOfColumn('pass_weight')} AS "passWeight",
  ${sumOfColumn('settled_weight')} AS "settledWeight", ${sumOfColumn('settled_pass_weight')} AS "settledPassWeight",
  ${sumOfColumn('devices')} AS devices, ${sumOfColumn('pass_devices')} AS "passDevices",
  ${sumOfColumn('fail_devices')} AS "failDevices", max(days) AS days, max(pass_days) AS "passDays",
  max(fail_days) AS "failDays", max(hours) AS hours, max(last_measured_at) AS "lastMeasuredAt", NULL AS "declaredBps",
  NULL AS "plannedBy"`)

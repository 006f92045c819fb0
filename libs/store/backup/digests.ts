/** The digests of runs, computed anew from the verdicts that are stored. */
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { OPERATORS_OF_LINE, digestText, lineHash } from '../runs/rollup-sql.js'

export interface WrongDigest {
  run: number
  stored: string
  computed: string
}

/**
 * The runs whose stored verdicts do not give the digest that the run was published with. A verdict enters the digest with its
 * first run and leaves it with the next one, so that one pass over the verdicts serves all runs of all series.
 */
export const wrongDigests = (db: Queryable): Promise<WrongDigest[]> =>
  queryRows<WrongDigest>(
    db,
    sql`
    WITH line AS (
      SELECT v.series, v.first_run, v.next_run, ${raw(lineHash('v.class', 'v.confidence', OPERATORS_OF_LINE))} AS hash FROM verdict AS v
    ), change AS (
      SELECT series, run, bit_xor(hash) AS bits FROM (
        SELECT series, first_run AS run, hash FROM line
        UNION ALL SELECT series, next_run, hash FROM line WHERE next_run IS NOT NULL) AS c
      GROUP BY series, run
    ), total AS (
      SELECT r.id, r.digest AS stored,
        bit_xor(coalesce(change.bits, 0::bit(256))) OVER (PARTITION BY r.series ORDER BY r.id) AS bits
      FROM run AS r LEFT JOIN change ON change.series = r.series AND change.run = r.id
    ), computed AS (
      SELECT id AS run, stored, ${raw(digestText('bits'))} AS computed FROM total
    )
    SELECT run, stored, computed FROM computed WHERE stored <> computed ORDER BY run`,
  )

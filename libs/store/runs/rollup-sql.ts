/** What follows from the cells that a run changed: parents, areas, the digest. Cost follows the changes, not the country. */
import { ROLLUP_RESOLUTIONS } from '#geo'

/** The cells that a run changes, with their class and confidence before and after; null where there was or is none. */
export const CREATE_CHANGED_CELLS = `
  CREATE TEMP TABLE changed (
    cell bigint PRIMARY KEY, was text, was_confidence float8, becomes text, becomes_confidence float8) ON COMMIT DROP`

const CLASSES = ['white', 'grey', 'black', 'unknown'] as const

/** How many more (or fewer) of each class. */
const CLASS_DELTAS = CLASSES.map(
  (c) => `count(*) FILTER (WHERE becomes = '${c}') - count(*) FILTER (WHERE was = '${c}') AS ${c}`,
).join(', ')

const CLASS_TOTALS = CLASSES.map((c) => `(coalesce(b.${c}, 0) + d.${c})::integer AS ${c}`).join(', ')
const CLASS_COLUMNS = CLASSES.join(', ')

/** $1 series, $2 run. */
export const ROLL_UP = ROLLUP_RESOLUTIONS.map(
  (resolution) => `
  WITH gained AS MATERIALIZED (
    SELECT cell_parent(cell, ${resolution}) AS cell, ${CLASS_DELTAS} FROM changed GROUP BY 1
  ), d AS MATERIALIZED (
    SELECT * FROM gained WHERE (${CLASS_COLUMNS}) <> (0, 0, 0, 0)
  ), b AS MATERIALIZED (
    SELECT r.* FROM rollup AS r JOIN d USING (cell) WHERE r.series = $1 AND r.next_run IS NULL
  ), ended AS (
    UPDATE rollup AS r SET next_run = $2 FROM b WHERE r.series = b.series AND r.cell = b.cell AND r.first_run = b.first_run
  )
  INSERT INTO rollup (series, cell, first_run, ${CLASS_COLUMNS})
  SELECT * FROM (SELECT $1::integer, d.cell, $2::integer, ${CLASS_TOTALS}
    FROM d LEFT JOIN b USING (cell)) AS now WHERE (${CLASS_COLUMNS}) <> (0, 0, 0, 0)`,
)

/** $1 run, $2 the run before it in its series (0: none), whose counts are carried on. */
export const CARRY_AREA_COUNTS = `
  WITH d AS (
    SELECT code, ${CLASS_DELTAS} FROM changed JOIN cell_place AS c USING (cell)
    CROSS JOIN LATERAL (VALUES (c.region_code), (c.province_code), (c.commune_code)) AS level(code)
    WHERE code IS NOT NULL GROUP BY code
  )
  INSERT INTO area_count (run_id, code, vintage, ${CLASS_COLUMNS})
  SELECT $1, a.code, a.vintage, ${CLASSES.map((c) => `coalesce(b.${c}, 0) + coalesce(d.${c}, 0)`).join(', ')}
  FROM current_area AS a LEFT JOIN area_count AS b ON b.run_id = $2 AND b.code = a.code LEFT JOIN d ON d.code = a.code`

/** $1 run, $2 series: from nothing, where cells lie elsewhere since the run before. */
export const RECOUNT_AREAS = `
  WITH counted AS (
    SELECT code, ${CLASSES.map((c) => `count(*) FILTER (WHERE class = '${c}') AS ${c}`).join(', ')}
    FROM verdict AS v JOIN cell_place AS p USING (cell)
    CROSS JOIN LATERAL (VALUES (p.region_code), (p.province_code), (p.commune_code)) AS level(code)
    WHERE v.series = $2 AND v.next_run IS NULL AND code IS NOT NULL GROUP BY code
  )
  INSERT INTO area_count (run_id, code, vintage, ${CLASS_COLUMNS})
  SELECT $1, a.code, a.vintage, ${CLASSES.map((c) => `coalesce(${c}, 0)`).join(', ')}
  FROM current_area AS a LEFT JOIN counted USING (code)`

const digestLine = (colour: string, confidence: string) =>
  `('x' || encode(sha256(convert_to(to_hex(cell) || ' ' || ${colour} || ' ' || round(${confidence} * 1000)::integer || chr(10), 'UTF8')), 'hex'))::bit(256)`

/**
 * $1 run, $2 the run before it (0: none). The digest is the exclusive or over all cells of the SHA-256 of one line a
 * cell, `<h3> <class> <confidence in thousandths>\\n`: cells come and go by the same operation.
 */
export const CLOSE_RUN = `
  WITH d AS (
    SELECT ${CLASS_DELTAS}, coalesce(bit_xor(${digestLine('was', 'was_confidence')}) FILTER (WHERE was IS NOT NULL), 0::bit(256)) AS gone,
      coalesce(bit_xor(${digestLine('becomes', 'becomes_confidence')}) FILTER (WHERE becomes IS NOT NULL), 0::bit(256)) AS come
    FROM changed
  ), summed AS (
    SELECT ${CLASS_TOTALS}, ('x' || coalesce(b.digest, repeat('0', 64)))::bit(256) # d.gone # d.come AS digest
    FROM d LEFT JOIN run AS b ON b.id = $2
  )
  UPDATE run SET (${CLASS_COLUMNS}, digest) = (
    SELECT white, grey, black, unknown, (
      SELECT string_agg(lpad(to_hex(substring(digest FROM 1 + 64 * i FOR 64)::bit(64)::bigint), 16, '0'), '' ORDER BY i)
      FROM generate_series(0, 3) AS i)
    FROM summed)
  WHERE id = $1`

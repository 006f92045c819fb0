/**
 * Statements for what follows from the cells that a run changed: counts of parents and areas, the digest. The cost
 * grows with the number of changed cells, not with the country.
 */
import { CLASSES, PARTIAL_KNOWLEDGE } from '#domain/verdict'
import { ROLLUP_RESOLUTIONS } from '#geo'

/**
 * The cells that a run changes, with their class, confidence and partial knowledge before and after, and what the digest says of
 * their operators; null where there was or is none.
 */
export const CREATE_CHANGED_CELLS = `
  CREATE TEMP TABLE changed (
    cell bigint PRIMARY KEY, was text, was_confidence float8, becomes text, becomes_confidence float8,
    was_operators text DEFAULT '', becomes_operators text DEFAULT '', was_partial text, becomes_partial text) ON COMMIT DROP`

/** The columns of counts: cells by class, and the undecided ones of which something is known by what is. */
const COUNT_NAMES = [...CLASSES, ...PARTIAL_KNOWLEDGE]

/** The number of cells by which each count grew (or shrank), over rows of `changed`. */
const COUNT_DELTAS = [
  ...CLASSES.map((c) => countDelta(c, 'was', 'becomes')),
  ...PARTIAL_KNOWLEDGE.map((name) => countDelta(name, 'was_partial', 'becomes_partial')),
].join(', ')

function countDelta(name: string, was: string, becomes: string): string {
  return `count(*) FILTER (WHERE ${becomes} = '${name}') - count(*) FILTER (WHERE ${was} = '${name}') AS ${name}`
}

/** The counts of `before` with those of `delta` added. */
const COUNT_TOTALS = COUNT_NAMES.map(
  (name) => `(coalesce(before.${name}, 0) + delta.${name})::integer AS ${name}`,
).join(', ')
const COUNT_COLUMNS = COUNT_NAMES.join(', ')
const ANY_COUNT = `(${COUNT_COLUMNS}) <> (${COUNT_NAMES.map(() => 0).join(', ')})`

/**
 * A statement for each resolution of parents, which closes and opens the rows of `rollup` that the run changed. $1
 * series, $2 run.
 */
export const ROLL_UP = ROLLUP_RESOLUTIONS.map(
  (resolution) => `
  WITH parent_delta AS MATERIALIZED (
    SELECT cell_parent(cell, ${resolution}) AS cell, ${COUNT_DELTAS} FROM changed GROUP BY 1
  ), delta AS MATERIALIZED (
    SELECT * FROM parent_delta WHERE ${ANY_COUNT}
  ), before AS MATERIALIZED (
    SELECT r.* FROM rollup AS r JOIN delta USING (cell) WHERE r.series = $1 AND r.next_run IS NULL
  ), closed AS (
    UPDATE rollup AS r SET next_run = $2 FROM before
    WHERE r.series = before.series AND r.cell = before.cell AND r.first_run = before.first_run
  )
  INSERT INTO rollup (series, cell, first_run, ${COUNT_COLUMNS})
  SELECT * FROM (SELECT $1::integer, delta.cell, $2::integer, ${COUNT_TOTALS}
    FROM delta LEFT JOIN before USING (cell)) AS opened WHERE ${ANY_COUNT}`,
)

/** $1 run, $2 the run before it in its series (0: none), whose counts are carried on. */
export const CARRY_AREA_COUNTS = `
  WITH delta AS (
    SELECT code, ${COUNT_DELTAS} FROM changed JOIN cell_place AS c USING (cell)
    CROSS JOIN LATERAL (VALUES (c.region_code), (c.province_code), (c.commune_code)) AS level(code)
    WHERE code IS NOT NULL GROUP BY code
  )
  INSERT INTO area_count (run_id, code, vintage, ${COUNT_COLUMNS})
  SELECT $1, a.code, a.vintage, ${COUNT_NAMES.map((name) => `coalesce(before.${name}, 0) + coalesce(delta.${name}, 0)`).join(', ')}
  FROM current_area AS a LEFT JOIN area_count AS before ON before.run_id = $2 AND before.code = a.code
    LEFT JOIN delta ON delta.code = a.code`

const RECOUNTS = [
  ...CLASSES.map((c) => `count(*) FILTER (WHERE class = '${c}') AS ${c}`),
  ...PARTIAL_KNOWLEDGE.map((name) => `count(*) FILTER (WHERE partial = '${name}') AS ${name}`),
].join(', ')

/** Counts from all current verdicts, for when cells lie in other areas than at the run before. $1 run, $2 series. */
export const RECOUNT_AREAS = `
  WITH area_class_count AS (
    SELECT code, ${RECOUNTS}
    FROM verdict AS v JOIN cell_place AS p USING (cell)
    CROSS JOIN LATERAL (VALUES (p.region_code), (p.province_code), (p.commune_code)) AS level(code)
    WHERE v.series = $2 AND v.next_run IS NULL AND code IS NOT NULL GROUP BY code
  )
  INSERT INTO area_count (run_id, code, vintage, ${COUNT_COLUMNS})
  SELECT $1, a.code, a.vintage, ${COUNT_NAMES.map((name) => `coalesce(${name}, 0)`).join(', ')}
  FROM current_area AS a LEFT JOIN area_class_count USING (code)`

/** SHA-256 of the line of a cell in the digest, as bits. */
export const lineHash = (classOf: string, confidence: string, operators: string): string =>
  `('x' || encode(sha256(convert_to(to_hex(cell) || ' ' || ${classOf} || ' '
      || round(${confidence} * 1000)::integer || ${operators} || chr(10), 'UTF8')), 'hex'))::bit(256)`

/** The text that follows the confidence of a verdict `v` in the digest's line of a cell; it is empty where the roster was. */
export const OPERATORS_OF_LINE = `CASE WHEN v.lower_bound IS NULL THEN '' ELSE concat(' ', v.lower_bound, ' ', v.upper_bound, ' ',
      array_to_string(v.untried, ','), ' ', v.partial) END`

/** A digest of 256 bits as it is stored, in hexadecimal. */
export const digestText = (bits: string): string => `(
      SELECT string_agg(lpad(to_hex(substring(${bits} FROM 1 + 64 * i FOR 64)::bit(64)::bigint), 16, '0'), '' ORDER BY i)
      FROM generate_series(0, 3) AS i)`

const xorOfLines = (prefix: 'was' | 'becomes') =>
  `coalesce(bit_xor(${lineHash(prefix, `${prefix}_confidence`, `${prefix}_operators`)}) FILTER (WHERE ${prefix} IS NOT NULL), 0::bit(256))`

/**
 * The run's counts and its digest. $1 run, $2 the run before it (0: none). The digest is the exclusive or over all
 * cells of the SHA-256 of one line a cell, `<h3> <class> <confidence in thousandths>\n`; by the roster the line goes on with
 * ` <lower bound> <upper bound> <untried operators, by commas> <partial knowledge>`. Adding a cell and taking it out are the
 * same operation, so that only changed cells are read.
 */
export const CLOSE_RUN = `
  WITH delta AS (
    SELECT ${COUNT_DELTAS}, ${xorOfLines('was')} AS removed,
      ${xorOfLines('becomes')} AS added
    FROM changed
  ), total AS (
    SELECT ${COUNT_TOTALS},
      ('x' || coalesce(before.digest, repeat('0', 64)))::bit(256) # delta.removed # delta.added AS digest
    FROM delta LEFT JOIN run AS before ON before.id = $2
  )
  UPDATE run SET (${COUNT_COLUMNS}, digest) = (
    SELECT ${COUNT_COLUMNS}, ${digestText('digest')}
    FROM total)
  WHERE id = $1`

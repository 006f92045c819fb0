import { expect, test } from 'vitest'
import { formatSql, tokensOf } from './format.js'

const STATEMENT = `WITH open AS MATERIALIZED (SELECT cell, count(*)::integer AS n FROM probe AS p
    WHERE p.cell BETWEEN $1::bigint AND $2::bigint AND p.outcome IS DISTINCT FROM 'it''s (odd)' AND (p.counted OR p.flags[1] = 'x')
    GROUP BY cell)
  INSERT INTO verdict (cell, class) SELECT cell, CASE WHEN n > 1000 AND extract(hour FROM now()) > 12 THEN 'black, by day' WHEN n > 10 THEN 'grey' ELSE 'white' END FROM open
  LEFT JOIN LATERAL (SELECT 1) AS l ON true ON CONFLICT (cell) DO UPDATE SET class = excluded.class`

test('a long statement has a clause, a column and a condition a line', () => {
  expect(formatSql(STATEMENT)).toBe(`WITH
  open AS MATERIALIZED (
    SELECT cell, count(*)::integer AS n
    FROM probe AS p
    WHERE p.cell BETWEEN $1::bigint AND $2::bigint
      AND p.outcome IS DISTINCT FROM 'it''s (odd)'
      AND (p.counted OR p.flags[1] = 'x')
    GROUP BY cell
  )
INSERT INTO verdict (cell, class)
SELECT
  cell,
  CASE
    WHEN n > 1000 AND extract(hour FROM now()) > 12 THEN 'black, by day'
    WHEN n > 10 THEN 'grey'
    ELSE 'white'
  END
FROM open
LEFT JOIN LATERAL (SELECT 1) AS l ON true
ON CONFLICT (cell) DO UPDATE
SET class = excluded.class
`)
})

test('only white space changes', () => {
  const words = (sql: string) => tokensOf(sql).map(({ text }) => text)
  expect(words(formatSql(STATEMENT))).toEqual(words(STATEMENT))
  expect(formatSql(formatSql(STATEMENT))).toBe(formatSql(STATEMENT))
})

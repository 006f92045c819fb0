import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * States of networks, by parents. They are made for the newest run of each series; for older ones the evidence is read.
 */
export class NetworkRollup1796000000000 implements MigrationInterface {
  name = 'NetworkRollup1796000000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  `CREATE TABLE network_rollup (
    series integer, operator text, technology text, cell bigint, first_run integer, next_run integer,
    present integer NOT NULL, declared integer NOT NULL, missing integer NOT NULL, undecided integer NOT NULL,
    PRIMARY KEY (series, operator, technology, cell, first_run))`,
  // Of the newest run whatever has no next one, of another what ended after it: no run reads what ended before it.
  `CREATE INDEX network_rollup_until ON network_rollup (series, operator, technology, next_run, cell)`,
  `WITH reached AS (
    SELECT series, cell, coalesce(operator, '*') AS operator, coalesce(technology, '*') AS technology,
      min(CASE state WHEN 'present' THEN 0 WHEN 'declared' THEN 1 WHEN 'refuted' THEN 2 WHEN 'absent' THEN 2 ELSE 3 END) AS rank
    FROM evidence WHERE next_run IS NULL
    GROUP BY GROUPING SETS ((series, cell, operator, technology), (series, cell, operator), (series, cell, technology), (series, cell))
  )
  INSERT INTO network_rollup (series, operator, technology, cell, first_run, present, declared, missing, undecided)
  SELECT series, operator, technology, cell_parent(cell, 5), (SELECT max(id) FROM run WHERE run.series = reached.series),
    count(*) FILTER (WHERE rank = 0), count(*) FILTER (WHERE rank = 1), count(*) FILTER (WHERE rank = 2),
    count(*) FILTER (WHERE rank = 3)
  FROM reached GROUP BY series, operator, technology, cell_parent(cell, 5)`,
]

const DOWN = [`DROP TABLE network_rollup`]

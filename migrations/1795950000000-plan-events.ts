import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Events of items of the plan. */
export class PlanEvents1795950000000 implements MigrationInterface {
  name = 'PlanEvents1795950000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE plan_event`)
  }
}

const UP = [
  // Findings also change where the state does not, with each new measurement: the feed would have to read them all.
  `CREATE TABLE plan_event (
    code text, at timestamptz, version integer NOT NULL, run_id integer, state text, state_before text, batch text,
    PRIMARY KEY (code, at))`,
  `CREATE INDEX plan_event_at ON plan_event (at)`,
  `CREATE INDEX plan_event_batch ON plan_event (batch)`,
  // What was found before stands in the list, and nobody is told of it.
  `INSERT INTO plan_event
    SELECT code, begun_at, version, run_id, state, before, 'plan-before'
    FROM (SELECT f.*, CASE WHEN lag(ended_at) OVER one = begun_at THEN lag(state) OVER one END AS before
      FROM plan_finding AS f WINDOW one AS (PARTITION BY code ORDER BY begun_at)) AS f
    WHERE state IS DISTINCT FROM before
    UNION ALL
    SELECT code, ended_at, version, run_id, NULL, state, 'plan-before' FROM plan_finding AS f
    WHERE ended_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM plan_finding WHERE code = f.code AND begun_at = f.ended_at)`,
]

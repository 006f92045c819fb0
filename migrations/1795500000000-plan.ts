import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The plan, version by version, and what was found of it. */
export class Plan1795500000000 implements MigrationInterface {
  name = 'Plan1795500000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  `CREATE TABLE plan_item (
    code text, version integer, name_fr text NOT NULL, name_ar text, area_code text, locality_id text, zone_id text,
    lat double precision NOT NULL, lng double precision NOT NULL, cells bigint[] NOT NULL,
    operator text, technology text, target_bps bigint,
    awarded_on date, started_on date, promised_by date, in_service_on date,
    withdrawn boolean NOT NULL, simulated boolean NOT NULL, comment text NOT NULL, source text, author text NOT NULL,
    begun_at timestamptz NOT NULL, ended_at timestamptz,
    PRIMARY KEY (code, version))`,
  // Lists read what stands in the order of its codes.
  `CREATE UNIQUE INDEX plan_item_standing ON plan_item (code) WHERE ended_at IS NULL`,
  `CREATE INDEX plan_item_place ON plan_item (lat, lng) WHERE ended_at IS NULL`,
  // Held until something else is found, so that a quiet plan costs a run nothing.
  `CREATE TABLE plan_finding (
    code text, begun_at timestamptz, ended_at timestamptz, version integer NOT NULL, run_id integer,
    step text NOT NULL, state text NOT NULL, evidence jsonb,
    PRIMARY KEY (code, begun_at))`,
  `CREATE INDEX plan_finding_standing ON plan_finding (code, state) WHERE ended_at IS NULL`,
]

const DOWN = [`DROP TABLE plan_finding`, `DROP TABLE plan_item`]

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Time series and pages by time. Nothing is summed here: the worker's first update takes in all probes. */
export class Series1795800000000 implements MigrationInterface {
  name = 'Series1795800000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  // Pages of probes by time: of sites, which everybody may read, and of the others. Each probe is in one of the two, and new
  // ones go to the right edge of the newest month's tree.
  `CREATE INDEX probe_measured_site ON probe (measured_at, id) WHERE site_code IS NOT NULL`,
  `CREATE INDEX probe_measured_other ON probe (measured_at, id) WHERE site_code IS NULL`,
  `CREATE INDEX site_name ON site (name, code)`,
  // By area like area_count, not by cell: its size does not follow the probes.
  `CREATE TABLE area_series (
    code text, step text, day date, operator text, technology text,
    samples integer NOT NULL, no_service integer NOT NULL,
    bins integer[] NOT NULL, counts integer[] NOT NULL, devices bigint[] NOT NULL,
    PRIMARY KEY (code, step, day, operator, technology))`,
  `CREATE TABLE series_update (known_before timestamptz PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
]

const DOWN = [
  `DROP TABLE series_update`,
  `DROP TABLE area_series`,
  `DROP INDEX site_name`,
  `DROP INDEX probe_measured_other`,
  `DROP INDEX probe_measured_site`,
]

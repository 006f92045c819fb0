import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Weights by device and day, what-if ladders, runs that judge only what changed. */
export class Evidence1795200000000 implements MigrationInterface {
  name = 'Evidence1795200000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of [...columns, ...functions, ...upgrades]) await q.query(statement)
  }

  async down(): Promise<void> {
    throw new Error('verdicts cannot be put back to what they were: restore a backup instead')
  }
}

const columns = [
  // New probes lie together in the order in which they were received: block ranges find them, and cost ingest nothing.
  `CREATE INDEX probe_time ON probe USING brin (received_at, measured_at) WITH (pages_per_range = 32, autosummarize = on)`,
  `ALTER TABLE verdict ADD COLUMN ladder bigint NOT NULL DEFAULT 0`,
  // Held for runs as a verdict is. An operator or a technology that nobody named is ''.
  `CREATE TABLE evidence (
    series integer, cell bigint, operator text, technology text, first_run integer, next_run integer,
    samples integer NOT NULL, passes integer NOT NULL, no_service integer NOT NULL, peak_samples integer NOT NULL,
    weight bigint NOT NULL, pass_weight bigint NOT NULL, settled_weight bigint NOT NULL, settled_pass_weight bigint NOT NULL,
    devices integer NOT NULL, pass_devices integer NOT NULL, fail_devices integer NOT NULL,
    days integer NOT NULL, pass_days integer NOT NULL, fail_days integer NOT NULL, hours integer NOT NULL,
    last_measured_at timestamptz, declared_bps bigint, planned_by date, state text NOT NULL,
    PRIMARY KEY (series, cell, operator, technology, first_run))`,
  `CREATE INDEX evidence_standing ON evidence (series, cell) WHERE next_run IS NULL`,
]

const functions = [
  `CREATE AGGREGATE product(double precision) (SFUNC = float8mul, STYPE = float8, INITCOND = '1', PARALLEL = SAFE)`,
]

/**
 * Runs of the first version keep their verdicts. Their rules get the neutral values of what they did not ask for, and
 * their evidence the weights that it had: every sample one, all of it settled.
 */
const upgrades = [
  `UPDATE rule SET definition = definition || '{"maxLossRatio": null, "minDevices": 0, "deviceDayCap": 1000000,
     "deviceCap": 1000000, "halfWeightAfterDays": null, "settleDays": 0, "keepConfidence": 0.8, "placeSpread": 0, "classConfidence": 0, "keepClassConfidence": 0,
     "declaredCounts": false, "inferenceConfidence": [], "planningHorizonDays": null}'
   WHERE NOT definition ? 'deviceCap'`,
  `INSERT INTO evidence
   SELECT series, cell, coalesce(n->>'operator', ''), coalesce(n->>'technology', ''), first_run, next_run,
     (n->>'samples')::integer, (n->>'passes')::integer, (n->>'noService')::integer, 0,
     (n->>'samples')::bigint * 1000, (n->>'passes')::bigint * 1000, 0, 0,
     (n->>'devices')::integer, (n->>'devices')::integer, (n->>'devices')::integer,
     (n->>'days')::integer, (n->>'days')::integer, (n->>'days')::integer, (n->>'hours')::integer,
     to_timestamp((n->>'lastMeasuredAt')::float8 / 1000), NULL, NULL, 'unknown'
   FROM verdict, jsonb_array_elements(networks) AS n`,
  `ALTER TABLE verdict DROP COLUMN networks`,
]

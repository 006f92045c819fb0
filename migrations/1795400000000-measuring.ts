import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Measuring at the site: tests against our own server, corrected clocks, flags set by people. */
export class Measuring1795400000000 implements MigrationInterface {
  name = 'Measuring1795400000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  `ALTER TABLE probe ADD COLUMN device_measured_at timestamptz, ADD COLUMN download_test text,
    ADD COLUMN upload_test text`,
  // The newest time it measured at; where it was last, which its next position is compared with.
  `ALTER TABLE device ADD COLUMN last_measured_at timestamptz, ADD COLUMN last_position_at timestamptz,
    ADD COLUMN last_lat double precision, ADD COLUMN last_lng double precision,
    ADD COLUMN last_accuracy_m double precision`,
  `CREATE TABLE test_token (
    token_hash bytea PRIMARY KEY, device_id uuid NOT NULL, expires_at timestamptz NOT NULL,
    used text[] NOT NULL DEFAULT '{}')`,
  `CREATE INDEX test_token_expiry ON test_token (expires_at)`,
  `CREATE TABLE speed_test (
    id text PRIMARY KEY, direction text NOT NULL, device_id uuid, started_at timestamptz NOT NULL,
    bytes bigint NOT NULL, duration_ms double precision NOT NULL, bps bigint NOT NULL,
    min_rtt_ms double precision, ended text NOT NULL)`,
  `CREATE TABLE probe_flag (
    cell bigint, probe_id uuid, flag text, counted boolean NOT NULL, author text NOT NULL, comment text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cell, probe_id, flag))`,
  `CREATE INDEX probe_flag_created ON probe_flag (created_at)`,
]

const DOWN = [
  `DROP TABLE probe_flag`,
  `DROP TABLE speed_test`,
  `DROP TABLE test_token`,
  `ALTER TABLE device DROP COLUMN last_measured_at, DROP COLUMN last_position_at, DROP COLUMN last_lat, DROP COLUMN last_lng,
    DROP COLUMN last_accuracy_m`,
  `ALTER TABLE probe DROP COLUMN device_measured_at, DROP COLUMN download_test, DROP COLUMN upload_test`,
]

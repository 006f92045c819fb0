import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Disputes with their history and documents; accounts that speak for an operator. */
export class Disputes1795600000000 implements MigrationInterface {
  name = 'Disputes1795600000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  `ALTER TABLE account ADD COLUMN operator text`,
  // `state` is that of the newest event: lists filter by it.
  `CREATE TABLE dispute (
    id uuid PRIMARY KEY, subject text NOT NULL, cell bigint NOT NULL, run_id integer, rule_id text,
    operator text, technology text, standing text NOT NULL,
    region_code text, province_code text, commune_code text,
    opened_by text NOT NULL, opener_role text NOT NULL, opener_operator text, site_code text,
    claimed text NOT NULL, claim text NOT NULL, probe_ids uuid[] NOT NULL DEFAULT '{}', reference text,
    opened_at timestamptz NOT NULL, due_by timestamptz NOT NULL, state text NOT NULL,
    simulated boolean NOT NULL DEFAULT false)`,
  `CREATE INDEX dispute_opened ON dispute (opened_at, id)`,
  `CREATE INDEX dispute_cell ON dispute (cell)`,
  `CREATE INDEX dispute_opener ON dispute (opened_by)`,
  `CREATE TABLE dispute_event (
    dispute_id uuid, number smallint, at timestamptz NOT NULL, action text NOT NULL, state text NOT NULL,
    author text NOT NULL, author_role text NOT NULL, author_operator text, comment text NOT NULL,
    PRIMARY KEY (dispute_id, number))`,
  `CREATE TABLE dispute_document (
    dispute_id uuid, number smallint, event_number smallint NOT NULL, name text NOT NULL, media_type text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (dispute_id, number))`,
]

const DOWN = [
  `DROP TABLE dispute_document`,
  `DROP TABLE dispute_event`,
  `DROP TABLE dispute`,
  `ALTER TABLE account DROP COLUMN operator`,
]

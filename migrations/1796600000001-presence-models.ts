import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Models that give the prior probability that an operator serves a cell, each with the shares of the places it was fitted on. */
export class PresenceModels1796600000001 implements MigrationInterface {
  name = 'PresenceModels1796600000001'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  `CREATE TABLE presence_model (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rule_id text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(), author text NOT NULL,
    coefficients jsonb NOT NULL, cells integer NOT NULL, log_loss double precision NOT NULL)`,
  // A run uses the newest model of its rule that was received before its known-before time.
  `CREATE INDEX presence_model_newest ON presence_model (rule_id, received_at)`,
  `CREATE TABLE presence_share (
    model_id integer, place bigint, operator text, technology_group text,
    log_odds double precision NOT NULL, n integer NOT NULL,
    PRIMARY KEY (model_id, place, operator, technology_group))`,
]

const DOWN = [`DROP TABLE presence_share`, `DROP TABLE presence_model`]

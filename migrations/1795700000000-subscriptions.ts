import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Events by run, and whoever wants to be told of them. */
export class Subscriptions1795700000000 implements MigrationInterface {
  name = 'Subscriptions1795700000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  // The feed reads the newest runs' events; the key begins with the series.
  `CREATE INDEX zone_event_run ON zone_event (run_id, zone_id)`,
  // The secret stands as it is: whoever signs needs it. It is shown once and in no answer after.
  `CREATE TABLE subscription (
    id uuid PRIMARY KEY, url text NOT NULL, kinds text[] NOT NULL, area text, rule_id text, secret text NOT NULL,
    paused boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL, created_by text NOT NULL,
    deleted_at timestamptz)`,
  // What was made of each batch of events (a run's), once.
  `CREATE TABLE event_batch (key text PRIMARY KEY, made_at timestamptz NOT NULL)`,
  `CREATE TABLE delivery (
    id uuid PRIMARY KEY, subscription_id uuid NOT NULL, number integer NOT NULL, payload text, events integer NOT NULL,
    created_at timestamptz NOT NULL, attempts integer NOT NULL DEFAULT 0, next_at timestamptz NOT NULL,
    claimed_until timestamptz, last_error text, delivered_at timestamptz, dead_at timestamptz)`,
  `CREATE UNIQUE INDEX delivery_order ON delivery (subscription_id, number)`,
  `CREATE INDEX delivery_pending ON delivery (subscription_id, number)
    WHERE delivered_at IS NULL AND dead_at IS NULL`,
]

const DOWN = [
  `DROP TABLE delivery`,
  `DROP TABLE event_batch`,
  `DROP TABLE subscription`,
  `DROP INDEX zone_event_run`,
]

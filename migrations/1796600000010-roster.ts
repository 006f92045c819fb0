import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The roster of operators: who may serve, statement by statement, as it was known at each time. */
export class Roster1796600000010 implements MigrationInterface {
  name = 'Roster1796600000010'

  async up(q: QueryRunner): Promise<void> {
    // The time of a row is read when it is written, after its lock was taken: see `receive` in the store's locks.
    await q.query(`CREATE TABLE roster_entry (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      operator text NOT NULL, technologies text[] NOT NULL, region_codes text[], from_day date, to_day date,
      source text NOT NULL, is_assumption boolean NOT NULL, author text NOT NULL, comment text,
      received_at timestamptz NOT NULL DEFAULT clock_timestamp(), withdrawn_at timestamptz, withdrawn_by text,
      withdrawal_comment text)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE roster_entry`)
  }
}

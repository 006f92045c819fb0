import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Services that operators declare now and promise by a date. */
export class Coverage1795100000000 implements MigrationInterface {
  name = 'Coverage1795100000000'

  async up(q: QueryRunner): Promise<void> {
    // Nothing is overwritten: what another import replaces is withdrawn, so that a past moment can be read again.
    await q.query(`CREATE TABLE coverage (
      cell bigint, kind text, operator text, technology text, on_date date, received_at timestamptz,
      download_bps bigint NOT NULL, upload_bps bigint, source text NOT NULL, withdrawn_at timestamptz,
      PRIMARY KEY (cell, kind, operator, technology, on_date, received_at))`)
    await q.query('CREATE INDEX coverage_received ON coverage (received_at)')
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP TABLE coverage')
  }
}

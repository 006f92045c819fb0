import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The result of the last run of each job, for metrics and for whoever asks why nothing is new. */
export class JobResults1797450000000 implements MigrationInterface {
  name = 'JobResults1797450000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE job_result (
      job text PRIMARY KEY, ended_at timestamptz NOT NULL, duration_ms integer NOT NULL, rows bigint,
      succeeded_at timestamptz, runs bigint NOT NULL, failures bigint NOT NULL, error text)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE job_result`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Lines of sites as people report them, with all versions. */
export class Programme1797200000001 implements MigrationInterface {
  name = 'Programme1797200000001'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE site_line (
      site_code text, role text, version integer NOT NULL, operator text, technology text, contract text,
      surveyed_on date, contracted_on date, installed_on date, PRIMARY KEY (site_code, role))`)
    await q.query(`CREATE TABLE site_line_version (
      site_code text, role text, version integer, record jsonb NOT NULL, author text NOT NULL, comment text,
      at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (site_code, role, version))`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE site_line_version`)
    await q.query(`DROP TABLE site_line`)
  }
}

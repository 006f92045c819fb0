import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Platforms that administrations work with, and which of them the lines of each site carry. */
export class Platforms1797200000000 implements MigrationInterface {
  name = 'Platforms1797200000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE versioned_document (
      kind text, version integer, definition jsonb NOT NULL, author text NOT NULL, comment text,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (kind, version))`)
    // One row a site, computed from its probes; a platform that stands in no list is unknown.
    await q.query(`CREATE TABLE site_platforms (
      site_code text PRIMARY KEY, catalogue_version integer NOT NULL, lines jsonb NOT NULL,
      carries text[] NOT NULL, off_peak text[] NOT NULL, fails text[] NOT NULL,
      computed_at timestamptz NOT NULL, devices_measured_at timestamptz)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE site_platforms`)
    await q.query(`DROP TABLE versioned_document`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Zones of a series in the order of their size, so that a page of the largest costs the same at any depth. */
export class ZoneSize1796050000000 implements MigrationInterface {
  name = 'ZoneSize1796050000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query('CREATE INDEX zone_size ON zone (series, cell_count, id)')
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX zone_size')
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * The sites that measured in each cell. A box of probes for everybody is decided by the positions of their sites: it begins with these
 * pairs, because a cell with many probes and no site of the box would be read whole to find none.
 */
export class MeasuredSites1796700000000 implements MigrationInterface {
  name = 'MeasuredSites1796700000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(
      `CREATE TABLE measured_site (cell bigint NOT NULL, site_code text NOT NULL, PRIMARY KEY (cell, site_code))`,
    )
    // Writers wait meanwhile, so that no pair is missed.
    await q.query('LOCK TABLE probe IN SHARE ROW EXCLUSIVE MODE')
    await q.query(
      `INSERT INTO measured_site SELECT cell, site_code FROM probe WHERE site_code IS NOT NULL GROUP BY cell, site_code`,
    )
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP TABLE measured_site')
  }
}

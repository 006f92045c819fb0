import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Every answer says whether anything is simulated: that may not read all sites. */
export class SiteSimulated1796100000000 implements MigrationInterface {
  name = 'SiteSimulated1796100000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query('CREATE INDEX site_simulated ON site (code) WHERE simulated')
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX site_simulated')
  }
}

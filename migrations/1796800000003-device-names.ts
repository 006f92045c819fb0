import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Devices have a name, and say which device took their place. */
export class DeviceNames1796800000003 implements MigrationInterface {
  name = 'DeviceNames1796800000003'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE device ADD name text, ADD replaced_by uuid`)
    await q.query(`CREATE INDEX device_site ON device (site_code, id)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX device_site`)
    await q.query(`ALTER TABLE device DROP name, DROP replaced_by`)
  }
}

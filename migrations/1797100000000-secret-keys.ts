import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The keys with which secrets are sealed, by their ids alone, and the earlier secret of a subscription that changes over. */
export class SecretKeys1797100000000 implements MigrationInterface {
  name = 'SecretKeys1797100000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(
      `CREATE TABLE secret_key (id text PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now())`,
    )
    await q.query(`ALTER TABLE subscription ADD previous_secret text, ADD previous_secret_until timestamptz`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE subscription DROP previous_secret, DROP previous_secret_until`)
    await q.query(`DROP TABLE secret_key`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A session knows whether it began at an OpenID Connect provider, which the account alone does not tell. */
export class SessionOrigin1797400000000 implements MigrationInterface {
  name = 'SessionOrigin1797400000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE session ADD COLUMN is_external boolean NOT NULL DEFAULT false`)
    await q.query(`UPDATE session AS s SET is_external = true
      WHERE EXISTS (SELECT 1 FROM account_identity AS e WHERE e.account_name = s.account_name)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE session DROP COLUMN is_external`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The person of an OpenID Connect provider to whom an account belongs. */
export class AccountIdentity1796800000004 implements MigrationInterface {
  name = 'AccountIdentity1796800000004'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE account_identity (issuer text NOT NULL, subject text NOT NULL, account_name text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (issuer, subject))`)
    await q.query(`CREATE INDEX account_identity_name ON account_identity (account_name)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE account_identity`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Passkeys of accounts, and the challenges that a browser answers with one. */
export class Passkeys1797100000001 implements MigrationInterface {
  name = 'Passkeys1797100000001'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE passkey (id text PRIMARY KEY, account_name text NOT NULL, name text NOT NULL,
      public_key bytea NOT NULL, counter bigint NOT NULL, transports text[] NOT NULL, rp_id text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(), last_used_at timestamptz)`)
    await q.query(`CREATE INDEX passkey_account ON passkey (account_name)`)
    await q.query(`CREATE TABLE passkey_challenge (challenge text PRIMARY KEY, account_name text NOT NULL,
      purpose text NOT NULL, expires_at timestamptz NOT NULL)`)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ['passkey_challenge', 'passkey']) await q.query(`DROP TABLE ${table}`)
  }
}

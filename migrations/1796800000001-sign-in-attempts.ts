import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Attempts to sign in, counted for all server processes together, and the addresses from which people have signed in. */
export class SignInAttempts1796800000001 implements MigrationInterface {
  name = 'SignInAttempts1796800000001'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE sign_in_attempt (kind text NOT NULL, name text NOT NULL, attempts integer NOT NULL,
      last_at timestamptz NOT NULL, next_at timestamptz NOT NULL, PRIMARY KEY (kind, name))`)
    await q.query(`CREATE TABLE account_address (account_name text NOT NULL, subscriber text NOT NULL,
      last_sign_in_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (account_name, subscriber))`)
    await q.query(`ALTER TABLE account ADD failed_sign_ins integer NOT NULL DEFAULT 0,
      ADD last_failed_sign_in_at timestamptz`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE account DROP failed_sign_ins, DROP last_failed_sign_in_at`)
    await q.query(`DROP TABLE account_address`)
    await q.query(`DROP TABLE sign_in_attempt`)
  }
}

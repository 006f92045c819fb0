import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The second factor of an account, its recovery codes, and the roles that need one. */
export class SecondFactor1796800000002 implements MigrationInterface {
  name = 'SecondFactor1796800000002'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE second_factor (account_name text PRIMARY KEY, secret text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(), confirmed_at timestamptz, last_counter bigint)`)
    await q.query(`CREATE TABLE recovery_code (code_hash bytea NOT NULL, account_name text NOT NULL, used_at timestamptz,
      PRIMARY KEY (account_name, code_hash))`)
    await q.query(`CREATE TABLE sign_in_rule (role text PRIMARY KEY, second_factor boolean NOT NULL,
      changed_at timestamptz NOT NULL DEFAULT now(), changed_by text NOT NULL)`)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const table of ['sign_in_rule', 'recovery_code', 'second_factor'])
      await q.query(`DROP TABLE ${table}`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The life of an account: invited, signed in, disabled, removed; and its sessions, which people can recognise and end. */
export class Accounts1796800000000 implements MigrationInterface {
  name = 'Accounts1796800000000'

  async up(q: QueryRunner): Promise<void> {
    // The row of a removed account stays: nobody else can take the name that stands beside its decisions.
    await q.query(`ALTER TABLE account ADD last_sign_in_at timestamptz, ADD disabled_at timestamptz,
      ADD removed_at timestamptz`)
    // Sessions of the earlier version have no date of their own; they end within twelve hours.
    await q.query(`ALTER TABLE session ADD id uuid NOT NULL DEFAULT gen_random_uuid(),
      ADD created_at timestamptz NOT NULL DEFAULT now(), ADD last_used_at timestamptz NOT NULL DEFAULT now(),
      ADD address text, ADD user_agent text`)
    await q.query(`CREATE TABLE invitation (token_hash bytea PRIMARY KEY, account_name text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL, expires_at timestamptz NOT NULL)`)
    await q.query(`CREATE INDEX invitation_account ON invitation (account_name)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE invitation`)
    await q.query(
      `ALTER TABLE session DROP id, DROP created_at, DROP last_used_at, DROP address, DROP user_agent`,
    )
    await q.query(`DELETE FROM account WHERE removed_at IS NOT NULL`)
    await q.query(`ALTER TABLE account DROP last_sign_in_at, DROP disabled_at, DROP removed_at`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Keys with which programs act: each has a role, an end, and its last use. */
export class ApiKeys1796900000000 implements MigrationInterface {
  name = 'ApiKeys1796900000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE TABLE api_key (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, key_hash bytea NOT NULL, role text NOT NULL,
      operator text, created_at timestamptz NOT NULL DEFAULT now(), created_by text NOT NULL, expires_at timestamptz NOT NULL,
      revoked_at timestamptz, revoked_by text, last_used_at timestamptz)`)
    await q.query(`CREATE UNIQUE INDEX api_key_hash ON api_key (key_hash)`)
    await q.query(`CREATE UNIQUE INDEX api_key_name ON api_key (name)`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE api_key`)
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * The areas that accounts and API keys are bound to. The foreign keys keep an area from being deleted: without its row an account
 * would no longer be bound, and so have more rights than before.
 */
export class Scopes1797000000000 implements MigrationInterface {
  name = 'Scopes1797000000000'

  async up(q: QueryRunner): Promise<void> {
    const area = (name: string) => `area_code text NOT NULL, area_vintage smallint NOT NULL,
      CONSTRAINT ${name} FOREIGN KEY (area_code, area_vintage) REFERENCES area (code, vintage)`
    await q.query(`CREATE TABLE account_area (
      account_name text NOT NULL CONSTRAINT account_area_account REFERENCES account (name) ON UPDATE CASCADE ON DELETE CASCADE,
      ${area('account_area_area')},
      PRIMARY KEY (account_name, area_code))`)
    await q.query(`CREATE TABLE api_key_area (
      key_id uuid NOT NULL CONSTRAINT api_key_area_key REFERENCES api_key (id) ON DELETE CASCADE,
      ${area('api_key_area_area')},
      PRIMARY KEY (key_id, area_code))`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE account_area`)
    await q.query(`DROP TABLE api_key_area`)
  }
}

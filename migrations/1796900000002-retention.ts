import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Days for which rejected records and documents of finished disputes are kept: assumptions until the administration decides. */
export class Retention1796900000002 implements MigrationInterface {
  name = 'Retention1796900000002'

  async up(q: QueryRunner): Promise<void> {
    await q.query(`INSERT INTO retention (subject, days) VALUES ('quarantine', 365), ('dispute_documents', 1825)
      ON CONFLICT (subject) DO NOTHING`)
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DELETE FROM retention WHERE subject IN ('quarantine', 'dispute_documents')`)
  }
}

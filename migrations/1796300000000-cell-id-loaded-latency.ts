import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Two fields that devices may send: the serving mobile cell, and the round trip while the line is full. */
export class CellIdLoadedLatency1796300000000 implements MigrationInterface {
  name = 'CellIdLoadedLatency1796300000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE probe ADD COLUMN cell_id text, ADD COLUMN loaded_latency_ms double precision')
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE probe DROP COLUMN cell_id, DROP COLUMN loaded_latency_ms')
  }
}

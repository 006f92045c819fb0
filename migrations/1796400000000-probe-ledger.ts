import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * A ledger of ids, which makes each probe arrive once whatever its time, and a memory of each device, so that repeats are found
 * without reading probes.
 */
export class ProbeLedger1796400000000 implements MigrationInterface {
  name = 'ProbeLedger1796400000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query(LEDGER)
    await fillLedger(q)
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const LEDGER = `CREATE TABLE probe_ledger (id uuid PRIMARY KEY, cell bigint NOT NULL, measured_at timestamptz NOT NULL)`

/**
 * Enters the stored probes, month by month and in the order of ids: an index that is larger than memory is then passed through once
 * a month, not read at random for each probe, and a sort needs no more memory than `work_mem`. Writers wait meanwhile, so that no
 * probe is missed; readers go on. An id that earlier versions stored twice is entered once.
 */
async function fillLedger(q: QueryRunner): Promise<void> {
  await q.query('LOCK TABLE probe IN SHARE ROW EXCLUSIVE MODE')
  const months: { name: string }[] = await q.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'probe'::regclass ORDER BY name`,
  )
  for (const [n, { name }] of months.entries()) {
    await q.query(
      `INSERT INTO probe_ledger SELECT id, cell, measured_at FROM ${name} ORDER BY id ON CONFLICT DO NOTHING`,
    )
    process.stderr.write(`ledger of probes: ${name} entered, ${n + 1} of ${months.length} months\n`)
  }
}

const UP = [
  // An id leads to its probe through the ledger: cell and time are the key of `probe`.
  `DROP INDEX probe_id`,
  `ALTER TABLE device ADD COLUMN recent_probes jsonb, ADD COLUMN recent_since timestamptz`,
  // Each delivery updates its device: with room on its page the update touches no index.
  `ALTER TABLE device SET (fillfactor = 40)`,
]

const DOWN = [
  `ALTER TABLE device RESET (fillfactor)`,
  `ALTER TABLE device DROP COLUMN recent_probes, DROP COLUMN recent_since`,
  `CREATE INDEX probe_id ON probe (id)`,
  `DROP TABLE probe_ledger`,
]

/** Advisory locks: one name for each thing that must not be changed by two transactions at once. */
import type { Queryable } from './queryable.js'

/**
 * - `migrations`: applying missing migrations.
 * - `receive`: shared by writers of probes, claims and flags; a classification takes it alone for a moment to read the
 *   clock. Every row received before a run's `known_before` is therefore committed when the run reads, and a rebuilt run
 *   reads the same rows.
 * - `places`: taken alone to change areas and the areas of cells; shared by a run that counts by them.
 * - `plan`: the plan and its findings.
 * - `deliveries`: numbering messages to subscribers. - `subscriptions`: counting them. - `area series`: the sums.
 * - `run of …`, `rule …`, `disputes of …`: the runs or versions of one rule, the disputes of one author.
 */
export type LockName =
  | 'migrations'
  | 'receive'
  | 'places'
  | 'plan'
  | 'deliveries'
  | 'subscriptions'
  | 'area series'
  | `run of ${string}`
  | `rule ${string}`
  | `disputes of ${string}`

/** Waits until no other transaction holds the lock, and holds it alone until the transaction ends. */
export async function takeLock(tx: Queryable, name: LockName): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [name])
}

/** Shares the lock with other transactions; one that takes it alone waits for them, and they wait for it. */
export async function shareLock(tx: Queryable, name: LockName): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [name])
}

/** The shared lock as an expression, for a statement that does more. */
export const shareLockSql = (name: LockName): string => `pg_advisory_xact_lock_shared(hashtext('${name}'))`

/**
 * Holds the lock alone while `work` runs, not until the transaction's end: it belongs to the session. `db` must be one
 * connection, such as a transaction or a query runner.
 */
export async function withSessionLock<T>(db: Queryable, name: LockName, work: () => Promise<T>): Promise<T> {
  await db.query('SELECT pg_advisory_lock(hashtext($1))', [name])
  try {
    return await work()
  } finally {
    await db.query('SELECT pg_advisory_unlock(hashtext($1))', [name])
  }
}

/** Advisory locks: one name for each thing that must not be changed by two transactions at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type DataSource, QueryFailedError, type QueryRunner } from 'typeorm'
import type { Queryable } from './queryable.js'

/**
 * - `migrations`: applying missing migrations.
 * - `receive`: shared by writers of probes, claims and flags; a classification takes it alone for a moment to read the
 *   clock. Every row received before a run's `known_before` is therefore committed when the run reads, and a rebuilt run
 *   reads the same rows.
 * - `places`: taken alone to change areas and the areas of cells; shared by a run that counts by them.
 * - `plan`: the plan and its findings.
 * - `roster`: changes of the roster of operators, so that two cannot overlap.
 * - `sites`: a site that a person saves, so that it is not another one's by then. - `site lines`: lines of sites as people report them.
 * - `accounts`: changes of accounts, so that two administrators cannot disable each other.
 * - `secrets`: shared by whoever seals a secret, taken alone to change the keys.
 * - `audit log`: sealing rows of the log, taken by a trigger when a transaction commits.
 * - `deliveries`: numbering messages to subscribers. - `subscriptions`: counting them. - `area series`: the sums.
 * - `run of …`, `rule …`, `disputes of …`: the runs or versions of one rule, the disputes of one author.
 * - `document …`: the versions of one kind of document.
 */
export type LockName =
  | 'migrations'
  | 'receive'
  | 'places'
  | 'plan'
  | 'roster'
  | 'sites'
  | 'site lines'
  | 'accounts'
  | 'secrets'
  | 'audit log'
  | 'deliveries'
  | 'subscriptions'
  | 'area series'
  | `run of ${string}`
  | `rule ${string}`
  | `disputes of ${string}`
  | `document ${string}`

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
 * Holds the lock alone while `work` runs. It belongs to the session: `db` must be one connection without an open
 * transaction, for in a failed one the lock would stay.
 */
export async function withSessionLock<T>(db: Queryable, name: LockName, work: () => Promise<T>): Promise<T> {
  await db.query('SELECT pg_advisory_lock(hashtext($1))', [name])
  try {
    return await work()
  } finally {
    await db.query('SELECT pg_advisory_unlock(hashtext($1))', [name])
  }
}

/** Takes those locks that are free for the session, and names them. They are held until they are released, or it ends. */
export async function trySessionLocks(db: Queryable, names: readonly LockName[]): Promise<LockName[]> {
  const rows: { name: LockName }[] = await db.query(
    'SELECT name FROM unnest($1::text[]) AS name WHERE pg_try_advisory_lock(hashtext(name))',
    [names],
  )
  return rows.map(({ name }) => name)
}

/** Releases locks of the session. No transaction may be open: in a failed one the locks would stay. */
export async function releaseSessionLocks(db: Queryable, names: readonly LockName[]): Promise<void> {
  await db.query('SELECT pg_advisory_unlock(hashtext(name)) FROM unnest($1::text[]) AS name', [names])
}

/** Takes the lock until the transaction's end if nobody else holds it. */
export async function tryLock(tx: Queryable, name: LockName): Promise<boolean> {
  const [{ taken }] = await tx.query('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS taken', [name])
  return taken as boolean
}

/** Shares the lock until the transaction's end if nobody holds it alone. */
export async function tryShareLock(tx: Queryable, name: LockName): Promise<boolean> {
  const [{ taken }] = await tx.query('SELECT pg_try_advisory_xact_lock_shared(hashtext($1)) AS taken', [name])
  return taken as boolean
}

/** Nothing was done because another transaction or session holds what the work needs; it may be tried again. */
export class BusyError extends Error {}

/** A transaction that waits holds back the vacuum of every table, and whoever waits for it. */
const MAX_WAIT = '1s'
const ATTEMPTS = 20
const PAUSE_MS = 250

/**
 * Runs work in a transaction in which no statement waits for a lock for longer than a second. Where one would, all of it
 * is rolled back, and after a pause begun again; BusyError after twenty attempts.
 */
export async function withoutLongWaits<T>(
  connection: QueryRunner,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    await connection.startTransaction()
    try {
      await connection.query(`SET LOCAL lock_timeout = '${MAX_WAIT}'`)
      const result = await work(connection.manager)
      await connection.commitTransaction()
      return result
    } catch (error) {
      // The error that is thrown is the first one, also where the connection is lost.
      await connection.rollbackTransaction().catch(() => undefined)
      if (!isLockTimeout(error)) throw error
      if (attempts === ATTEMPTS) throw new BusyError('another process holds a lock that it needs')
    }
    await sleep(PAUSE_MS)
  }
}

/** The same in a transaction of its own. */
export async function transactionWithoutLongWaits<T>(
  source: DataSource,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const connection = source.createQueryRunner()
  try {
    return await withoutLongWaits(connection, work)
  } finally {
    await connection.release()
  }
}

/** PostgreSQL's code for a lock that was not to be had in time. */
const isLockTimeout = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '55P03'

/** Leases of jobs, their results, and signs of life of worker processes. */
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

export * from './job-results.js'
export * from './waiting-work.js'

/** Takes the lease `key` for a time; false if another process holds it. */
export async function takeLease(db: Queryable, key: string, ttlMs: number): Promise<boolean> {
  const lease = await queryRow(
    db,
    sql`INSERT INTO lease (key, expires_at) VALUES (${key}, now() + make_interval(secs => ${ttlMs}::float8 / 1000))
     ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE lease.expires_at < now() RETURNING key`,
  )
  return lease !== undefined
}

export async function dropOldLeases(db: Queryable): Promise<void> {
  await queryRows(db, sql`DELETE FROM lease WHERE expires_at < now() - interval '7 days'`)
}

/**
 * The name of a worker process: the key of its lease and the name of its sessions (`application_name`, at most 63 bytes).
 */
export type WorkerName = `worker ${string}`

const WORKER_KEYS = 'worker %'

/** Says that the worker lives, for the next `ttlMs`. */
export async function renewWorkerLease(db: Queryable, name: WorkerName, ttlMs: number): Promise<void> {
  await queryRows(
    db,
    sql`INSERT INTO lease (key, expires_at) VALUES (${name}, now() + make_interval(secs => ${ttlMs}::float8 / 1000))
     ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at`,
  )
}

export async function dropWorkerLease(db: Queryable, name: WorkerName): Promise<void> {
  await queryRows(db, sql`DELETE FROM lease WHERE key = ${name}`)
}

/**
 * Passes over the workers that gave no sign of life until their lease ended, and returns their names: their sessions are
 * ended, and with them their transactions and locks, so that others can do their work at once (waited for 5 s at most).
 */
export async function endSilentWorkers(db: Queryable): Promise<WorkerName[]> {
  const rows = await queryRows<{ key: WorkerName }>(
    db,
    sql`WITH silent AS (DELETE FROM lease WHERE key LIKE ${WORKER_KEYS} AND expires_at < now() RETURNING key),
       ended AS (SELECT count(pg_terminate_backend(a.pid, 5000)) FROM pg_stat_activity AS a JOIN silent AS s ON s.key = a.application_name
         WHERE a.datname = current_database())
     SELECT silent.key FROM silent, ended`,
  )
  return rows.map(({ key }) => key)
}

/** Number of workers that live. */
export async function countWorkers(db: Queryable): Promise<number> {
  const row = await queryRow<{ count: number }>(
    db,
    sql`SELECT count(*)::int AS count FROM lease WHERE key LIKE ${WORKER_KEYS} AND expires_at >= now()`,
  )
  return row!.count
}

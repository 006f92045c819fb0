/** Figures of the whole database that somebody must notice when they grow, or when they stop growing. */
import type { Queryable } from '../database/database.js'
import { queryRow } from '../database/query.js'
import { join, raw, sql } from '../database/sql.js'

/** Counting ends here: whoever has so many has to look, and a figure must cost the same on every day. */
export const MAX_COUNTED = 10_000

/** The times without a probe, days, for which silent devices are counted. */
export const SILENT_DAYS = [1, 7, 30] as const

export interface WaitingWork {
  /** Messages to webhooks that were neither delivered nor given up, at most `MAX_COUNTED`; those of paused webhooks wait for a person. */
  deliveries: number
  /** Age of the oldest of these, seconds; 0 where there is none. */
  oldestDeliverySeconds: number
  /** Rejected records that nobody has dealt with, at most `MAX_COUNTED`. */
  quarantined: number
  /** Months after this one (UTC) that have a table for probes. */
  monthsAhead: number
  /** Time since the newest measurement of any device, seconds; null where no device ever measured. */
  newestProbeSeconds: number | null
  /** Devices in use. */
  devices: number
  /** Devices in use without a measurement for each of `SILENT_DAYS`; those that never measured are silent since they were made. */
  silentDevices: number[]
}

const silentFor = (days: number) =>
  raw(`count(*) FILTER (WHERE coalesce(last_measured_at, created_at) < now() - interval '${days} days')`)

/** Reads the lists of what waits and the devices, no probes: a few milliseconds, whatever the number of probes. */
export async function waitingWork(db: Queryable): Promise<WaitingWork> {
  const row = await queryRow<WaitingWork>(
    db,
    sql`SELECT d.n::float8 AS deliveries, coalesce(extract(epoch FROM now() - d.oldest), 0)::float8 AS "oldestDeliverySeconds",
       (SELECT count(*) FROM (SELECT FROM quarantine WHERE resolved_at IS NULL LIMIT ${MAX_COUNTED}) AS q)::float8 AS quarantined,
       (SELECT count(*) FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'probe'::regclass
          AND c.relname > 'probe_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM'))::float8 AS "monthsAhead",
       extract(epoch FROM now() - v.newest)::float8 AS "newestProbeSeconds", v.n::float8 AS devices, v.silent AS "silentDevices"
     FROM (SELECT count(*) AS n, min(created_at) AS oldest FROM
         (SELECT w.created_at FROM delivery AS w JOIN subscription AS s ON s.id = w.subscription_id AND s.deleted_at IS NULL AND NOT s.paused
            WHERE w.delivered_at IS NULL AND w.dead_at IS NULL LIMIT ${MAX_COUNTED}) AS w) AS d,
       (SELECT count(*) AS n, max(last_measured_at) AS newest, ARRAY[${join(SILENT_DAYS.map(silentFor), ', ')}]::float8[] AS silent
         FROM device WHERE revoked_at IS NULL) AS v`,
  )
  return row!
}

/** The bytes of all tables and indexes. The server asks the file system for each file: ask seldom. */
export async function databaseBytes(db: Queryable): Promise<number> {
  const row = await queryRow<{ bytes: number }>(
    db,
    sql`SELECT pg_database_size(current_database())::float8 AS bytes`,
  )
  return row!.bytes
}

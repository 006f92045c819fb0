/** The way in which each job of the schedule went last, on whatever worker. */
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

export interface JobResult {
  job: string
  endedAt: Date
  durationMs: number
  /** The rows that the last run wrote or judged; null where the job does not count, or failed. */
  rows: number | null
  /** The end of the last run that succeeded; null where none did. */
  succeededAt: Date | null
  runs: number
  failures: number
  /** The reason why the last run failed; null where it succeeded. */
  error: string | null
}

/** The end of one run of a job; `error` is null where it succeeded. */
export interface JobEnd {
  job: string
  durationMs: number
  rows: number | null
  error: string | null
}

/** Notes the end of a run of a job. */
export async function recordJobEnd(db: Queryable, { job, durationMs, rows, error }: JobEnd): Promise<void> {
  const failures = error === null ? 0 : 1
  await queryRows(
    db,
    sql`INSERT INTO job_result AS j (job, ended_at, duration_ms, rows, succeeded_at, runs, failures, error)
     VALUES (${job}, now(), ${Math.round(durationMs)}, ${rows}, CASE WHEN ${failures} = 0 THEN now() END, 1, ${failures}, ${error})
     ON CONFLICT (job) DO UPDATE SET ended_at = excluded.ended_at, duration_ms = excluded.duration_ms, rows = excluded.rows, error = excluded.error,
       succeeded_at = coalesce(excluded.succeeded_at, j.succeeded_at), runs = j.runs + 1, failures = j.failures + excluded.failures`,
  )
}

/** The results of all jobs that ever ended, by name. */
export const listJobResults = (db: Queryable): Promise<JobResult[]> =>
  queryRows(
    db,
    sql`SELECT job, ended_at AS "endedAt", duration_ms AS "durationMs", rows::float8 AS rows, succeeded_at AS "succeededAt", runs::float8 AS runs,
       failures::float8 AS failures, error FROM job_result ORDER BY job`,
  )

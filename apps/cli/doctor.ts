/** `doctor`: the first things to check when something is wrong. */
import { lastBackup } from '#store/backup'
import { listJobResults } from '#store/workers'
import type { DataSource } from 'typeorm'
import type { Output } from './output.js'

/** The result of one check. */
interface Check {
  name: string
  ok: boolean
  detail: string
}

const CHECKS: readonly { name: string; sql: string; ok: (row: Record<string, unknown>) => boolean }[] = [
  {
    name: 'postgresql',
    sql: `SELECT current_setting('server_version') AS detail`,
    ok: ({ detail }) => parseInt(String(detail)) >= 15,
  },
  { name: 'postgis', sql: 'SELECT postgis_lib_version() AS detail', ok: () => true },
  {
    name: 'regions',
    sql: `SELECT count(*) AS detail FROM current_area WHERE level = 'region'`,
    ok: ({ detail }) => Number(detail) === 12,
  },
  {
    name: 'provinces',
    sql: `SELECT count(*) AS detail FROM current_area WHERE level = 'province'`,
    ok: ({ detail }) => Number(detail) === 75,
  },
  { name: 'sites', sql: 'SELECT count(*) AS detail FROM site', ok: () => true },
  {
    name: 'probe partition of this month',
    sql: `SELECT to_regclass('probe_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) AS detail`,
    ok: ({ detail }) => detail !== null,
  },
  { name: 'runs', sql: 'SELECT count(*) AS detail FROM run', ok: () => true },
  {
    name: 'in quarantine',
    sql: 'SELECT count(*) AS detail FROM quarantine WHERE resolved_at IS NULL',
    ok: () => true,
  },
]

/** A database of more than one day without a backup is a risk, but not a fault of the installation. */
async function backupCheck(source: DataSource): Promise<Check> {
  const last = await lastBackup(source.manager)
  return { name: 'last backup', ok: true, detail: last?.toISOString() ?? 'never (docs/backup.md)' }
}

/** The jobs of the schedule whose last run failed. */
async function jobsCheck(source: DataSource): Promise<Check> {
  const failed = (await listJobResults(source.manager)).filter(({ error }) => error !== null)
  const detail = failed.map(
    ({ job, endedAt, error }) => `${job} failed at ${endedAt.toISOString()}: ${error}`,
  )
  return { name: 'jobs', ok: failed.length === 0, detail: detail.join('; ') || 'none failed' }
}

/** Runs and prints all checks. True where all of them are good. */
export async function doctor(source: DataSource, output: Output): Promise<boolean> {
  const checks: Check[] = []
  for (const { name, sql, ok } of CHECKS) {
    const [row] = (await source.query(sql)) as Record<string, unknown>[]
    checks.push({ name, ok: ok(row!), detail: String(row!.detail) })
  }
  checks.push(await backupCheck(source), await jobsCheck(source))
  const lines = checks.map((check) => `${check.ok ? 'ok  ' : 'BAD '} ${check.name}: ${check.detail}`)
  output.result(lines, { checks })
  return checks.every((check) => check.ok)
}

/**
 * The log: who did what, and when. Rows are never changed or deleted, and each is sealed when its transaction commits
 * (`libs/store/audit`).
 */
import type { Queryable } from '../database/database.js'
import { prepared, queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

/** Action of an import of areas; a run looks for one since the previous run. */
export const AREAS_IMPORTED = 'import areas'

/**
 * - `change`: data or rights were changed. - `sign_in`: somebody signed in or out, or tried to.
 * - `read`: personal data or data of devices were read. - `export`: data were taken away as a file.
 * - `refusal`: a program was refused what its key does not allow. - `anchor`: older rows were retired.
 */
export const LOG_KINDS = ['change', 'sign_in', 'read', 'export', 'refusal', 'anchor'] as const
export type LogKind = (typeof LOG_KINDS)[number]

export interface LogEvent {
  kind: LogKind
  author: string
  action: string
  subject: string
  detail?: object | null
}

/** Records an event that changes no data. */
export async function recordEvent(db: Queryable, event: LogEvent): Promise<void> {
  const { kind, author, action, subject, detail = null } = event
  await queryRows(
    db,
    sql`INSERT INTO change (kind, author, action, subject, detail)
     VALUES (${kind}, ${author}, ${action}, ${subject}, ${detail && JSON.stringify(detail)})`,
  )
}

/**
 * Records a change with its author. Where something is replaced, `detail` has what it was and what it is, as `before` and
 * `after`.
 */
export async function recordChange(
  db: Queryable,
  author: string,
  action: string,
  subject: string,
  detail: object | null = null,
): Promise<void> {
  await recordEvent(db, { kind: 'change', author, action, subject, detail })
}

/** Numbers that grow with every change by a person and with every run. If both are unchanged, so are the data. */
export async function dataRevision(db: Queryable): Promise<{ change: number; newestRun: number }> {
  const row = await queryRow<{ change: number; newestRun: number }>(
    db,
    prepared(sql`SELECT coalesce((SELECT max(id) FROM change WHERE kind = 'change'), 0)::float8 AS change,
       coalesce((SELECT max(id) FROM run), 0) AS "newestRun"`),
  )
  return row!
}

/** Actions that change no list, claim, boundary or published run. Any other action may. */
const COLLECTION_NEUTRAL_ACTIONS = [
  'classify',
  'save rule',
  'import probes',
  'resubmit quarantined',
  'add device',
  'revoke device',
  'rename device',
  'rotate token',
  'replace device',
  'add account',
  'change password',
  'change account',
  'remove account',
  'reset account',
  'accept invitation',
  'end sessions',
  'add second factor',
  'remove second factor',
  'renew recovery codes',
  'use recovery code',
  'change sign-in rule',
  'add api key',
  'extend api key',
  'revoke api key',
  'set retention',
]

/** Id of the newest change that may alter a collection of a run, a list or a claim; '0' if there was none yet. */
export async function collectionRevision(db: Queryable): Promise<string> {
  const change = await queryRow<{ id: string }>(
    db,
    // The name of the table is needed: `id` alone would be the text of the SELECT, by which 9 comes after 10.
    sql`SELECT id::text FROM change WHERE kind = 'change' AND action <> ALL(${COLLECTION_NEUTRAL_ACTIONS}::text[])
     ORDER BY change.id DESC LIMIT 1`,
  )
  return change?.id ?? '0'
}

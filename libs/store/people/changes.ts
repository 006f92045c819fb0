/** Who changed what. */
import type { Queryable } from '../database/database.js'
import { PREPARED } from '../database/prepared-client.js'

/** The action of an import of areas: runs ask for it. */
export const AREAS_IMPORTED = 'import areas'

/** Leaves the author of a change, for ever. */
export async function recordChange(
  db: Queryable,
  author: string,
  action: string,
  subject: string,
  detail: object | null = null,
): Promise<void> {
  await db.query('INSERT INTO change (author, action, subject, detail) VALUES ($1, $2, $3, $4)', [
    author,
    action,
    subject,
    detail && JSON.stringify(detail),
  ])
}

/** Numbers that grow with every change by a person and with every run: what is read stays the same while they do. */
export async function dataRevision(db: Queryable): Promise<{ change: number; newestRun: number }> {
  const [row] = await db.query(
    `${PREPARED}SELECT coalesce((SELECT max(id) FROM change), 0)::float8 AS change,
       coalesce((SELECT max(id) FROM run), 0) AS "newestRun"`,
    [],
  )
  return row as { change: number; newestRun: number }
}

/** What is recorded and yet leaves every list, claim, boundary and published run as it was. Anything else may move them. */
const COLLECTION_NEUTRAL_ACTIONS = [
  'classify',
  'save rule',
  'import probes',
  'resubmit quarantined',
  'add device',
  'revoke device',
  'add account',
  'change password',
]

/** Of the newest change that may show in a collection of a run, a list or a claim; '0' where there was none yet. */
export async function collectionRevision(db: Queryable): Promise<string> {
  const rows: { id: string }[] = await db.query(
    'SELECT id::text FROM change WHERE action <> ALL($1::text[]) ORDER BY id DESC LIMIT 1',
    [COLLECTION_NEUTRAL_ACTIONS],
  )
  return rows[0]?.id ?? '0'
}

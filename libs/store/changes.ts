/** Who changed what. */
import type { Queryable } from './database.js'

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

/** What is recorded and yet leaves every list, claim, boundary and published run as it was. Anything else may move them. */
const LEAVES_COLLECTIONS = [
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
export async function lastChange(db: Queryable): Promise<string> {
  const rows: { id: string }[] = await db.query(
    'SELECT id::text FROM change WHERE action <> ALL($1::text[]) ORDER BY id DESC LIMIT 1',
    [LEAVES_COLLECTIONS],
  )
  return rows[0]?.id ?? '0'
}

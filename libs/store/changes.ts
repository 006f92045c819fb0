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

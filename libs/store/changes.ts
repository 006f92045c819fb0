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

/** Of the newest change; '0' where nothing was changed yet. Moves on with every import, correction and decision. */
export async function lastChange(db: Queryable): Promise<string> {
  const rows: { id: string }[] = await db.query('SELECT coalesce(max(id), 0)::text AS id FROM change')
  return rows[0]!.id
}

/**
 * Documents that administrators write as a whole, in versions: the catalogue of platforms and others. A version is never changed or
 * removed.
 */
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'

export type DocumentKind = 'platforms' | 'programme'

export interface DocumentVersion {
  version: number
  author: string
  /** The reason of the change; null for what was shipped. */
  comment: string | null
  createdAt: Date
}

type VersionRow<T> = DocumentVersion & { definition: T }

const VERSION_COLUMNS = raw(`version, definition, author, comment, created_at AS "createdAt"`)

/** The newest version, which is in force; undefined before the database is prepared. */
export async function currentDocument<T>(
  db: Queryable,
  kind: DocumentKind,
): Promise<VersionRow<T> | undefined> {
  return queryRow(
    db,
    sql`SELECT ${VERSION_COLUMNS} FROM versioned_document WHERE kind = ${kind} ORDER BY version DESC LIMIT 1`,
  )
}

/** The versions before one of them, newest first. */
export async function listDocuments<T>(
  db: Queryable,
  kind: DocumentKind,
  { before, limit }: { before: number; limit: number },
): Promise<VersionRow<T>[]> {
  return queryRows(
    db,
    sql`SELECT ${VERSION_COLUMNS} FROM versioned_document AS d WHERE d.kind = ${kind} AND d.version < ${before}
     ORDER BY d.version DESC LIMIT ${limit}`,
  )
}

export interface DocumentWrite {
  /** The version that the author read. */
  base: number
  author: string
  comment: string
}

/** Writes a new version; `current` is the newest one, where it is not the one that the author read. */
export async function saveDocument<T extends object>(
  source: DataSource,
  kind: DocumentKind,
  definition: T,
  { base, author, comment }: DocumentWrite,
): Promise<{ saved: VersionRow<T> } | { current: number }> {
  return source.transaction(async (tx) => {
    await takeLock(tx, `document ${kind}`)
    const before = (await currentDocument<T>(tx, kind))!
    if (before.version !== base) return { current: before.version }
    const saved = await insertVersion(tx, { kind, version: base + 1, definition, author, comment })
    await recordChange(tx, author, `save ${kind}`, `version ${saved.version}`, {
      comment,
      before: before.definition,
      after: definition,
    })
    return { saved }
  })
}

interface NewVersion<T> {
  kind: DocumentKind
  version: number
  definition: T
  author: string
  comment: string | null
}

async function insertVersion<T extends object>(
  tx: Queryable,
  { kind, version, definition, author, comment }: NewVersion<T>,
): Promise<VersionRow<T>> {
  const row = await queryRow<VersionRow<T>>(
    tx,
    sql`INSERT INTO versioned_document (kind, version, definition, author, comment)
     VALUES (${kind}, ${version}, ${JSON.stringify(definition)}::jsonb, ${author}, ${comment})
     RETURNING ${VERSION_COLUMNS}`,
  )
  return row!
}

/** Writes the first version where there is none. It may be called by several processes at once. */
export async function seedDocument(
  source: DataSource,
  kind: DocumentKind,
  definition: object,
): Promise<void> {
  if (await currentDocument(source.manager, kind)) return
  await source.transaction(async (tx) => {
    await takeLock(tx, `document ${kind}`)
    if (await currentDocument(tx, kind)) return
    await insertVersion(tx, { kind, version: 1, definition, author: 'setup', comment: null })
    await recordChange(tx, 'setup', `seed ${kind}`, 'version 1')
  })
}

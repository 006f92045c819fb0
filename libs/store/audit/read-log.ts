/** Reading the log: newest first, filtered, and whole with its seals. */
import type { Queryable } from '../database/database.js'
import { momentOrDay } from '../database/local-time.js'
import { queryRows } from '../database/query.js'
import { allOf, param, raw, sql } from '../database/sql.js'
import type { LogKind } from '../people/changes.js'

export interface LogRow {
  id: string
  at: Date
  kind: LogKind
  author: string
  action: string
  subject: string
  detail: Record<string, unknown> | null
  /** Whether names were removed from the row because a person was erased. */
  isRedacted: boolean
}

export interface LogFilter {
  kind?: LogKind | undefined
  author?: string | undefined
  action?: string | undefined
  subject?: string | undefined
  /** First moment, and the moment before which rows are read. */
  from?: string | undefined
  to?: string | undefined
}

const COLUMNS = raw(`c.id::text AS id, c.at, c.kind, c.author, c.action, c.subject, c.detail,
  c.redacted_by IS NOT NULL AS "isRedacted"`)

/** Rows with ids below `before`, newest first. */
export async function listLog(
  db: Queryable,
  { kind, author, action, subject, from, to }: LogFilter,
  { before, limit }: { before: string; limit: number },
): Promise<LogRow[]> {
  const where = allOf([
    sql`c.id < ${before}::bigint`,
    kind ? sql`c.kind = ${kind}` : null,
    author ? sql`c.author = ${author}` : null,
    action ? sql`c.action = ${action}` : null,
    subject ? sql`c.subject = ${subject}` : null,
    from ? sql`c.at >= ${momentOrDay(param(from, 'text'))}` : null,
    to ? sql`c.at < ${momentOrDay(param(to, 'text'))}` : null,
  ])
  return queryRows(
    db,
    sql`SELECT ${COLUMNS} FROM change AS c WHERE ${where} ORDER BY c.id DESC LIMIT ${limit}`,
  )
}

/** A row as it was sealed: who has these can check the chain without the database. */
export interface SealedRow {
  seq: string
  changeId: string
  /** Hexadecimal; null if the row was redacted. */
  salt: string | null
  contentHash: string
  hash: string
  /** The text that was sealed, a JSON array; null if the row is missing. */
  row: string | null
  redactedBy: string | null
}

const BATCH = 2_000

/** All seals with their rows, in their order. */
export async function* sealedRows(db: Queryable, after = '0'): AsyncGenerator<SealedRow> {
  for (let last = after; ;) {
    const rows = await queryRows<SealedRow>(
      db,
      sql`SELECT s.seq::text AS seq, s.change_id::text AS "changeId", encode(s.salt, 'hex') AS salt,
         encode(s.content_hash, 'hex') AS "contentHash", encode(s.hash, 'hex') AS hash,
         CASE WHEN c.id IS NOT NULL THEN change_text(c) END AS row, c.redacted_by::text AS "redactedBy"
       FROM change_seal AS s LEFT JOIN change AS c ON c.id = s.change_id
       WHERE s.seq > ${last}::bigint ORDER BY s.seq LIMIT ${BATCH}`,
    )
    yield* rows
    if (rows.length < BATCH) return
    last = rows.at(-1)!.seq
  }
}

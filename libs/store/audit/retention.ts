/** Retention of the log, as data. Old rows leave together, after an anchor row that has the last hash of them. */
import { DAY_MS } from '#domain/units'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { recordChange, recordEvent } from '../people/changes.js'
import type { LogHead } from './verify-log.js'

export interface Retention {
  /** The kind of things that are kept. */
  subject: RetentionSubject
  /** Days after which it is removed. */
  days: number
}

export const RETENTION_SUBJECTS = ['log', 'quarantine', 'dispute_documents'] as const
export type RetentionSubject = (typeof RETENTION_SUBJECTS)[number]

/** Shortest time that anything may be kept, days: an error of yesterday can still be explained. */
export const MIN_RETENTION_DAYS = 30
export const MAX_RETENTION_DAYS = 36_500

export async function listRetention(db: Queryable): Promise<Retention[]> {
  return queryRows(db, sql`SELECT subject, days FROM retention ORDER BY subject`)
}

export async function retentionDays(db: Queryable, subject: RetentionSubject): Promise<number> {
  const row = await queryRow<Retention>(
    db,
    sql`SELECT subject, days FROM retention WHERE subject = ${subject}`,
  )
  return row!.days
}

export async function setRetention(
  source: DataSource,
  { subject, days }: Retention,
  author: string,
): Promise<Retention> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'audit log')
    const before = await retentionDays(tx, subject)
    await queryRows(
      tx,
      sql`INSERT INTO retention (subject, days) VALUES (${subject}, ${days})
      ON CONFLICT (subject) DO UPDATE SET days = excluded.days`,
    )
    await recordChange(tx, author, 'set retention', subject, { before: { days: before }, after: { days } })
    return { subject, days }
  })
}

/** Retires rows of the log that are older than its retention. Returns their number. */
export async function retireLog(source: DataSource, now: Date): Promise<number> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'audit log')
    const cutoff = new Date(now.getTime() - (await retentionDays(tx, 'log')) * DAY_MS)
    // Seals are in the order of commits, times in that of the beginnings: a row stays with whatever follows it.
    const last = await queryRow<LogHead>(
      tx,
      sql`SELECT seq::text AS seq, encode(hash, 'hex') AS hash FROM change_seal AS s
       WHERE seq < coalesce((SELECT min(k.seq) FROM change_seal AS k JOIN change AS c ON c.id = k.change_id
         WHERE c.at >= ${cutoff}), (SELECT max(seq) FROM change_seal))
       ORDER BY s.seq DESC LIMIT 1`,
    )
    if (!last) return 0
    const [{ rows }] = (await tx.query('SELECT count(*)::integer AS rows FROM change_seal WHERE seq <= $1', [
      last.seq,
    ])) as [{ rows: number }]
    await recordEvent(tx, {
      kind: 'anchor',
      author: 'retention',
      action: 'retire log',
      subject: `${rows} rows`,
      detail: { through: last.seq, hash: last.hash, before: cutoff },
    })
    await tx.query('DELETE FROM change WHERE id IN (SELECT change_id FROM change_seal WHERE seq <= $1)', [
      last.seq,
    ])
    await tx.query('DELETE FROM change_seal WHERE seq <= $1', [last.seq])
    return rows
  })
}

/** Removes rejected records, and the contents of documents of disputes that are decided, once their time is over. */
export async function removeOutdated(
  db: Queryable,
  now: Date,
): Promise<{ quarantine: number; documents: number }> {
  const before = async (subject: RetentionSubject) =>
    new Date(now.getTime() - (await retentionDays(db, subject)) * DAY_MS)
  const [, quarantine] = (await db.query('DELETE FROM quarantine WHERE received_at < $1 RETURNING 1', [
    await before('quarantine'),
  ])) as [unknown, number]
  const [, documents] = (await db.query(
    `UPDATE dispute_document AS d SET content = '' FROM dispute AS f
     WHERE f.id = d.dispute_id AND d.content <> '' AND f.state IN ('upheld', 'rejected', 'withdrawn') AND f.opened_at < $1
     RETURNING 1`,
    [await before('dispute_documents')],
  )) as [unknown, number]
  return { quarantine, documents }
}

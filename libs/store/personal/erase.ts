/**
 * Erases a person (law 09-08, article 8): the account goes, its name becomes a pseudonym wherever it stands, and what people
 * wrote no longer has it. Probes stay as they are, since they never had a person, and so do verdicts.
 */
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { hashPassword } from '../people/secrets.js'
import { recordChange } from '../people/changes.js'
import { namePatterns, personalColumns } from './columns.js'

export interface Erasure {
  /** Name of the account. */
  name: string
  /** Devices that the person carried: they are revoked, and their last positions and rejected records are removed. */
  devices: readonly string[]
  /** The reason, for the log; it must not name the person. */
  comment: string
  author: string
}

export interface ErasureResult {
  /** The name that stands in the place of the person's from now on. */
  pseudonym: string
  /** Numbers of rows that were changed or removed, by table. */
  rows: Record<string, number>
}

export type ErasureRefusal = { refused: 'unknown' | 'last administrator' | 'oneself' }

export async function erasePerson(
  source: DataSource,
  erasure: Erasure,
): Promise<ErasureResult | ErasureRefusal> {
  const { name, author, comment } = erasure
  // Computed outside of the transaction, because it takes a while on purpose.
  const passwordHash = await hashPassword(randomBytes(24).toString('hex'))
  return source.transaction(async (tx) => {
    // In this order, as changes of accounts take them.
    await takeLock(tx, 'accounts')
    await takeLock(tx, 'audit log')
    const refused = await refusalOf(tx, erasure)
    if (refused) return refused
    const pseudonym = `erased ${randomBytes(5).toString('hex')}`
    const rows = await eraseFromTables(tx, name, pseudonym)
    rows['account'] = await eraseAccount(tx, { name, pseudonym, passwordHash })
    for (const id of erasure.devices) await eraseDevice(tx, id, rows)
    const redactions = await redactionsOf(tx, name, pseudonym)
    rows['change'] = redactions.length
    const detail = { comment: withoutName(comment, name, pseudonym), rows, logRows: redactions.length }
    await recordChange(tx, author, 'erase person', pseudonym, detail)
    await redact(tx, redactions)
    return { pseudonym, rows }
  })
}

async function refusalOf(tx: Queryable, { name, author }: Erasure): Promise<ErasureRefusal | null> {
  const account = await queryRow<{ role: string; others: number }>(
    tx,
    sql`SELECT a.role, (SELECT count(*) FROM account AS o WHERE o.role = 'administrator' AND o.name <> a.name
         AND o.disabled_at IS NULL AND o.removed_at IS NULL AND NOT o.must_change_password)::integer AS others
     FROM account AS a WHERE a.name = ${name} FOR UPDATE`,
  )
  if (!account) return { refused: 'unknown' }
  if (name === author) return { refused: 'oneself' }
  return account.role === 'administrator' && account.others === 0 ? { refused: 'last administrator' } : null
}

const withoutName = (text: string, name: string, pseudonym: string): string =>
  text.replace(namePatterns(name).js, pseudonym)

async function eraseFromTables(
  tx: Queryable,
  name: string,
  pseudonym: string,
): Promise<Record<string, number>> {
  const pattern = namePatterns(name).sqlText
  const rows: Record<string, number> = {}
  for (const { table, column, kind } of await personalColumns(tx)) {
    const [tableName, columnName] = [raw(`"${table}"`), raw(`"${column}"`)]
    const statement = {
      owner: sql`DELETE FROM ${tableName} WHERE ${columnName} = ${name} RETURNING 1`,
      author: sql`UPDATE ${tableName} SET ${columnName} = ${pseudonym} WHERE ${columnName} = ${name} RETURNING 1`,
      words: sql`UPDATE ${tableName} SET ${columnName} = regexp_replace(${columnName}, ${pattern}, ${pseudonym}, 'gi')
        WHERE ${columnName} ~* ${pattern} RETURNING 1`,
    }[kind]
    const changed = await countOf(tx, statement)
    if (changed > 0) rows[table] = (rows[table] ?? 0) + changed
  }
  return rows
}

/** The driver answers UPDATE and DELETE with rows and their number. */
async function countOf(tx: Queryable, statement: ReturnType<typeof sql>): Promise<number> {
  const [, count] = await queryRows<number>(tx, statement)
  return Number(count)
}

/** The row stays under the pseudonym, because rows that it made name it; nobody can sign in with it. */
async function eraseAccount(
  tx: Queryable,
  { name, pseudonym, passwordHash }: { name: string; pseudonym: string; passwordHash: string },
): Promise<number> {
  await tx.query(`UPDATE account SET created_by = $2 WHERE created_by = $1`, [name, pseudonym])
  await tx.query(
    `UPDATE account SET name = $2, password_hash = $3, role = 'public', operator = NULL, must_change_password = true,
       last_sign_in_at = NULL, disabled_at = coalesce(disabled_at, now()), removed_at = coalesce(removed_at, now()) WHERE name = $1`,
    [name, pseudonym, passwordHash],
  )
  return 1
}

async function eraseDevice(tx: Queryable, id: string, rows: Record<string, number>): Promise<void> {
  const device = await countOf(
    tx,
    sql`UPDATE device SET revoked_at = coalesce(revoked_at, now()), last_position_at = NULL, last_lat = NULL, last_lng = NULL,
       last_accuracy_m = NULL, recent_probes = NULL, recent_since = NULL WHERE id = ${id}::uuid RETURNING 1`,
  )
  const quarantine = await countOf(tx, sql`DELETE FROM quarantine WHERE device_id = ${id}::uuid RETURNING 1`)
  rows['device'] = (rows['device'] ?? 0) + device
  rows['quarantine'] = (rows['quarantine'] ?? 0) + quarantine
}

interface Redaction {
  id: string
  author: string
  subject: string
  /** JSON, or null. */
  detail: string | null
}

/** The rows of the log that name the person, as they will be. Fields of details keep their names. */
async function redactionsOf(tx: Queryable, name: string, pseudonym: string): Promise<Redaction[]> {
  const pattern = namePatterns(name).sqlText
  const rows = await queryRows<{ id: string; author: string; subject: string; detail: unknown }>(
    tx,
    sql`SELECT id::text AS id, author, subject, detail FROM change
     WHERE author = ${name} OR subject ~* ${pattern} OR detail::text ~* ${pattern} ORDER BY change.id`,
  )
  return rows.flatMap(({ id, author, subject, detail }) => {
    const next = {
      id,
      author: author === name ? pseudonym : author,
      subject: withoutName(subject, name, pseudonym),
      detail: detail === null ? null : JSON.stringify(valueWithoutName(detail, name, pseudonym)),
    }
    const isSame =
      next.author === author && next.subject === subject && next.detail === (detail && JSON.stringify(detail))
    return isSame ? [] : [next]
  })
}

function valueWithoutName(value: unknown, name: string, pseudonym: string): unknown {
  if (typeof value === 'string') return withoutName(value, name, pseudonym)
  if (Array.isArray(value)) return value.map((one) => valueWithoutName(one, name, pseudonym))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, valueWithoutName(one, name, pseudonym)]),
  )
}

/** Rewrites the rows by right of the erasure, which is the newest row; their salts go, so that no name can be guessed by its hash. */
async function redact(tx: Queryable, redactions: readonly Redaction[]): Promise<void> {
  const erasure = await queryRow<{ id: string }>(
    tx,
    sql`SELECT max(id)::text AS id FROM change WHERE action = 'erase person'`,
  )
  for (const { id, author, subject, detail } of redactions)
    await tx.query(
      'UPDATE change SET author = $2, subject = $3, detail = $4, redacted_by = $5 WHERE id = $1',
      [id, author, subject, detail, erasure!.id],
    )
  await tx.query('UPDATE change_seal SET salt = NULL WHERE change_id = ANY($1::bigint[])', [
    redactions.map(({ id }) => id),
  ])
}

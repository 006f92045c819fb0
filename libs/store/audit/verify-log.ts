/**
 * Verifies that the log is whole: each row is as it was sealed, each seal follows the one before, and none is missing. Removed
 * newest rows show only against a head that was noted elsewhere.
 */
import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { type SealedRow, sealedRows } from './read-log.js'

/** The newest seal: who notes it elsewhere can later show that nothing before it was changed or removed. */
export interface LogHead {
  seq: string
  hash: string
}

export interface LogFault {
  /** The seal, by its place in the order; null for a row without a seal. */
  seq: string | null
  /** The row of the log. */
  id: string | null
  reason: string
}

export interface LogVerification {
  rows: number
  /** The first seal that is still there; older ones were retired. Null if the log is empty. */
  first: string | null
  head: LogHead | null
  /** Rows from which names of erased persons were removed. */
  redacted: number
  /** The first hundred faults. */
  faults: LogFault[]
}

const MAX_FAULTS = 100

const sha256Hex = (...parts: Buffer[]): string =>
  createHash('sha256').update(Buffer.concat(parts)).digest('hex')

/** Hash of the salted text of a row. */
const contentHashOf = (salt: string, row: string): string =>
  sha256Hex(Buffer.from(salt, 'hex'), Buffer.from(row, 'utf8'))

const linkOf = (before: string, content: string): string =>
  sha256Hex(Buffer.from(before, 'hex'), Buffer.from(content, 'hex'))

/** Reads the whole log as it is at one moment. `expected` is a head that was noted before. */
export async function verifyLog(
  source: DataSource,
  expected: LogHead | null = null,
): Promise<LogVerification> {
  return source.transaction('REPEATABLE READ', async (tx) => {
    const walk = new ChainWalk(await anchorOf(tx), expected)
    for await (const sealed of sealedRows(tx)) walk.take(sealed)
    const { rows, first, redactions } = walk
    return {
      rows,
      first,
      head: first === null ? null : walk.head,
      redacted: [...redactions.values()].reduce((sum, n) => sum + n, 0),
      faults: [...walk.end(), ...(await unsealed(tx)), ...(await redactionFaults(tx, redactions))].slice(
        0,
        MAX_FAULTS,
      ),
    }
  })
}

/** Follows the chain from seal to seal. After a fault it goes on from the seal that is there. */
class ChainWalk {
  rows = 0
  first: string | null = null
  /** Numbers of redacted rows by the row of their erasure. */
  readonly redactions = new Map<string, number>()
  private readonly faults: LogFault[] = []
  private metExpected: boolean

  constructor(
    public head: LogHead,
    private readonly expected: LogHead | null,
  ) {
    // What was noted before the newest anchor has been retired since.
    this.metExpected = expected === null || BigInt(expected.seq) <= BigInt(head.seq)
  }

  take(sealed: SealedRow): void {
    const { seq, hash, redactedBy } = sealed
    for (const reason of [this.faultOfLink(sealed), faultOfRow(sealed), this.faultOfExpected(sealed)])
      if (reason && this.faults.length < MAX_FAULTS) this.faults.push({ seq, id: sealed.changeId, reason })
    if (redactedBy) this.redactions.set(redactedBy, (this.redactions.get(redactedBy) ?? 0) + 1)
    this.first ??= seq
    this.rows++
    this.head = { seq, hash }
  }

  /** The faults of the chain, after the last seal. */
  end(): LogFault[] {
    if (this.metExpected) return this.faults
    const reason = `the log ends at ${this.head.seq}: newer rows were removed`
    return [...this.faults, { seq: this.expected!.seq, id: null, reason }]
  }

  private faultOfLink({ seq, contentHash, hash }: SealedRow): string | null {
    if (BigInt(seq) !== BigInt(this.head.seq) + 1n)
      return `the seals between ${this.head.seq} and ${seq} are missing`
    return hash === linkOf(this.head.hash, contentHash)
      ? null
      : 'the seal does not follow from the one before'
  }

  private faultOfExpected({ seq, hash }: SealedRow): string | null {
    if (this.expected?.seq !== seq) return null
    this.metExpected = true
    return hash === this.expected.hash
      ? null
      : `the seal is not ${this.expected.hash}, which was noted before`
  }
}

function faultOfRow({ row, salt, contentHash, redactedBy }: SealedRow): string | null {
  if (row === null) return 'the row was removed'
  if (redactedBy !== null) return null
  if (salt === null) return 'the salt of the row was removed'
  return contentHashOf(salt, row) === contentHash ? null : 'the row was changed'
}

/** The seal before the first one: of the newest anchor, or the beginning. */
async function anchorOf(db: Queryable): Promise<LogHead> {
  const anchor = await queryRow<LogHead>(
    db,
    sql`SELECT detail->>'through' AS seq, detail->>'hash' AS hash FROM change WHERE kind = 'anchor' ORDER BY id DESC LIMIT 1`,
  )
  return anchor ?? { seq: '0', hash: '' }
}

async function unsealed(db: Queryable): Promise<LogFault[]> {
  const rows = await queryRows<{ id: string }>(
    db,
    sql`SELECT c.id::text AS id FROM change AS c LEFT JOIN change_seal AS s ON s.change_id = c.id
     WHERE s.seq IS NULL ORDER BY c.id LIMIT ${MAX_FAULTS}`,
  )
  return rows.map(({ id }) => ({ seq: null, id, reason: 'the row was never sealed' }))
}

/** An erasure says how many rows it redacted: a further one was rewritten by somebody else. */
async function redactionFaults(db: Queryable, counts: ReadonlyMap<string, number>): Promise<LogFault[]> {
  const rows = await queryRows<{ id: string; rows: number }>(
    db,
    sql`SELECT id::text AS id, coalesce((detail->>'logRows')::integer, 0) AS rows FROM change WHERE action = 'erase person'`,
  )
  const announced = new Map(rows.map((row) => [row.id, row.rows]))
  return [...counts]
    .filter(([id, count]) => count > (announced.get(id) ?? 0))
    .map(([id, count]) => ({
      seq: null,
      id,
      reason: `${count} rows were redacted by this erasure, which says ${announced.get(id) ?? 0}`,
    }))
}

/** The newest seal. */
export async function logHead(db: Queryable): Promise<LogHead | undefined> {
  return queryRow(
    db,
    sql`SELECT seq::text AS seq, encode(hash, 'hex') AS hash FROM change_seal ORDER BY change_seal.seq DESC LIMIT 1`,
  )
}

/**
 * The columns in which the database holds something of a person, by their names. A test compares this with every text column that
 * there is, so that a new one is decided on.
 */
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'

/**
 * - `author`: the name of an account beside what it did. It is replaced by a pseudonym, so that one hand stays one hand.
 * - `owner`: the row belongs to the account and goes with it.
 * - `words`: what people wrote; names in it are replaced.
 */
export type PersonalKind = 'author' | 'owner' | 'words'

export const PERSONAL_COLUMNS: Readonly<Record<string, PersonalKind>> = {
  author: 'author',
  created_by: 'author',
  changed_by: 'author',
  revoked_by: 'author',
  resolved_by: 'author',
  withdrawn_by: 'author',
  opened_by: 'author',
  account_name: 'owner',
  'sign_in_attempt.name': 'owner',
  comment: 'words',
  claim: 'words',
  reference: 'words',
  withdrawal_comment: 'words',
  'dispute_document.name': 'words',
  'quarantine.document': 'words',
  'api_key.name': 'words',
  // Such as “phone of Leila”.
  'device.name': 'words',
  'passkey.name': 'words',
  // Names of imported files, and what a list says of its origin.
  source: 'words',
  payload: 'words',
}

/** The log and the accounts have rules of their own. */
export const SEPARATE_TABLES = ['change', 'account'] as const

export interface PersonalColumn {
  table: string
  column: string
  kind: PersonalKind
}

/** The columns of this database that hold something of persons. */
export async function personalColumns(db: Queryable): Promise<PersonalColumn[]> {
  const rows = await queryRows<{ table: string; column: string }>(
    db,
    sql`SELECT c.relname AS "table", a.attname AS "column" FROM pg_class AS c
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.atttypid = 'text'::regtype AND c.relname <> ALL(${[...SEPARATE_TABLES]}::text[])
     ORDER BY 1, 2`,
  )
  return rows.flatMap(({ table, column }) => {
    const kind = PERSONAL_COLUMNS[`${table}.${column}`] ?? PERSONAL_COLUMNS[column]
    return kind ? [{ table, column, kind }] : []
  })
}

/**
 * Finds a name where it stands as a word of its own, whatever its case, as a regular expression of PostgreSQL and as one of
 * JavaScript. Letters, digits and `_` continue a word.
 */
export function namePatterns(name: string): { sqlText: string; js: RegExp } {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return {
    sqlText: `(?<![[:alnum:]_])${escaped}(?![[:alnum:]_])`,
    js: new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu'),
  }
}

/** Everything that the database holds of a person, for that person (law 09-08, article 7). */
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'
import { namePatterns, personalColumns } from './columns.js'

export interface PersonalData {
  name: string
  /** Rows by table, as they are stored, without secrets and their hashes. */
  tables: Record<string, Record<string, unknown>[]>
}

/** Secrets tell nothing about a person, and whoever has them could act in the person's name. */
const SECRETS = [
  'password_hash',
  'token_hash',
  'key_hash',
  'code_hash',
  'secret',
  'previous_secret',
  'content',
]

/** Reads each table once. A name that nobody has gives no rows. */
export async function personalDataOf(db: Queryable, name: string): Promise<PersonalData> {
  const pattern = namePatterns(name).sqlText
  const columns = await personalColumns(db)
  const tables: PersonalData['tables'] = {}
  const read = async (table: string, conditions: readonly string[]) => {
    const rows = await queryRows<{ row: Record<string, unknown> }>(
      db,
      sql`SELECT to_jsonb(t) - ${SECRETS}::text[] AS row FROM ${raw(`"${table}"`)} AS t,
         (SELECT ${name}::text AS name, ${pattern}::text AS pattern) AS person
       WHERE ${raw(conditions.join(' OR '))}`,
    )
    if (rows.length > 0) tables[table] = rows.map(({ row }) => row)
  }
  await read('account', ['t.name = person.name', 't.created_by = person.name'])
  for (const table of new Set(columns.map((one) => one.table)))
    await read(
      table,
      columns.filter((one) => one.table === table).map(({ column, kind }) => conditionOf(column, kind)),
    )
  await read('change', [
    't.author = person.name',
    't.subject ~* person.pattern',
    't.detail::text ~* person.pattern',
  ])
  return { name, tables }
}

const conditionOf = (column: string, kind: 'author' | 'owner' | 'words'): string =>
  kind === 'words' ? `t."${column}" ~* person.pattern` : `t."${column}" = person.name`

/** The areas that accounts and API keys are bound to. */
import type { Scope } from '#domain/account'
import type { Queryable } from '../database/database.js'
import { queryRows } from '../database/query.js'
import { raw, sql } from '../database/sql.js'

const TABLES = {
  account: { table: 'account_area', column: 'account_name', type: 'text' },
  key: { table: 'api_key_area', column: 'key_id', type: 'uuid' },
} as const

/** The codes among these that no area of the newest editions has. */
export async function unknownAreas(db: Queryable, areas: Scope): Promise<string[]> {
  if (!areas?.length) return []
  const rows = await queryRows<{ code: string }>(
    db,
    sql`SELECT u.code FROM unnest(${areas}::text[]) AS u(code)
     WHERE NOT EXISTS (SELECT 1 FROM current_area AS a WHERE a.code = u.code) ORDER BY 1`,
  )
  return rows.map(({ code }) => code)
}

/**
 * Binds an account, by its name, or a key, by its id, to these areas instead of those before. The areas must exist: throws where one has
 * gone meanwhile, for whoever is bound to none acts for the whole country.
 */
export async function bindToAreas(
  tx: Queryable,
  who: keyof typeof TABLES,
  id: string,
  areas: Scope,
): Promise<void> {
  const { table, column, type } = TABLES[who]
  await queryRows(tx, sql`DELETE FROM ${raw(table)} WHERE ${raw(column)} = ${id}::${raw(type)}`)
  const codes = [...new Set(areas)]
  const bound = await queryRows(
    tx,
    sql`WITH bound AS (INSERT INTO ${raw(table)} (${raw(column)}, area_code, area_vintage)
       SELECT ${id}::${raw(type)}, a.code, a.vintage FROM current_area AS a WHERE a.code = ANY(${codes}::text[]) RETURNING 1)
     SELECT 1 FROM bound`,
  )
  if (bound.length !== codes.length)
    throw new Error(`one of the areas ${codes.join(', ')} is no longer there`)
}

/** An expression for the codes of the areas that `id` is bound to: an array, or null where there are none. */
export function boundAreasSql(who: keyof typeof TABLES, id: string): string {
  const { table, column } = TABLES[who]
  return `(SELECT array_agg(g.area_code ORDER BY g.area_code) FROM ${table} AS g WHERE g.${column} = ${id})`
}

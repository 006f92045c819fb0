import { SHIPPED_ROSTER } from '#domain/roster'
import type { DataSource } from 'typeorm'
import { queryRow } from '../database/query.js'
import { sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import { changeRoster, insertRosterEntry } from './change-roster.js'

const ACTION = 'seed roster'

/**
 * Writes the shipped roster where none was ever written: what an administrator has withdrawn stays withdrawn. It may be
 * called by several processes at once.
 */
export async function seedShippedRoster(source: DataSource): Promise<void> {
  if (await wasEverFilled(source)) return
  await changeRoster(source, async (tx) => {
    if (await wasEverFilled(tx)) return
    const by = { author: 'setup', comment: null }
    for (const entry of SHIPPED_ROSTER) await insertRosterEntry(tx, entry, by)
    await recordChange(tx, by.author, ACTION, `${SHIPPED_ROSTER.length} entries`)
  })
}

async function wasEverFilled(db: Parameters<typeof queryRow>[0]): Promise<boolean> {
  const row = await queryRow<{ filled: boolean }>(
    db,
    sql`SELECT EXISTS (SELECT 1 FROM roster_entry) OR EXISTS (SELECT 1 FROM change WHERE action = ${ACTION}) AS filled`,
  )
  return row!.filled
}

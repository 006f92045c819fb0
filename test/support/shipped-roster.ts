import { SHIPPED_ROSTER } from '#domain/roster'
import { addRosterEntry } from '#store/roster'
import type { DataSource } from 'typeorm'

/** Writes the shipped roster, which the templates of the tests are without. */
export async function writeShippedRoster(source: DataSource): Promise<void> {
  for (const entry of SHIPPED_ROSTER) {
    const result = await addRosterEntry(source, entry, { author: 'test', comment: null })
    if ('rejections' in result) throw new Error(JSON.stringify(result.rejections))
  }
}

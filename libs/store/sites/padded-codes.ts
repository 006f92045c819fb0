/** Recognises codes whose leading zeros a spreadsheet has dropped, so that they would name other sites. */
import type { Queryable } from '../database/database.js'

/**
 * Stored sites whose code is the same number with leading zeros, by the given code. Only codes of digits alone are
 * considered.
 */
export async function paddedSiteCodes(db: Queryable, codes: readonly string[]): Promise<Map<string, string>> {
  const numbers = codes.filter((code) => /^[1-9]\d*$/.test(code))
  if (numbers.length === 0) return new Map()
  const rows: { code: string; digits: string }[] = await db.query(
    `SELECT code, ltrim(code, '0') AS digits FROM site
     WHERE code ~ '^0[0-9]+$' AND ltrim(code, '0') = ANY($1) AND NOT EXISTS (
       SELECT FROM site AS plain WHERE plain.code = ltrim(site.code, '0'))`,
    [numbers],
  )
  return new Map(rows.map(({ code, digits }) => [digits, code]))
}

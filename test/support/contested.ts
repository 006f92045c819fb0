/** Declarations that a test can contest. */
import type { TestDatabase } from './database.js'

/** The fields of a dispute about the n-th declaration of an operator. */
export async function newClaimOf(
  { source }: TestDatabase,
  operator: string,
  n: number,
): Promise<{ subject: 'declaration'; cell: string; operator: string; technology: string }> {
  const rows: { cell: string; technology: string }[] = await source.query(
    `SELECT to_hex(cell) AS cell, technology FROM coverage
     WHERE kind = 'declared' AND operator = $1 AND withdrawn_at IS NULL ORDER BY cell, technology LIMIT 1 OFFSET $2`,
    [operator, n * 10],
  )
  return { subject: 'declaration', operator, ...rows[0]! }
}

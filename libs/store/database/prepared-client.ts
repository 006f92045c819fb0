/** A connection that keeps the plans of hot statements. */
import pg from 'pg'

/**
 * Marks a statement, at its beginning, as one whose plan is kept: with many monthly partitions, planning takes as long
 * as reading a page. Its LIMIT must be in the text: PostgreSQL estimates a parameter there as a tenth of all rows, and
 * then plans the statement again each time.
 */
export const PREPARED = '/* prepared */ '

/**
 * The largest number of plans that a connection keeps. Further texts, such as those with unusual limits, are planned
 * each time.
 */
const MAX_PREPARED_STATEMENTS = 100

const preparedNames = new Map<string, string>()

export class PreparedClient extends pg.Client {
  override query(...args: unknown[]): never {
    const [text, ...rest] = args
    const name = typeof text === 'string' && text.startsWith(PREPARED) ? nameOf(text) : null
    return (super.query as (...args: unknown[]) => never)(name ? { name, text } : text, ...rest)
  }
}

function nameOf(text: string): string | null {
  const existing = preparedNames.get(text)
  if (existing !== undefined || preparedNames.size === MAX_PREPARED_STATEMENTS) return existing ?? null
  const name = `prepared_${preparedNames.size}`
  preparedNames.set(text, name)
  return name
}

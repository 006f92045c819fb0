/** A connection that plans once what is asked again and again. */
import pg from 'pg'

/**
 * Begins a statement whose plan is kept: where the tables are many months, planning takes as long as reading a page.
 * Its LIMIT stands in the text: PostgreSQL takes a parameter there for a tenth of all rows, and plans anew each time.
 */
export const PREPARED = '/* prepared */ '

/** Each connection holds as many plans. Texts beyond them, as of unusual limits, are planned each time. */
const MAX_PREPARED_STATEMENTS = 100

const preparedNames = new Map<string, string>()

export class PreparedClient extends pg.Client {
  override query(...given: unknown[]): never {
    const [text, ...rest] = given
    const name = typeof text === 'string' && text.startsWith(PREPARED) ? nameOf(text) : null
    return (super.query as (...asked: unknown[]) => never)(name ? { name, text } : text, ...rest)
  }
}

function nameOf(text: string): string | null {
  const known = preparedNames.get(text)
  if (known !== undefined || preparedNames.size === MAX_PREPARED_STATEMENTS) return known ?? null
  const name = `prepared_${preparedNames.size}`
  preparedNames.set(text, name)
  return name
}

/** A connection that keeps the plans of hot statements, and ends when a statement is not answered in time. */
import type { Duplex } from 'node:stream'
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
    const result = (super.query as (...args: unknown[]) => unknown)(name ? { name, text } : text, ...rest)
    if (result instanceof Promise) result.catch((error: Error) => this.endAfterTimeout(error))
    return result as never
  }

  /**
   * After its time limit (`query_timeout`) a statement is still under way, and the next one on this connection would wait for
   * it. The pool makes a new connection.
   */
  private endAfterTimeout({ message }: Error): void {
    if (message !== QUERY_TIMEOUT_MESSAGE) return
    const { connection } = this as unknown as { connection: { stream: Duplex } }
    connection.stream.destroy()
  }
}

const QUERY_TIMEOUT_MESSAGE = 'Query read timeout'

function nameOf(text: string): string | null {
  const existing = preparedNames.get(text)
  if (existing !== undefined || preparedNames.size === MAX_PREPARED_STATEMENTS) return existing ?? null
  const name = `prepared_${preparedNames.size}`
  preparedNames.set(text, name)
  return name
}

/** What the server says to a question that follows the page's state. */
import { useLayoutEffect, useState } from 'preact/hooks'
import { ApiError } from './api-error.js'
import type { Fetcher, Connection } from './connection.js'

/** Null: not answered yet. */
export type QueryResult<T> = { value: T } | { refused: ApiError } | null

/**
 * Asks again when the key changes, and gives up what was asked before: a slow answer never overwrites a newer one.
 * No key, no question. Asked before the next frame: each that is waited for would be seen in the first map.
 */
export function useQuery<T>(connection: Connection, key: string | null, ask: Fetcher<T>): QueryResult<T> {
  const [known, setKnown] = useState<{ key: string; answer: QueryResult<T> } | null>(null)
  useLayoutEffect(() => {
    if (key === null) return undefined
    const abort = new AbortController()
    connection.requestWithRetry(ask, abort.signal).then(
      (value) => setKnown({ key, answer: { value } }),
      (error: unknown) => {
        if (error instanceof ApiError) setKnown({ key, answer: { refused: error } })
        else if (!abort.signal.aborted) throw error
      },
    )
    return () => abort.abort()
  }, [key])
  return known?.key === key ? known.answer : null
}

export const queryValueOf = <T>(answer: QueryResult<T>): T | null =>
  answer && 'value' in answer ? answer.value : null

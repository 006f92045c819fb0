/** Queries that follow the page's state. */
import { useLayoutEffect, useState } from 'preact/hooks'
import { ApiError } from './api-error.js'
import type { Connection, Fetcher } from './connection.js'

/** Result of a query; null while there is no response yet. */
export type QueryResult<T> = { value: T } | { refused: ApiError } | null

/**
 * Sends the request again when `key` changes and aborts the one before, so that a slow response never replaces a newer
 * one. A null key sends nothing. The request is sent before the next frame, because the first picture of the map waits
 * for it.
 */
export function useQuery<T>(connection: Connection, key: string | null, ask: Fetcher<T>): QueryResult<T> {
  const [response, setResponse] = useState<{ key: string; result: QueryResult<T> } | null>(null)
  useLayoutEffect(() => {
    if (key === null) return undefined
    const abort = new AbortController()
    connection.requestWithRetry(ask, abort.signal).then(
      (value) => setResponse({ key, result: { value } }),
      (error: unknown) => {
        if (error instanceof ApiError) setResponse({ key, result: { refused: error } })
        else if (!abort.signal.aborted) throw error
      },
    )
    return () => abort.abort()
  }, [key])
  return response?.key === key ? response.result : null
}

export const queryValueOf = <T>(result: QueryResult<T>): T | null =>
  result && 'value' in result ? result.value : null

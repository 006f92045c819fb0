/** Parts of the page that come when they are first needed: who only looks at the map does not pay for them. */
import { useEffect, useState } from 'preact/hooks'
import type { Connection } from './connection.js'

/** Null: not wanted yet, or on its way. A server that is away is asked again. */
export function useLazyModule<T>(
  connection: Connection,
  isWanted: boolean,
  load: () => Promise<T>,
): T | null {
  const [loaded, setLoaded] = useState<{ part: T } | null>(null)
  useEffect(() => {
    if (!isWanted || loaded) return undefined
    const abort = new AbortController()
    connection.requestWithRetry(load, abort.signal).then(
      (part) => setLoaded({ part }),
      () => {},
    )
    return () => abort.abort()
  }, [isWanted, loaded])
  return loaded?.part ?? null
}

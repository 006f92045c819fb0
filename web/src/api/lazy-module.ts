/** Loads parts of the page when they are first needed, so that looking at the map does not wait for them. */
import { useEffect, useState } from 'preact/hooks'
import type { Connection } from './connection.js'

export type ModuleLoader<T> = () => Promise<T>

/**
 * The module that `load` gives; null while it is loading, and while `load` is null because it is not needed. Loaders
 * are compared by identity, so pass the same function at each render. Loading is retried while the server does not
 * answer.
 */
export function useLazyModule<T>(connection: Connection, load: ModuleLoader<T> | null): T | null {
  const [loaded, setLoaded] = useState<{ load: ModuleLoader<T>; module: T } | null>(null)
  const isLoaded = loaded?.load === load
  useEffect(() => {
    if (!load || isLoaded) return undefined
    const abort = new AbortController()
    connection.requestWithRetry(load, abort.signal).then(
      (module) => setLoaded({ load, module }),
      () => {},
    )
    return () => abort.abort()
  }, [load, isLoaded])
  return load && isLoaded ? loaded.module : null
}

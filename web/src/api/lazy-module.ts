/** Parts of the page that are loaded when they are first needed: who only looks at the map does not wait for them. */
import { useEffect, useState } from 'preact/hooks'
import type { Connection } from './connection.js'

export type ModuleLoader<T> = () => Promise<T>

/**
 * The module that `load` gives; null while it is on its way, and while `load` is null because nobody needs it. A loader
 * is told from another by its identity, so it must be the same function at each render. A server that does not answer
 * is asked again.
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

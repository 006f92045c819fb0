/** Data that a dialog changes and then reads again. */
import { useEffect, useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import type { ApiError } from './api-error.js'
import type { Connection, Fetcher } from './connection.js'
import { useQuery } from './use-query.js'

export interface Reloaded<T> {
  /** The last answer, which stays while the next one is loading; null before the first. */
  value: T | null
  /** The refusal of the last request; null if it was not refused. */
  refusal: ApiError | null
  /** Number of times that it was read again. */
  changes: number
  reload(): void
}

/** Asks when `key` changes, and again at each `reload`. */
export function useReloaded<T>(connection: Connection, key: string, ask: Fetcher<T>): Reloaded<T> {
  const [changes, setChanges] = useState(0)
  const [value, setValue] = useState<T | null>(null)
  const query = useQuery(connection, `${key} ${changes}`, ask)
  useEffect(() => {
    if (query && 'value' in query) setValue(query.value)
  }, [query])
  const refusal = query && 'refused' in query ? query.refused : null
  return { value, refusal, changes, reload: () => setChanges((times) => times + 1) }
}

/** Says why there is nothing, or that it is loading; nothing once there is a value. */
export function LoadingNotice({ words, of }: { words: Localizer; of: Reloaded<unknown> }) {
  if (of.refusal) return <p class="problem">{problemText(words, of.refusal)}</p>
  return of.value === null ? <p>{words.t('loading')}</p> : null
}

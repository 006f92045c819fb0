/** A page that stays open learns of a newer run, and leaves it to its reader to go there. */
import { useEffect, useState } from 'preact/hooks'
import { api } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import type { Localizer } from '../language/language.js'

/** Runs are made once a day or so. */
const EVERY_MS = 60_000

/**
 * The newest run of a rule where it is newer than the newest that the page knows (0: there was none; null: it does not
 * know yet); null where it is not.
 */
export function useNewerRun(
  connection: Connection,
  rule: string | null,
  known: number | null,
): number | null {
  const [newest, setNewest] = useState<number | null>(null)
  useEffect(() => {
    if (rule === null) return undefined
    const abort = new AbortController()
    let isAsking = false
    const ask = () => {
      if (isAsking || document.visibilityState === 'hidden') return
      isAsking = true
      connection
        .requestWithRetry((signal) => api.newestCurrentRun(rule, signal), abort.signal)
        .then(
          (id) => setNewest(id),
          () => {},
        )
        .finally(() => (isAsking = false))
    }
    const timer = setInterval(ask, EVERY_MS)
    document.addEventListener('visibilitychange', ask)
    return () => {
      abort.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', ask)
      setNewest(null)
    }
  }, [rule])
  return newest !== null && known !== null && newest > known ? newest : null
}

export function NewerNotice({ words: { t }, id, onShow }: { words: Localizer; id: number; onShow(): void }) {
  return (
    <p class="newer card" role="status">
      {t('newer', { id: String(id) })}{' '}
      <button class="small" onClick={onShow}>
        {t('newerShow')}
      </button>
    </p>
  )
}

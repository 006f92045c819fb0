/** The dialog of API keys: which programs act with whose rights, until when, and when they last did. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import { useFocusRestore } from '../form/focus-restore.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { KeyTable } from './key-table.js'
import { type ApiKey, keysApi } from './keys-api.js'
import './keys.css'
import { NewKeyForm } from './new-key.js'
import { WORDS } from './words.js'

interface KeysProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

export function Keys({ words, connection, onClose }: KeysProps) {
  const t = words.translatorOf(WORDS)
  const dialog = useRef<HTMLDialogElement>(null)
  const [changes, setChanges] = useState(0)
  const [statusText, setStatusText] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  useFocusRestore(dialog)
  const query = useQuery(connection, `keys ${changes}`, keysApi.list)
  /** The last loaded list stays in sight while it is loaded again. */
  const [keys, setKeys] = useState<readonly ApiKey[] | null>(null)
  useEffect(() => {
    if (query && 'value' in query) setKeys(query.value)
  }, [query])
  const reload = (message: string) => {
    setStatusText(message)
    setChanges((times) => times + 1)
  }
  return (
    <dialog ref={dialog} tabIndex={-1} class="import keys" aria-label={t('title')} onClose={onClose}>
      <h2>{t('title')}</h2>
      <p class="hint">{t('lead')}</p>
      <p role="status" class="hint">
        {statusText}
      </p>
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {!query && !keys && <p>{words.t('loading')}</p>}
      {keys?.length === 0 && <p>{t('none')}</p>}
      {keys && keys.length > 0 && <KeyTable {...{ words, keys }} onChange={reload} />}
      {keys && <NewKeyForm words={words} onCreated={() => reload('')} />}
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.t('close')}
        </button>
      </div>
    </dialog>
  )
}

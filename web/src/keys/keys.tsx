/** The dialog of API keys: which programs act with whose rights, until when, and when they last did. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import { ModalDialog } from '../form/modal-dialog.js'
import type { Localizer } from '../language/language.js'
import { useScopeAreas } from '../people/scope-field.js'
import { KeyTable } from './key-table.js'
import { keysApi } from './keys-api.js'
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
  const [statusText, setStatusText] = useState('')
  const loaded = useReloaded(connection, 'keys', keysApi.list)
  const keys = loaded.value
  const areas = useScopeAreas(connection)
  const reload = (message: string) => {
    setStatusText(message)
    loaded.reload()
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} lead={t('lead')} class="keys">
      <p role="status" class="hint">
        {statusText}
      </p>
      <LoadingNotice words={words} of={loaded} />
      {keys?.length === 0 && <p>{t('none')}</p>}
      {keys && keys.length > 0 && <KeyTable {...{ words, keys, areas }} onChange={reload} />}
      {keys && <NewKeyForm {...{ words, areas }} onCreated={() => reload('')} />}
    </ModalDialog>
  )
}

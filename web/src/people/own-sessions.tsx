/** The dialog of one's own sessions. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import { ModalDialog } from '../form/modal-dialog.js'
import { SendingForm } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { peopleApi } from './people-api.js'
import './people.css'
import { SessionTable } from './sessions-table.js'
import { WORDS } from './words.js'

interface OwnSessionsProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

export function OwnSessions({ words, connection, onClose }: OwnSessionsProps) {
  const t = words.translatorOf(WORDS)
  const [statusText, setStatusText] = useState('')
  const loaded = useReloaded(connection, 'own sessions', peopleApi.ownSessions)
  const sessions = loaded.value
  const reload = (message: string) => {
    setStatusText(message)
    loaded.reload()
  }
  const endOthers = async () => {
    await peopleApi.endOtherSessions()
    reload(t('othersEnded'))
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('ownSessions')} lead={t('ownSessionsLead')} class="people">
      <p role="status" class="hint">
        {statusText}
      </p>
      {loaded.refusal && <LoadingNotice words={words} of={loaded} />}
      <SendingForm words={words} action={t('endOthers')} onSubmit={endOthers}>
        <SessionTable
          {...{ words, sessions }}
          onEnd={async (id) => {
            await peopleApi.endOwnSession(id)
            reload(t('sessionEnded'))
          }}
        />
      </SendingForm>
    </ModalDialog>
  )
}

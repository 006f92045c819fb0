/** The dialog of one's own sessions. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import { useFocusRestore } from '../form/focus-restore.js'
import { SendingForm } from '../form/sending-form.js'
import type { Localizer } from '../language/language.js'
import { type Session, peopleApi } from './people-api.js'
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
  const dialog = useRef<HTMLDialogElement>(null)
  const [changes, setChanges] = useState(0)
  const [statusText, setStatusText] = useState('')
  useEffect(() => dialog.current?.showModal(), [])
  useFocusRestore(dialog)
  const query = useQuery(connection, `own sessions ${changes}`, peopleApi.ownSessions)
  /** The last loaded list stays in sight while it is loaded again. */
  const [sessions, setSessions] = useState<readonly Session[] | null>(null)
  useEffect(() => {
    if (query && 'value' in query) setSessions(query.value)
  }, [query])
  const reload = (message: string) => {
    setStatusText(message)
    setChanges((times) => times + 1)
  }
  const endOthers = async () => {
    await peopleApi.endOtherSessions()
    reload(t('othersEnded'))
  }
  return (
    <dialog ref={dialog} tabIndex={-1} class="import people" aria-label={t('ownSessions')} onClose={onClose}>
      <h2>{t('ownSessions')}</h2>
      <p class="hint">{t('ownSessionsLead')}</p>
      <p role="status" class="hint">
        {statusText}
      </p>
      <SendingForm
        words={words}
        action={t('endOthers')}
        onSubmit={endOthers}
        also={
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.t('close')}
          </button>
        }
      >
        <SessionTable
          {...{ words, sessions }}
          onEnd={async (id) => {
            await peopleApi.endOwnSession(id)
            reload(t('sessionEnded'))
          }}
        />
      </SendingForm>
    </dialog>
  )
}

/** The browsers in which an account is signed in: device, address, since when, last use. */
import { useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import type { Session } from './people-api.js'
import { deviceText, peopleProblemText } from './person-texts.js'
import { WORDS } from './words.js'

interface SessionTableProps {
  words: Localizer
  /** The sessions; null while they are loading. */
  sessions: readonly Session[] | null
  onEnd(id: string): Promise<void>
}

export function SessionTable({ words, sessions, onEnd }: SessionTableProps) {
  const t = words.translatorOf(WORDS)
  const [problem, setProblem] = useState('')
  if (!sessions) return <p>{words.t('loading')}</p>
  if (sessions.length === 0) return <p class="hint">{t('noSessions')}</p>
  const end = (id: string) => {
    setProblem('')
    onEnd(id).catch((error: unknown) => setProblem(peopleProblemText(words, error)))
  }
  return (
    <>
      <DataTable
        caption={t('sessions')}
        boxClass="rows"
        head={<HeadRow names={['device', 'address', 'since', 'lastUse', 'actions']} t={t} />}
      >
        {sessions.map((session) => (
          <tr key={session.id} data-session={session.id}>
            <td>{deviceText(words, session)}</td>
            <td>
              <bdi dir="ltr">{session.address ?? '–'}</bdi>
            </td>
            <td>{words.dateTime(session.createdAt)}</td>
            <td>{words.dateTime(session.lastUsedAt)}</td>
            <td>
              {session.isCurrent ? (
                t('thisDevice')
              ) : (
                <button type="button" onClick={() => end(session.id)}>
                  {t('end')}
                </button>
              )}
            </td>
          </tr>
        ))}
      </DataTable>
      <p class="problem" role="alert">
        {problem}
      </p>
    </>
  )
}

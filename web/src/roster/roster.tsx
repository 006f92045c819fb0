/** The dialog of the roster: which operators may serve, and since when who says so. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { LoadingNotice, useReloaded } from '../api/use-reloaded.js'
import { ModalDialog } from '../form/modal-dialog.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { type RosterEntry, rosterApi } from './roster-api.js'
import { ClosingForm, type ClosingKind, NewEntryForm } from './roster-form.js'
import { RosterHistory, RosterTable } from './roster-table.js'
import './roster.css'
import { WORDS } from './words.js'

interface RosterProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

const DONE = { add: 'added', end: 'ended', withdraw: 'isWithdrawn' } as const

export function Roster({ words, connection, onClose }: RosterProps) {
  const t = words.translatorOf(WORDS)
  const [done, setDone] = useState<keyof typeof DONE | null>(null)
  const [closing, setClosing] = useState<{ entry: RosterEntry; kind: ClosingKind } | null>(null)
  const loaded = useReloaded(connection, 'roster', rosterApi.list)
  const entries = loaded.value
  const regions = queryValueOf(useQuery(connection, 'regions', rosterApi.regions)) ?? []
  const reload = (change: keyof typeof DONE) => {
    setClosing(null)
    setDone(change)
    loaded.reload()
  }
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} lead={t('lead')} class="roster">
      <p role="status" class="hint">
        {done && t(DONE[done])}
      </p>
      <LoadingNotice words={words} of={loaded} />
      {entries?.length === 0 && <p>{t('none')}</p>}
      {entries && entries.length > 0 && (
        <RosterTable
          {...{ words, entries, regions }}
          onClose={(entry, kind) => {
            setDone(null)
            setClosing({ entry, kind })
          }}
        />
      )}
      {closing && (
        <ClosingForm
          key={`${closing.kind} ${closing.entry.id}`}
          {...{ words, ...closing }}
          onDone={reload}
          onCancel={() => setClosing(null)}
        />
      )}
      {entries && !closing && <NewEntryForm {...{ words, regions }} onAdded={() => reload('add')} />}
      <History {...{ words, connection, regions }} changes={loaded.changes} />
    </ModalDialog>
  )
}

interface HistoryProps extends Pick<RosterProps, 'words' | 'connection'> {
  regions: Parameters<typeof RosterHistory>[0]['regions']
  /** Number of changes made here: the history is loaded again after each. */
  changes: number
}

function History({ words, connection, regions, changes }: HistoryProps) {
  const t = words.translatorOf(WORDS)
  const [isOpen, setOpen] = useState(false)
  const query = useQuery(connection, isOpen ? `roster history ${changes}` : null, rosterApi.history)
  return (
    <div>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('showHistory')}
      </button>
      {isOpen && !query && <p role="status">{words.t('loading')}</p>}
      {isOpen && query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {isOpen && query && 'value' in query && <RosterHistory {...{ words, regions }} entries={query.value} />}
    </div>
  )
}

/** The dialog of the roster: which operators may serve, and since when who says so. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { useFocusRestore } from '../form/focus-restore.js'
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
  const dialog = useRef<HTMLDialogElement>(null)
  const [changes, setChanges] = useState(0)
  const [done, setDone] = useState<keyof typeof DONE | null>(null)
  const [closing, setClosing] = useState<{ entry: RosterEntry; kind: ClosingKind } | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  useFocusRestore(dialog)
  const query = useQuery(connection, `roster ${changes}`, rosterApi.list)
  const regions = queryValueOf(useQuery(connection, 'regions', rosterApi.regions)) ?? []
  /** The last loaded list stays in sight while it is loaded again. */
  const [entries, setEntries] = useState<readonly RosterEntry[] | null>(null)
  useEffect(() => {
    if (query && 'value' in query) setEntries(query.value)
  }, [query])
  const reload = (change: keyof typeof DONE) => {
    setClosing(null)
    setDone(change)
    setChanges((times) => times + 1)
  }
  return (
    <dialog ref={dialog} tabIndex={-1} class="import roster" aria-label={t('title')} onClose={onClose}>
      <h2>{t('title')}</h2>
      <p class="hint">{t('lead')}</p>
      <p role="status" class="hint">
        {done && t(DONE[done])}
      </p>
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {!query && !entries && <p>{words.t('loading')}</p>}
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
      <History {...{ words, connection, regions, changes }} />
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.t('close')}
        </button>
      </div>
    </dialog>
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

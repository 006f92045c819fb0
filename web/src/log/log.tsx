/** The dialog of the log: who did what, and when, by kind, person, thing and time; and whether the log is whole. */
import { useState } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import { ModalDialog } from '../form/modal-dialog.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { LogFilters } from './log-filters.js'
import { LogTable } from './log-table.js'
import { type LogFilter, type LogVerification, logApi, tableAddress } from './log-api.js'
import './log.css'
import { WORDS } from './words.js'

interface LogProps {
  words: Localizer
  connection: Connection
  onClose(): void
}

export function Log({ words, connection, onClose }: LogProps) {
  const t = words.translatorOf(WORDS)
  const [filter, setFilter] = useState<LogFilter>({})
  return (
    <ModalDialog {...{ words, onClose }} title={t('title')} lead={t('lead')} class="log">
      <LogFilters words={words} onFilter={setFilter} />
      <Rows key={JSON.stringify(filter)} {...{ words, connection, filter }} />
      <p class="files">
        <a href={tableAddress(filter)} download>
          {t('table')}
        </a>
        <a href="api/v1/log/entries.ndjson" download>
          {t('sealed')}
        </a>
      </p>
      <Verification words={words} />
    </ModalDialog>
  )
}

type RowsProps = Pick<LogProps, 'words' | 'connection'> & { filter: LogFilter }

/** One page of events; older ones replace it, and the newest are one press away. */
function Rows({ words, connection, filter }: RowsProps) {
  const t = words.translatorOf(WORDS)
  const [cursor, setCursor] = useState<string | null>(null)
  const query = useQuery(connection, `log ${JSON.stringify(filter)} ${cursor}`, logApi.list(filter, cursor))
  if (!query) return <p role="status">{words.t('loading')}</p>
  if ('refused' in query) return <p class="problem">{problemText(words, query.refused)}</p>
  const { items, next } = query.value
  return (
    <>
      {items.length === 0 ? <p role="status">{t('none')}</p> : <LogTable words={words} rows={items} />}
      <div class="buttons">
        {cursor !== null && (
          <button type="button" onClick={() => setCursor(null)}>
            {t('newest')}
          </button>
        )}
        {next !== null && (
          <button type="button" onClick={() => setCursor(next)}>
            {t('older')}
          </button>
        )}
      </div>
    </>
  )
}

function Verification({ words }: { words: Localizer }) {
  const t = words.translatorOf(WORDS)
  const [state, setState] = useState<LogVerification | 'reading' | { problem: string } | null>(null)
  const verify = () => {
    setState('reading')
    logApi.verify().then(setState, (error: unknown) => setState({ problem: problemText(words, error) }))
  }
  return (
    <div class="verification">
      <button type="button" disabled={state === 'reading'} onClick={verify}>
        {t('verify')}
      </button>
      <div role="status">
        {state === 'reading' && words.t('loading')}
        {state !== null && typeof state === 'object' && 'problem' in state && (
          <p class="problem">{state.problem}</p>
        )}
        {state !== null && typeof state === 'object' && 'rows' in state && (
          <Result words={words} result={state} />
        )}
      </div>
    </div>
  )
}

function Result({ words, result: { rows, head, faults } }: { words: Localizer; result: LogVerification }) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <p>
        <strong>{faults.length === 0 ? t('whole', { n: rows }) : t('notWhole', { n: faults.length })}</strong>
      </p>
      {faults.length > 0 && (
        <ul dir="ltr" lang="en">
          {faults.map(({ seq, id, reason }) => (
            <li key={`${seq} ${id} ${reason}`}>
              {seq ?? '–'} · {id ?? '–'} · {reason}
            </li>
          ))}
        </ul>
      )}
      {head && (
        <p class="hint">
          {t('headHint')} <bdi class="head" dir="ltr">{`${head.seq}:${head.hash}`}</bdi>
        </p>
      )}
    </>
  )
}

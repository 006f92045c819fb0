/** The probes behind a cell's verdict, page by page. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { isPlanner } from '../account/roles.js'
import { ApiError } from '../api/api-error.js'
import { api } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import type { Account, Probe, ProbePage } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import './probes.css'
import { WORDS } from './words.js'

export interface ProbesProps {
  words: Localizer
  connection: Connection
  account: Account | null
  h3: string
  run: number
}

export function Probes(props: ProbesProps) {
  const { words, account } = props
  const t = words.translatorOf(WORDS)
  /** Whether the server said that the cell lies outside the areas of the account, which then reads what everybody may. */
  const [isOutside, setOutside] = useState(false)
  const seesAll = isPlanner(account) && !isOutside
  const { pages, isLoading, problem, loadMore } = useProbePages(props, seesAll, () => setOutside(true))
  const items = pages.flatMap((page) => page.items)
  const last = pages.at(-1)
  return (
    <>
      {problem !== null && <p class="problem">{problemText(words, problem)}</p>}
      {last?.withheld && <p role="status">{t('withheld')}</p>}
      {last && !last.withheld && items.length === 0 && <p role="status">{t('empty')}</p>}
      {items.length > 0 && <ProbeTable {...{ words, items, seesAll }} />}
      {isLoading && <p role="status">{words.t('loading')}</p>}
      {loadMore && <button onClick={loadMore}>{t('more')}</button>}
      {items.length > 0 && !seesAll && <p class="source">{t('byHour')}</p>}
    </>
  )
}

interface ProbePages {
  pages: readonly ProbePage[]
  isLoading: boolean
  problem: unknown
  /** Loads the next page; null if there is none, or while one is loading. */
  loadMore: (() => void) | null
}

/** Loads the first page at once and the others on request. */
function useProbePages(
  { connection, h3, run }: ProbesProps,
  seesAll: boolean,
  onOutside: () => void,
): ProbePages {
  const [pages, setPages] = useState<ProbePage[]>([])
  /** Cursor of the page to load: empty for the first one, null for none. */
  const [cursorToLoad, setCursorToLoad] = useState<string | null>('')
  const [problem, setProblem] = useState<unknown>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  useEffect(() => {
    if (cursorToLoad === null) return
    const abort = (running.current = new AbortController())
    const query = { h3, run, seesAll, cursor: cursorToLoad }
    connection
      .requestWithRetry((signal) => api.cellProbes(query, signal), abort.signal)
      .then(
        (page) => {
          setPages((before) => [...before, page])
          setCursorToLoad(null)
        },
        (error: unknown) => {
          if (abort.signal.aborted) return
          if (error instanceof ApiError && error.code === 'scope_areas') onOutside()
          else setProblem(error)
        },
      )
  }, [cursorToLoad, seesAll])
  const next = pages.at(-1)?.next ?? null
  const isLoading = problem === null && cursorToLoad !== null
  const loadMore = next !== null && cursorToLoad === null ? () => setCursorToLoad(next) : null
  return { pages, isLoading, problem, loadMore }
}

const COLUMNS = ['when', 'network', 'speeds', 'latency', 'judged'] as const

interface TableProps {
  words: Localizer
  items: readonly Probe[]
  seesAll: boolean
}

function ProbeTable({ words, items, seesAll }: TableProps) {
  const t = words.translatorOf(WORDS)
  const names = seesAll ? [...COLUMNS, 'site' as const] : COLUMNS
  return (
    <DataTable caption={t('caption')} boxClass="scroll probes" head={<HeadRow names={names} t={t} />}>
      {items.map((probe) => (
        <ProbeRow key={probe.id} {...{ words, probe, seesAll }} />
      ))}
    </DataTable>
  )
}

function ProbeRow({ words, probe, seesAll }: Omit<TableProps, 'items'> & { probe: Probe }) {
  const t = words.translatorOf(WORDS)
  const judged = probe.passes === null ? 'notCounted' : probe.passes ? 'pass' : 'fail'
  return (
    <tr>
      <td>{words.dateTime(probe.measuredAt)}</td>
      <td>
        <bdi>{operatorName(words, probe.operator)}</bdi> <bdi>{technologyName(words, probe.technology)}</bdi>
      </td>
      <td>
        {probe.outcome === 'ok' ? (
          <bdi>
            {words.mbit(probe.downloadBps)} / {words.mbit(probe.uploadBps)}
          </bdi>
        ) : (
          t(`outcome_${probe.outcome}`)
        )}
      </td>
      <td>{probe.latencyMs === null ? '–' : words.number(probe.latencyMs)}</td>
      <td>
        <span class={`judged ${judged}`}>{t(judged)}</span>
        {probe.flags.map((flag) => (
          <small key={flag}>{t(`flag_${flag}`)}</small>
        ))}
      </td>
      {seesAll && (
        <td>
          <bdi>{probe.siteCode ?? '–'}</bdi>
        </td>
      )}
    </tr>
  )
}

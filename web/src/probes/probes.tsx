/** The probes behind a cell's verdict, page by page. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Account, api } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import type { Localizer } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import type { Probe, ProbePage } from './probe.js'
import './probes.css'
import { WORDS } from './words.js'

export interface ProbesProps {
  words: Localizer
  connection: Connection
  account: Account | null
  h3: string
  run: number
}

const MAY_SEE_ALL = ['planner', 'administrator']

export function Probes({ words, connection, account, h3, run }: ProbesProps) {
  const t = words.translatorOf(WORDS)
  const seesAll = account !== null && !account.mustChangePassword && MAY_SEE_ALL.includes(account.role)
  const [pages, setPages] = useState<ProbePage[]>([])
  const [asked, setAsked] = useState<string | null>('')
  const [problem, setProblem] = useState<unknown>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  useEffect(() => {
    if (asked === null) return
    const abort = (running.current = new AbortController())
    connection
      .requestWithRetry((signal) => api.cellProbes({ h3, run, seesAll, cursor: asked }, signal), abort.signal)
      .then(
        (page) => {
          setPages((before) => [...before, page])
          setAsked(null)
        },
        (error: unknown) => abort.signal.aborted || setProblem(error),
      )
  }, [asked])
  const items = pages.flatMap((page) => page.items)
  const last = pages.at(-1)
  const next = last?.next ?? null
  return (
    <>
      {problem !== null && <p class="problem">{problemText(words, problem)}</p>}
      {last?.withheld && <p role="status">{t('withheld')}</p>}
      {last && !last.withheld && items.length === 0 && <p role="status">{t('empty')}</p>}
      {items.length > 0 && <Table words={words} items={items} seesAll={seesAll} />}
      {problem === null && asked !== null && <p role="status">{words.t('loading')}</p>}
      {next !== null && asked === null && <button onClick={() => setAsked(next)}>{t('more')}</button>}
      {items.length > 0 && !seesAll && <p class="source">{t('byHour')}</p>}
    </>
  )
}

function Table({ words, items, seesAll }: { words: Localizer; items: readonly Probe[]; seesAll: boolean }) {
  const t = words.translatorOf(WORDS)
  return (
    <div class="scroll probes" tabIndex={0} role="region" aria-label={t('caption')}>
      <table>
        <caption>{t('caption')}</caption>
        <thead>
          <tr>
            {(['when', 'network', 'speeds', 'latency', 'judged'] as const).map((head) => (
              <th key={head} scope="col">
                {t(head)}
              </th>
            ))}
            {seesAll && <th scope="col">{t('site')}</th>}
          </tr>
        </thead>
        <tbody>
          {items.map((probe) => (
            <Row key={probe.id} words={words} probe={probe} seesAll={seesAll} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ words, probe, seesAll }: { words: Localizer; probe: Probe; seesAll: boolean }) {
  const t = words.translatorOf(WORDS)
  const mbps = (bps: number | null) => (bps === null ? '–' : words.number(bps / 1e6, 1))
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
            {mbps(probe.downloadBps)} / {mbps(probe.uploadBps)}
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

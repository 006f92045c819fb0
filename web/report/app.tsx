/** Finds out which report is asked for, and shows it with what is not for paper around it. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useQuery } from '../src/api/use-query.js'
import { api } from '../src/api/api.js'
import { Connection } from '../src/api/connection.js'
import {
  LANGUAGES,
  LANGUAGE_NAMES,
  type Lang,
  type Localizer,
  localizerOf,
  localizedName,
} from '../src/language/language.js'
import { problemText } from '../src/language/problem.js'
import { type AreaReport, type ReportParams, fetchReport } from './report.js'
import { Sheet } from './sheet.js'
import { WORDS } from './words.js'

/** `/report/{code}?lang=&run=&rule=` */
function reportParamsOf({ pathname, search }: Location): ReportParams & { lang: Lang } {
  const query = new URLSearchParams(search)
  return {
    code: decodeURIComponent(pathname.split('/').at(-1) ?? ''),
    run: query.get('run'),
    rule: query.get('rule'),
    lang: LANGUAGES.find((lang) => lang === query.get('lang')) ?? 'fr',
  }
}

export function App() {
  const asked = useMemo(() => reportParamsOf(location), [])
  const words = useMemo(() => localizerOf(asked.lang), [])
  const [lost, setLost] = useState(false)
  const connection = useMemo(() => new Connection(setLost), [])
  const now = useMemo(() => Date.now(), [])
  const answer = useQuery(connection, 'report', (signal) =>
    Promise.all([fetchReport(asked, signal), api.instance(signal)]),
  )
  const found = answer && 'value' in answer ? answer.value : null
  useEffect(() => {
    document.documentElement.lang = words.lang
    document.documentElement.dir = words.dir
  }, [words])
  useEffect(() => {
    // The name that a browser gives the file, too.
    if (found)
      document.title = `${words.translatorOf(WORDS)('title')} - ${localizedName(words.lang, found[0].area)}`
  }, [found])
  return (
    <>
      <Bar words={words} asked={asked} report={found?.[0] ?? null} />
      {!answer && <p role="status">{words.t(lost ? 'lost' : 'loading')}</p>}
      {answer && 'refused' in answer && (
        <main class="problem">
          <h1>{words.translatorOf(WORDS)('title')}</h1>
          <p role="alert">{problemText(words, answer.refused)}</p>
        </main>
      )}
      {found && <Sheet words={words} report={found[0]} instance={found[1]} now={now} />}
    </>
  )
}

interface BarProps {
  words: Localizer
  asked: ReportParams
  report: AreaReport | null
}

/** What is not for paper. */
function Bar({ words, asked: { code, run, rule }, report }: BarProps) {
  const t = words.translatorOf(WORDS)
  const kept = { ...(run && { run }), ...((rule ?? report?.run.rule) && { rule: rule ?? report!.run.rule }) }
  const query = (lang: Lang, more = {}) => new URLSearchParams({ lang, ...kept, ...more }).toString()
  return (
    <nav class="bar" aria-label={t('title')}>
      <button class="main" disabled={!report} onClick={() => print()}>
        {t('print')}
      </button>
      <a href={`/?${query(words.lang, { area: code })}`}>{t('toMap')}</a>
      <span class="languages" role="group" aria-label={t('languages')}>
        {LANGUAGES.map((lang) => (
          <a
            key={lang}
            lang={lang}
            href={`?${query(lang)}`}
            aria-current={lang === words.lang ? 'true' : undefined}
          >
            {LANGUAGE_NAMES[lang]}
          </a>
        ))}
      </span>
    </nav>
  )
}

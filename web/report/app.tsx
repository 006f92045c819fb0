/** Reads from the address which report is asked for, and shows it below a bar that is not printed. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { queryValueOf, useQuery } from '../src/api/use-query.js'
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
  const params = useMemo(() => reportParamsOf(location), [])
  const words = useMemo(() => localizerOf(params.lang), [])
  const [isOffline, setOffline] = useState(false)
  const connection = useMemo(() => new Connection(setOffline), [])
  const now = useMemo(() => Date.now(), [])
  const query = useQuery(connection, 'report', (signal) =>
    Promise.all([fetchReport(params, signal), api.instance(signal)]),
  )
  const loaded = queryValueOf(query)
  const [report, instance] = loaded ?? [null, null]
  useEffect(() => {
    document.documentElement.lang = words.lang
    document.documentElement.dir = words.dir
  }, [words])
  useEffect(() => {
    // Browsers also name the printed file by it.
    if (report)
      document.title = `${words.translatorOf(WORDS)('title')} - ${localizedName(words.lang, report.area)}`
  }, [report])
  return (
    <>
      <Bar words={words} params={params} report={report} />
      {!query && <p role="status">{words.t(isOffline ? 'lost' : 'loading')}</p>}
      {query && 'refused' in query && (
        <main class="problem">
          <h1>{words.translatorOf(WORDS)('title')}</h1>
          <p role="alert">{problemText(words, query.refused)}</p>
        </main>
      )}
      {report && instance && <Sheet {...{ words, report, instance, now }} />}
    </>
  )
}

interface BarProps {
  words: Localizer
  params: ReportParams
  report: AreaReport | null
}

function Bar({ words, params: { code, run, rule }, report }: BarProps) {
  const t = words.translatorOf(WORDS)
  const ruleId = rule ?? report?.run.rule
  const same = { ...(run && { run }), ...(ruleId && { rule: ruleId }) }
  const queryFor = (lang: Lang, more = {}) => new URLSearchParams({ lang, ...same, ...more }).toString()
  return (
    <nav class="bar" aria-label={t('title')}>
      <button class="main" disabled={!report} onClick={() => print()}>
        {t('print')}
      </button>
      <a href={`./?${queryFor(words.lang, { area: code })}`}>{t('toMap')}</a>
      <span class="languages" role="group" aria-label={t('languages')}>
        {LANGUAGES.map((lang) => (
          <a
            key={lang}
            lang={lang}
            href={`report/${encodeURIComponent(code)}?${queryFor(lang)}`}
            aria-current={lang === words.lang ? 'true' : undefined}
          >
            {LANGUAGE_NAMES[lang]}
          </a>
        ))}
      </span>
    </nav>
  )
}

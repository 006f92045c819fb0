/** The page: what is chosen, and who shows it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import {
  type Account,
  type Area,
  type AreaDetail,
  type Cell,
  type Instance,
  type RuleInWords,
  type Run,
  api,
  patiently,
} from './api.js'
import { LANGUAGES, LANGUAGE_NAMES, type Lang, languageOf } from './language.js'
import { Legend } from './legend.js'
import { readLink, writeLink } from './link.js'
import { CoverageMap } from './map/coverage-map.js'
import { AreaPanel, CellPanel, Panel } from './panel.js'
import { Search } from './search.js'
import { SignIn } from './sign-in.js'

type Choice = { cell?: string | null; area?: string | null }

export function App() {
  const first = useMemo(() => readLink(location.search), [])
  const [lang, setLang] = useState<Lang>(first.lang)
  const [ruleId, setRuleId] = useState(first.rule)
  const [view, setView] = useState(first.view)
  const [choice, setChoice] = useState<Choice>({ cell: first.cell, area: first.area })
  const [instance, setInstance] = useState<Instance | null>(null)
  const [rules, setRules] = useState<RuleInWords[]>([])
  const [run, setRun] = useState<Run | null | undefined>(undefined)
  const [detail, setDetail] = useState<{ cell?: Cell; area?: AreaDetail } | null>(null)
  const [account, setAccount] = useState<Account | null>(null)
  const [colour, setColour] = useState(true)
  const [lost, setLost] = useState(false)
  const [drawn, setDrawn] = useState(0)
  const element = useRef<HTMLDivElement>(null)
  const map = useRef<CoverageMap | null>(null)
  const words = useMemo(() => languageOf(lang), [lang])
  const rule = rules.find((r) => r.id === ruleId) ?? rules[0]

  useEffect(() => {
    document.documentElement.lang = lang
    document.documentElement.dir = words.dir
    map.current?.resized()
  }, [words])

  useEffect(() => {
    void patiently(api.instance, setLost).then(setInstance)
    void patiently(api.rules, setLost).then(setRules)
    void api.who().then(setAccount)
  }, [])

  useEffect(() => {
    if (!instance || !element.current || map.current) return
    const events = { picked: setChoice, moved: setView, lost: setLost, drawn: () => setDrawn((n) => n + 1) }
    map.current = new CoverageMap(element.current, instance, first.view, events)
  }, [instance])

  useEffect(() => {
    if (rule) void patiently(() => api.latestRun(rule.id), setLost).then(setRun)
  }, [rule?.id])

  useEffect(() => map.current?.showRun(run?.id ?? null), [run?.id, instance])
  useEffect(() => map.current?.colourAreas(colour), [colour, instance])

  useEffect(() => {
    setDetail(null)
    if (!run) return
    const { cell, area } = choice
    const ask = async () => {
      if (cell) return { cell: await api.cell(cell, run.id) }
      return area ? { area: await api.area(area, run.id) } : null
    }
    let current = true
    patiently(ask, setLost).then(
      (d) => current && setDetail(d),
      () => current && setChoice({}),
    )
    return () => void (current = false)
  }, [choice.cell, choice.area, run?.id])

  useEffect(
    () =>
      writeLink({ lang, rule: rule?.id ?? null, view, cell: choice.cell ?? null, area: choice.area ?? null }),
    [lang, rule?.id, view, choice],
  )

  const close = () => {
    setChoice({})
    map.current?.unmark()
  }
  const find = (area: Area) => {
    setChoice({ area: area.code })
    map.current?.zoomTo(area.bbox)
  }
  const { t } = words
  const chosen = Boolean(choice.cell || choice.area)
  return (
    <div class={chosen ? 'page with-panel' : 'page'} data-run={run?.id} data-drawn={drawn}>
      <a class="skip" href="#map">
        {t('skip')}
      </a>
      <header>
        <div class="bar">
          <h1>
            <span lang="ar">تغطية</span> <span class="latin">Taghtiya</span> <small>{t('title')}</small>
          </h1>
          <Search words={words} onChoose={find} />
          <label class="pick">
            <span>{t('rule')}</span>
            <select value={rule?.id} onChange={(e) => setRuleId(e.currentTarget.value)}>
              {rules.map((r) => (
                <option key={r.id} value={r.id}>
                  {r.title[lang]}
                </option>
              ))}
            </select>
          </label>
          {rule?.assumption && <span class="assumption">{t('assumption')}</span>}
          <label class="pick">
            <span class="hidden">{t('language')}</span>
            <select value={lang} onChange={(e) => setLang(e.currentTarget.value as Lang)}>
              {LANGUAGES.map((l) => (
                <option key={l} value={l}>
                  {LANGUAGE_NAMES[l]}
                </option>
              ))}
            </select>
          </label>
          <SignIn words={words} account={account} onAccount={setAccount} />
        </div>
        {instance?.simulated && (
          <p class="simulated" role="note">
            {t('simulated')}
          </p>
        )}
        {lost && (
          <p class="lost" role="alert">
            {t('lost')}
          </p>
        )}
      </header>
      <main>
        <div id="map" ref={element} dir="ltr" role="application" aria-label={t('map')} tabIndex={0} />
        <div class="zoom">
          <button aria-label={t('zoomInControl')} onClick={() => map.current?.zoomBy(1)}>
            +
          </button>
          <button aria-label={t('zoomOutControl')} onClick={() => map.current?.zoomBy(-1)}>
            −
          </button>
        </div>
        {run === undefined && <p class="notice card">{t('loading')}</p>}
        {run === null && <p class="notice card">{t('noRun')}</p>}
        {run && <Legend words={words} run={run} colour={colour} onColour={setColour} />}
        {chosen && (
          <Panel words={words} onClose={close}>
            {!detail && <p>{t('loading')}</p>}
            {detail?.cell && rule && (
              <CellPanel
                words={words}
                cell={detail.cell}
                rule={rule}
                onZoom={() => map.current?.zoomInto()}
              />
            )}
            {detail?.area && <AreaPanel words={words} area={detail.area} />}
          </Panel>
        )}
      </main>
    </div>
  )
}

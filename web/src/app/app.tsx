/** The page: what is chosen, and who shows it. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type QueryResult, useQuery, queryValueOf } from '../api/use-query.js'
import { type Account, type Area, type AreaDetail, type Cell, type Run, api } from '../api/api.js'
import { CellDisputes } from '../panel/cell-disputes.js'
import { Connection } from '../api/connection.js'
import { Header } from './header.js'
import { type Lang, type Localizer, localizerOf } from '../language/language.js'
import { Legend } from '../legend/legend.js'
import { Layers, SwipeLine } from '../legend/layers.js'
import { useLazyModule } from '../api/lazy-module.js'
import { AlsoHere, Readout } from '../panel/here.js'
import { WhatIfSlider } from '../legend/what-if.js'
import { readPageState, writePageState } from './page-state.js'
import {
  type MapSelection,
  type MapHit,
  SELECTABLE_KINDS,
  type SelectableKind,
  topSelectedOf,
} from '../map/selection.js'
import { type Theme, themeParamOf } from '../map/theme.js'
import { useMap } from '../map/use-map.js'
import { EvidenceSection } from '../panel/evidence.js'
import { CellPlanItems } from '../panel/cell-plan-items.js'
import { AreaPanel, CellPanel, Panel } from '../panel/panel.js'
import { problemText } from '../language/problem.js'
import { NewerNotice, useNewerRun } from './newer-run.js'
import { type PlaceDetail, geometryOf, isPlace, pointOf } from '../places/place.js'
import { RunChoice } from '../legend/run-choice.js'
import { Tabs, type ViewName, ViewPane } from './views.js'

type Detail = { cell: Cell } | { area: AreaDetail } | PlaceDetail

export function App() {
  const first = useMemo(() => readPageState(location.search), [])
  const [lang, setLang] = useState<Lang>(first.lang)
  const [ruleId, setRuleId] = useState(first.rule)
  const [runId, setRunId] = useState(first.run)
  const [threshold, setThreshold] = useState(first.threshold)
  const [choice, setChoice] = useState<MapSelection>(() => onlyOf(first))
  /** What lies where the map was last picked. */
  const [here, setHere] = useState<readonly MapHit[]>([])
  // On at first: who opens the page sees cells and communes. The legend says what an area's colour means.
  const [colour, setColour] = useState(true)
  const [theme, setTheme] = useState(first.theme)
  const [swipe, setSwipe] = useState(first.swipe)
  const [share, setShare] = useState(0.5)
  const [overlays, setOverlays] = useState(first.overlays)
  const [view, setView] = useState(first.view)
  const [kept, setKept] = useState(first.viewState)
  // What each view kept when it was left: who comes back finds it so.
  const left = useRef<Partial<Record<ViewName, typeof kept>>>({})
  const [lost, setLost] = useState(false)
  const connection = useMemo(() => new Connection(setLost), [])
  const words = useMemo(() => localizerOf(lang), [lang])

  const instance = queryValueOf(useQuery(connection, 'instance', api.instance))
  const known = queryValueOf(useQuery(connection, 'rules', api.rules))
  const rules = known ?? []
  const rule = rules.find((r) => r.id === ruleId) ?? rules.find((r) => r.default) ?? rules[0]
  // How often the list of runs was asked for anew.
  const [asking, setAsking] = useState(0)
  const asked = useQuery(connection, rule ? `${rule.id} ${asking}` : null, (signal) =>
    api.runs(rule!.id, signal),
  )
  const all = queryValueOf(useQuery(connection, 'all runs', api.allRuns)) ?? []
  // The newest is among those of all rules, which were asked for first.
  const runs = queryValueOf(asked) ?? all.filter((one) => one.rule === rule?.id)
  // A run of a past window, made later, is no newer word on today.
  const newest = runs.find(({ current }) => current) ?? runs[0] ?? null
  const run = runs.find(({ id }) => id === runId) ?? newest
  const newer = useNewerRun(connection, rule?.id ?? null, newest?.id ?? (asked ? 0 : null))
  const others = comparableRunsOf(run, runs, all)
  const networks = useNetworks(connection, theme, run)
  const beside = theme.kind === 'verdict' ? (others.find(({ id }) => id === swipe) ?? null) : null
  const own = rule?.minDownloadBps ?? null
  const tried = own === null || threshold === own ? null : threshold
  const whatIf = queryValueOf(
    useQuery(connection, run && tried ? `${run.id} ${tried}` : null, (signal) =>
      api.whatIf(run!.id, tried!, signal),
    ),
  )
  const said = useThemeCounts(connection, theme, run)
  // How often the plan was changed here.
  const [planChanges, setPlanChanges] = useState(0)
  const detail = useDetail(connection, choice, run, planChanges)
  const PlanParts = useLazyModule(connection, overlays.includes('plan'), () => import('../plan/plan-key.js'))
  const [account, setAccount] = useAccount(connection)

  const gone = useRef(first.mapView !== null)
  const element = useRef<HTMLDivElement>(null)
  const pick = (found: readonly MapHit[]) => {
    gone.current = true
    setHere(found)
    setChoice({ [found[0]!.kind]: found[0]!.id })
  }
  const { map, at, under, shown, drawn } = useMap(element, known && instance, first.mapView, connection, pick)
  useLayoutEffect(
    () => map?.show({ run: run?.id ?? null, threshold: tried, theme, swipe: beside?.id ?? null, overlays }),
    [map, run?.id, tried, theme, beside?.id, overlays],
  )
  useEffect(() => map?.swipeTo(beside ? share : null), [map, beside, share])
  // A wash of one run's classes under the cells of another would mislead.
  useLayoutEffect(
    () => map?.colourAreas(colour && theme.kind === 'verdict' && !beside),
    [map, colour, theme, beside],
  )
  useEffect(() => map?.select(choice), [map, choice.cell, choice.area])
  useEffect(() => {
    document.documentElement.lang = lang
    document.documentElement.dir = words.dir
    map?.arrange(words.dir)
  }, [map, words])
  useEffect(() => {
    const ids = Object.fromEntries(SELECTABLE_KINDS.map((kind) => [kind, choice[kind] ?? null])) as Record<
      SelectableKind,
      string | null
    >
    const earlier = run && run !== newest ? run.id : null
    writePageState({
      lang,
      rule: rule?.id ?? ruleId,
      mapView: at,
      ...ids,
      run: earlier,
      threshold: tried,
      theme,
      swipe,
      overlays,
      view,
      viewState: kept,
    })
  }, [lang, rule?.id, at, choice, run?.id, tried, theme, swipe, overlays, view, kept])

  // A link that names an area or a cell but no place: we go there once it is known where that is.
  const found = queryValueOf(detail)
  useEffect(() => {
    if (gone.current || !map || !found) return
    gone.current = true
    if ('zone' in found) map.zoomToChosen(found.zone.bbox)
    else if (isPlace(found)) map.zoomToCell(pointOf(found))
    else if ('area' in found) map.zoomToChosen(found.area.bbox)
    else map.zoomToCell(found.cell)
  }, [map, found])
  useEffect(() => map?.outline(found && isPlace(found) ? geometryOf(found) : null), [map, found])

  const choose = (next: MapSelection) => {
    setHere([])
    setChoice(next)
  }
  const close = () => {
    choose({})
    map?.focus()
  }
  const find = (area: Pick<Area, 'code' | 'bbox'>) => {
    gone.current = true
    choose({ area: area.code })
    map?.zoomToChosen(area.bbox)
  }
  const goTo = (cell: string) => {
    gone.current = false
    choose({ cell })
  }
  const [isTaking, setTaking] = useState(false)
  const takePlace = async (signal: AbortSignal) => {
    setTaking(true)
    const place = (await map?.pickPosition(signal)) ?? null
    setTaking(false)
    return place
  }
  const chosen = topSelectedOf(choice)
  useEscapeKey(chosen !== null, close)
  const { t } = words
  // What is shown before would jump when the rest comes.
  if (!known || !instance)
    return (
      <p class={lost ? 'lost' : 'waiting'} role="status">
        {t(lost ? 'lost' : 'loading')}
      </p>
    )
  return (
    <div
      class={`page${chosen ? ' with-panel' : ''}${view ? ' with-view' : ''}`}
      data-run={run?.id}
      data-drawn={drawn}
      data-ready={run !== null && shown === run.id}
    >
      <a class="skip" href="#map">
        {t('skip')}
      </a>
      <Header
        {...{ words, connection, instance, rules, rule, account, lost }}
        area={choice.area ?? null}
        onRule={(id) => {
          setRuleId(id)
          setRunId(null)
          setThreshold(null)
        }}
        onLang={setLang}
        onArea={find}
        onAccount={setAccount}
      />
      <Tabs
        words={words}
        view={view}
        onView={(next) => {
          if (view) left.current[view] = kept
          setView(next)
          setKept((next && left.current[next]) ?? {})
        }}
      />
      <main>
        <div class="stage">
          <div id="map" ref={element} dir="ltr" role="application" aria-label={t('map')} tabIndex={0} />
          <div class="cross" aria-hidden="true" />
          <ZoomButtons words={words} onZoom={(steps) => map?.zoomBy(steps)} />
          <RunNotice words={words} asked={asked} />
          {beside && run && <SwipeLine {...{ words, left: beside, right: run, share }} onShare={setShare} />}
          {isTaking && <p class="take-hint card">{t('takePlace')}</p>}
          {under.length > 0 && !isTaking && <Readout words={words} here={under} />}
          {newer !== null && (
            <NewerNotice
              words={words}
              id={newer}
              onShow={() => {
                setRunId(null)
                setAsking((times) => times + 1)
                map?.focus()
              }}
            />
          )}
          {run && (
            <Legend
              words={words}
              run={run}
              rules={rules}
              instance={instance}
              tried={tried === null ? null : (whatIf?.counts ?? null)}
              isOpen={!view}
              theme={theme}
              said={said}
              colour={colour}
              onColour={setColour}
            >
              <Layers
                {...{ words, run, others, rules, networks, theme, swipe, overlays }}
                onTheme={setTheme}
                onSwipe={setSwipe}
                onOverlays={setOverlays}
              />
              {PlanParts && overlays.includes('plan') && <PlanParts.PlanLegend words={words} />}
              <RunChoice {...{ words, runs, run }} onRun={setRunId} onNear={(ids) => map?.preload(ids)} />
              {own !== null && theme.kind === 'verdict' && (
                <WhatIfSlider
                  {...{ words, own, whatIf }}
                  threshold={tried ?? own}
                  onThreshold={setThreshold}
                />
              )}
            </Legend>
          )}
          {chosen && (
            <Panel words={words} of={`${chosen.kind} ${chosen.id}`} isReady={detail !== null} onClose={close}>
              <AlsoHere
                words={words}
                here={here.filter(({ kind, id }) => kind !== chosen.kind || id !== chosen.id)}
                onChoose={({ kind, id }) => setChoice({ [kind]: id })}
              />
              <DetailPanel
                {...{ words, connection, account, detail, run, rule }}
                onZoom={() => map?.zoomInto()}
                onCell={goTo}
                onDispute={(dispute) => {
                  setView('disputes')
                  setKept({ dispute })
                }}
                onPlan={(item) => {
                  setView('plan')
                  setKept(view === 'plan' ? { ...kept, item } : { item })
                }}
              />
            </Panel>
          )}
        </div>
        {view && run && rule && (
          <ViewPane
            {...{ words, connection, run, rule, account, view, viewState: kept }}
            area={choice.area ?? null}
            onViewState={setKept}
            onArea={find}
            onCell={goTo}
            onMarks={(marks) => map?.mark(marks)}
            onOverlayChange={(overlay) => {
              setPlanChanges((times) => times + 1)
              map?.refresh(overlay)
            }}
            onZoomToBox={(box) => map?.zoomTo(box)}
            onPickPosition={takePlace}
          />
        )}
      </main>
    </div>
  )
}

/** A link may name several: what lies on top counts. */
function onlyOf(first: MapSelection): MapSelection {
  const chosen = topSelectedOf(first)
  return chosen ? { [chosen.kind]: chosen.id } : {}
}

function useDetail(
  connection: Connection,
  choice: MapSelection,
  run: Run | null,
  planChanges: number,
): QueryResult<Detail> {
  const chosen = topSelectedOf(choice)
  const version = chosen?.kind === 'plan' ? planChanges : ''
  const key = run && chosen ? `${run.id} ${chosen.kind} ${chosen.id} ${version}` : null
  return useQuery<Detail>(connection, key, async (signal) => {
    const { kind, id } = chosen!
    if (kind === 'cell') return { cell: await api.cell(id, run!.id, signal) }
    if (kind === 'area') return { area: await api.area(id, run!.id, signal) }
    return api[kind](id, run!.id, signal)
  })
}

/** Earlier runs of the rule, and the newest of each other rule. */
function comparableRunsOf(run: Run | null, runs: readonly Run[], all: readonly Run[]): Run[] {
  const newest = all.filter(({ id, rule }) => all.find((other) => other.rule === rule)?.id === id)
  return [...runs, ...newest.filter(({ rule }) => rule !== run?.rule)].filter(({ id }) => id !== run?.id)
}

const useNetworks = (connection: Connection, theme: Theme, run: Run | null) =>
  queryValueOf(
    useQuery(connection, run && 'operator' in theme ? `${run.id} ${theme.kind}` : null, (signal) =>
      theme.kind === 'declared' ? api.declaredNetworks(run!.id, signal) : api.networks(run!.id, signal),
    ),
  )

/** Figures of a theme that is not the verdict, by the legend's rows. */
function useThemeCounts(
  connection: Connection,
  theme: Theme,
  run: Run | null,
): Readonly<Record<string, number>> | null {
  const asks = theme.kind === 'difference' || theme.kind === 'contradictions'
  const key = run && asks ? `${run.id} ${themeParamOf(theme)}` : null
  return queryValueOf(
    useQuery<Record<string, number>>(connection, key, (signal) =>
      theme.kind === 'difference'
        ? api.difference(run!.id, theme.from, signal)
        : api.contradictions(run!.id, signal),
    ),
  )
}

/** Whom the server knows, until someone signs in or out here. */
function useAccount(connection: Connection) {
  const known = queryValueOf(useQuery(connection, 'account', api.currentAccount))
  const [changed, setChanged] = useState<{ account: Account | null } | null>(null)
  return [changed ? changed.account : known, (account: Account | null) => setChanged({ account })] as const
}

/** From anywhere on the page; what has an Escape of its own keeps it. */
function useEscapeKey(active: boolean, act: () => void): void {
  useEffect(() => {
    if (!active) return undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) act()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}

function ZoomButtons({ words: { t }, onZoom }: { words: Localizer; onZoom(steps: number): void }) {
  return (
    <div class="zoom">
      <button aria-label={t('zoomInControl')} title={t('zoomInControl')} onClick={() => onZoom(1)}>
        +
      </button>
      <button aria-label={t('zoomOutControl')} title={t('zoomOutControl')} onClick={() => onZoom(-1)}>
        −
      </button>
    </div>
  )
}

function RunNotice({ words, asked }: { words: Localizer; asked: QueryResult<Run[]> }) {
  const { t } = words
  if (asked && 'value' in asked && asked.value.length > 0) return null
  return (
    <div class="notice card" role="status">
      {!asked && t('loading')}
      {asked && 'refused' in asked && problemText(words, asked.refused)}
      {asked && 'value' in asked && (
        <>
          <p>{t('noRun')}</p>
          <code dir="ltr">npm run taghtiya -- classify</code>
        </>
      )}
    </div>
  )
}

interface DetailProps {
  words: Localizer
  connection: Connection
  run: Run | null
  detail: QueryResult<Detail>
  account: Account | null
  rule: Parameters<typeof CellPanel>[0]['rule'] | undefined
  onZoom(): void
  onCell(h3: string): void
  onDispute(id: string): void
  onPlan(code: string): void
}

function DetailPanel(props: DetailProps) {
  const { words, connection, account, detail, run, rule, onZoom, onCell, onDispute, onPlan } = props
  const found = queryValueOf(detail)
  const Shown = useLazyModule(
    connection,
    found !== null && isPlace(found),
    () => import('../places/places.js'),
  )
  if (!detail) return <p>{words.t('loading')}</p>
  if ('refused' in detail) return <p class="problem">{problemText(words, detail.refused)}</p>
  const { value } = detail
  if (isPlace(value)) {
    if (!Shown) return <p>{words.t('loading')}</p>
    return <Shown.PlacePanel {...{ words, onCell, onPlan }} place={value} />
  }
  if ('area' in value) return <AreaPanel {...{ words, run }} area={value.area} />
  if (!rule) return null
  const { cell } = value
  return (
    <CellPanel
      {...{ words, cell, rule, onZoom }}
      contested={run && <CellDisputes {...{ words, connection, cell, account, onDispute }} run={run.id} />}
    >
      <CellPlanItems {...{ words, connection, onPlan }} items={cell.plan ?? []} />
      {run && (
        <EvidenceSection
          key={`${cell.h3} ${run.id}`}
          {...{ words, connection, account, rule }}
          h3={cell.h3}
          run={run.id}
        />
      )}
    </CellPanel>
  )
}

/** The plan view beside the map: list, areas, burn-down, and a planner's import and changes. */
import { PLAN_STATES } from '#domain/plan'
import { useEffect, useState } from 'preact/hooks'
import { isInScope } from '#domain/account'
import { isPlanner } from '../account/roles.js'
import { type QueryResult, queryValueOf, useQuery } from '../api/use-query.js'
import type { ViewState } from '../app/page-address.js'
import type { ViewProps } from '../app/view-props.js'
import { localizedName } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { Downloads } from '../links/downloads.js'
import type { Coordinates } from '../map/map-view.js'
import { BurnDown } from './burn-down.js'
import { type PlanFilter, type PlanItem, type PlanProgress, planApi, planQueryOf } from './plan-api.js'
import { PlanAreas } from './plan-areas.js'
import { FilterBar, PLAN_SORTS, type PlanSort, StateFilter } from './plan-filters.js'
import { PlanForm } from './plan-form.js'
import { PlanImport } from './plan-import.js'
import { PlanItemView } from './plan-item.js'
import { PlanList, type PlanPages, usePlanPages } from './plan-list.js'
import { boxAround, planMarksOf } from './plan-marks.js'
import './plan.css'
import { WORDS } from './words.js'

export function Plan(props: ViewProps) {
  const { words, connection, account, viewState, onViewState, onMarks, onZoomToBox } = props
  const [changes, setChanges] = useState(0)
  const [opened, setOpened] = useState<PlanItem | null>(null)
  /** The place in an open form. */
  const [formPlace, setFormPlace] = useState<Coordinates | null>(null)
  const [filter, sort] = filterOf(viewState, props.area)
  const pages = usePlanPages(props, filter, sort, changes)
  // It is loaded here, so that it is ready when the reader returns from an item.
  const progressQuery = useQuery(connection, `${props.area} ${changes}`, (signal) =>
    planApi.progress(props.area, signal),
  )
  const code = viewState['item'] ?? null
  const openedItem = code === opened?.code ? opened : null
  useEffect(
    () => onMarks(planMarksOf(words, pages.items, openedItem, formPlace)),
    [words, pages.items, openedItem, formPlace],
  )
  const setState = (change: ViewState) => onViewState({ ...viewState, ...change })
  const showOnMap = (item: PlanItem) => onZoomToBox(boxAround(item))
  const onChange = () => {
    setChanges(changes + 1)
    props.onOverlayChange('plan')
  }
  const form = { onChange, onPlace: setFormPlace, onPickPlace: props.onPickPosition }
  if (code)
    return (
      <PlanItemView
        {...{ words, connection, code, ...form }}
        mayEdit={isPlanner(account) && isInScope(openedItem?.areaCode ?? null, account.areas)}
        onBack={() => setState({ item: '' })}
        onMap={showOnMap}
        onLoad={setOpened}
      />
    )
  return <PlanOverview {...{ ...props, ...form, filter, sort, pages, progressQuery, setState, showOnMap }} />
}

/** Filter and sort order from the view's state; an unknown name counts as none. */
function filterOf(viewState: ViewState, area: string | null): [PlanFilter, PlanSort] {
  const filter = {
    area,
    state: PLAN_STATES.find((state) => state === viewState['state']) ?? null,
    operator: viewState['operator'] ?? null,
    technology: viewState['technology'] ?? null,
  }
  return [filter, PLAN_SORTS.find((name) => name === viewState['sort']) ?? 'code']
}

interface OverviewProps extends ViewProps {
  filter: PlanFilter
  sort: PlanSort
  pages: PlanPages
  progressQuery: QueryResult<PlanProgress>
  setState(change: ViewState): void
  showOnMap(item: PlanItem): void
  onChange(): void
  onPlace(place: Coordinates | null): void
  onPickPlace: ViewProps['onPickPosition']
}

function PlanOverview(props: OverviewProps) {
  const { words, filter, progressQuery: query } = props
  const t = words.translatorOf(WORDS)
  const progress = queryValueOf(query)
  return (
    <>
      <h2>{t('title')}</h2>
      {isPlanner(props.account) && <PlannerTools {...props} />}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {!query && <p role="status">{words.t('loading')}</p>}
      {progress && isEmpty(progress) && <p>{t('empty')}</p>}
      {progress && !isEmpty(progress) && (
        <>
          <FilteredList {...props} progress={progress} />
          <Downloads
            path="api/v1/plan/table"
            query={planQueryOf({ ...filter })}
            texts={{ csv: t('csv'), xlsx: t('xlsx') }}
          />
          <BurnDown
            {...{ words, months: progress.months, today: progress.today }}
            name={areaNameOf(props, progress)}
          />
          <PlanAreas words={words} areas={progress.areas} onArea={props.onArea} />
        </>
      )}
      <p class="source">{progress && sourceText(props, progress)}</p>
    </>
  )
}

/** Buttons to import a list and to add an item. */
function PlannerTools({ words, onChange, onPlace, onPickPlace, setState }: OverviewProps) {
  const t = words.translatorOf(WORDS)
  const [isCreating, setCreating] = useState(false)
  return (
    <>
      <div class="plan-bar">
        <PlanImport words={words} onDone={onChange} />
        <button onClick={() => setCreating(true)}>{t('create')}</button>
      </div>
      {isCreating && (
        <PlanForm
          {...{ words, onPlace, onPickPlace }}
          item={null}
          onDone={({ code }) => {
            setCreating(false)
            onChange()
            setState({ item: code })
          }}
          onConflict={() => {}}
          onClose={() => setCreating(false)}
        />
      )}
    </>
  )
}

function FilteredList(props: OverviewProps & { progress: PlanProgress }) {
  const { words, progress, filter, sort, pages, setState, showOnMap } = props
  const t = words.translatorOf(WORDS)
  const isPaperOnly = filter.state === 'contradicted'
  const openItem = (item: PlanItem) => {
    setState({ item: item.code })
    showOnMap(item)
  }
  return (
    <>
      <StateFilter
        {...{ words, progress }}
        state={filter.state}
        onState={(state) => setState({ state: state ?? '' })}
      />
      <FilterBar {...{ words, filter, sort }} onChoose={setState} />
      {isPaperOnly && <p class="hint">{t('paperOnlyHint')}</p>}
      <PlanList
        {...{ words, pages }}
        caption={t(isPaperOnly ? 'paperCaption' : 'caption', { name: areaNameOf(props, progress) })}
        onItem={openItem}
      />
    </>
  )
}

const areaNameOf = ({ words }: ViewProps, { area }: PlanProgress): string =>
  area ? localizedName(words.lang, area) : words.translatorOf(WORDS)('country')

const isEmpty = ({ states }: PlanProgress) => PLAN_STATES.every((state) => states[state] === 0)

function sourceText({ words, rule }: ViewProps, { run }: PlanProgress): string {
  const t = words.translatorOf(WORDS)
  if (!run) return t('noRun')
  const title = run.rule === rule.id ? rule.title[words.lang] : run.rule
  return t('source', { run: String(run.id), rule: title, from: words.date(run.from), to: words.date(run.to) })
}

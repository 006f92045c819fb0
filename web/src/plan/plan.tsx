/** The plan beside the map: its list, what is covered on paper only, the burn-down, and a planner's import and changes. */
import { OPERATOR_NAMES } from '#domain/operator'
import { PLAN_STATES, type PlanState } from '#domain/plan'
import { TECHNOLOGIES } from '#domain/probe'
import { useEffect, useState } from 'preact/hooks'
import { HeadRow } from '../table/head-row.js'
import { useQuery, queryValueOf } from '../api/use-query.js'
import type { Account } from '../api/api.js'
import { type Localizer, localizedName } from '../language/language.js'
import type { Coordinates } from '../map/coverage-map.js'
import type { Marks, MarkTone } from '../map/marks.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import type { ViewProps } from '../app/view-props.js'
import { BurnDown } from './burn-down.js'
import {
  type PlanArea,
  type PlanFilter,
  type PlanItem,
  type PlanProgress,
  planApi,
  planQueryOf,
} from './plan-api.js'
import { PlanForm } from './plan-form.js'
import { PlanImport } from './plan-import.js'
import { PlanItemView, planItemName, planNetworkText, speedText } from './plan-item.js'
import { PlanStateLabel, PLAN_TONES } from './state.js'
import './plan.css'
import { WORDS } from './words.js'

const SORTS = ['code', 'area', 'promised', 'service', 'state'] as const
/** Items of a page. */
const PAGE_SIZE = 50
/** Degrees around an item that is shown on the map. */
const ZOOM_MARGIN_DEGREES = 0.03

const mayPlan = (account: Account | null): boolean =>
  account !== null && !account.mustChangePassword && ['planner', 'administrator'].includes(account.role)

export function Plan(props: ViewProps) {
  const {
    words,
    connection,
    area,
    account,
    viewState: kept,
    onViewState: onKeep,
    onMarks,
    onZoomToBox: onBox,
    onArea,
    onOverlayChange: onChange,
    onPickPosition: onTakePlace,
  } = props
  const [changes, setChanges] = useState(0)
  const [isCreating, setCreating] = useState(false)
  const [opened, setOpened] = useState<PlanItem | null>(null)
  /** What is given in a form. */
  const [place, setPlace] = useState<Coordinates | null>(null)
  const t = words.translatorOf(WORDS)
  const filter: PlanFilter = {
    area,
    state: PLAN_STATES.find((state) => state === kept['state']) ?? null,
    operator: kept['operator'] ?? null,
    technology: kept['technology'] ?? null,
  }
  const sort = SORTS.find((name) => name === kept['sort']) ?? 'code'
  const progress = useQuery(connection, `${area} ${changes}`, (signal) => planApi.progress(area, signal))
  const list = usePlanPages(props, filter, sort, changes)
  const code = kept['item'] ?? null
  const keep = (change: Readonly<Record<string, string>>) => onKeep({ ...kept, ...change })
  const chosen = code === opened?.code ? opened : null
  useEffect(() => onMarks(marksOf(words, list.items, chosen, place)), [words, list.items, chosen, place])
  const show = ({ lat, lng }: PlanItem) =>
    onBox([
      lng - ZOOM_MARGIN_DEGREES,
      lat - ZOOM_MARGIN_DEGREES,
      lng + ZOOM_MARGIN_DEGREES,
      lat + ZOOM_MARGIN_DEGREES,
    ])
  const changed = () => {
    setChanges(changes + 1)
    onChange('plan')
  }
  if (code)
    return (
      <PlanItemView
        {...{ words, connection, code }}
        mayEdit={mayPlan(account)}
        onBack={() => keep({ item: '' })}
        onMap={show}
        onShown={setOpened}
        onChange={changed}
        onPlace={setPlace}
        onTakePlace={onTakePlace}
      />
    )
  const found = queryValueOf(progress)
  const name = found?.area ? localizedName(words.lang, found.area) : t('country')
  return (
    <>
      <h2>{t('title')}</h2>
      {mayPlan(account) && (
        <div class="plan-bar">
          <PlanImport words={words} onDone={changed} />
          <button onClick={() => setCreating(true)}>{t('create')}</button>
        </div>
      )}
      {isCreating && (
        <PlanForm
          words={words}
          item={null}
          onDone={(detail) => {
            setCreating(false)
            changed()
            keep({ item: detail.code })
          }}
          onConflict={() => {}}
          onClose={() => setCreating(false)}
          onPlace={setPlace}
          onTakePlace={onTakePlace}
        />
      )}
      {progress && 'refused' in progress && <p class="problem">{problemText(words, progress.refused)}</p>}
      {!found && !progress && <p role="status">{words.t('loading')}</p>}
      {found && isEmpty(found) && <p>{t('empty')}</p>}
      {found && !isEmpty(found) && (
        <>
          <States
            words={words}
            progress={found}
            chosen={filter.state}
            onState={(state) => keep({ state: state ?? '' })}
          />
          <Filters {...{ words, filter, sort }} onKeep={keep} />
          {filter.state === 'contradicted' && <p class="hint">{t('paperOnlyHint')}</p>}
          <List
            {...{ words, list }}
            caption={filter.state === 'contradicted' ? t('paperCaption', { name }) : t('caption', { name })}
            onItem={(item) => {
              keep({ item: item.code })
              show(item)
            }}
          />
          <Downloads words={words} filter={filter} />
          <BurnDown words={words} name={name} months={found.months} today={found.today} />
          <Areas words={words} areas={found.areas} onArea={onArea} />
        </>
      )}
      <p class="source">{found && sourceOf(props, found)}</p>
    </>
  )
}

const isEmpty = ({ states }: PlanProgress) => PLAN_STATES.every((state) => states[state] === 0)

function sourceOf({ words, rule }: ViewProps, { run }: PlanProgress): string {
  const t = words.translatorOf(WORDS)
  if (!run) return t('noRun')
  const title = run.rule === rule.id ? rule.title[words.lang] : run.rule
  return t('source', { run: String(run.id), rule: title, from: words.date(run.from), to: words.date(run.to) })
}

/** The list as far as it was asked for: its pages one after the other. */
interface Pages {
  items: readonly PlanItem[]
  isLoading: boolean
  problem: string
  /** Asks for the next page; null: there is none. */
  more: (() => void) | null
}

const NONE: readonly PlanItem[] = []

function usePlanPages(
  { words, connection }: ViewProps,
  filter: PlanFilter,
  sort: string,
  changes: number,
): Pages {
  const key = `${planQueryOf({ ...filter, sort })} ${changes}`
  const [before, setBefore] = useState<{ key: string; items: readonly PlanItem[]; cursor: string | null }>({
    key,
    items: NONE,
    cursor: null,
  })
  const { items: earlier, cursor } = before.key === key ? before : { items: NONE, cursor: null }
  const asked = useQuery(connection, `${key} ${cursor}`, (signal) =>
    planApi.list(filter, { sort, cursor, limit: PAGE_SIZE }, signal),
  )
  const page = queryValueOf(asked)
  const [shown, setShown] = useState<readonly PlanItem[]>(NONE)
  useEffect(() => {
    if (page) setShown([...earlier, ...page.items])
  }, [page])
  return {
    items: shown,
    isLoading: asked === null,
    problem: asked && 'refused' in asked ? problemText(words, asked.refused) : '',
    more: page?.next ? () => setBefore({ key, items: shown, cursor: page.next }) : null,
  }
}

/** The open item on top, or the place that a form gives it. */
function marksOf(
  words: Localizer,
  items: readonly PlanItem[],
  opened: PlanItem | null,
  place: Coordinates | null,
): Marks {
  const at = ({ lat, lng }: Coordinates, tone: MarkTone, label: string): Marks['features'][number] => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [lng, lat] },
    properties: { tone, label },
  })
  const mark = (item: PlanItem, tone: MarkTone) => at(item, tone, planItemName(words, item))
  const others = items.filter((item) => item.code !== opened?.code)
  return {
    type: 'FeatureCollection',
    features: [
      ...others.map((item) => mark(item, PLAN_TONES[item.state])),
      ...(opened && !place ? [mark(opened, 'chosen')] : []),
      ...(place ? [at(place, 'chosen', words.translatorOf(WORDS)('placeChosen'))] : []),
    ],
  }
}

interface StatesProps {
  words: Localizer
  progress: PlanProgress
  chosen: string | null
  onState(state: PlanState | null): void
}

/** What the measurements refute has a button of its own, before the others. */
function States({ words, progress: { states }, chosen, onState }: StatesProps) {
  const t = words.translatorOf(WORDS)
  const all = PLAN_STATES.reduce((sum, state) => sum + states[state], 0)
  const button = (state: PlanState) => (
    <button
      key={state}
      aria-pressed={chosen === state}
      onClick={() => onState(chosen === state ? null : state)}
    >
      <PlanStateLabel words={words} of={state} /> ({words.number(states[state])})
    </button>
  )
  return (
    <>
      <p class="plan-bar">
        <button
          class="paper-only"
          aria-pressed={chosen === 'contradicted'}
          onClick={() => onState(chosen === 'contradicted' ? null : 'contradicted')}
        >
          {t('paperOnly')} ({words.number(states.contradicted)})
        </button>
      </p>
      <div class="plan-bar plan-states" role="group" aria-label={t('state')}>
        <button aria-pressed={chosen === null} onClick={() => onState(null)}>
          {t('all')} ({words.number(all)})
        </button>
        {PLAN_STATES.filter((state) => state !== 'contradicted').map(button)}
      </div>
    </>
  )
}

interface FiltersProps {
  words: Localizer
  filter: PlanFilter
  sort: string
  onKeep(change: Readonly<Record<string, string>>): void
}

function Filters({ words, filter, sort, onKeep }: FiltersProps) {
  const t = words.translatorOf(WORDS)
  const pick = (name: 'operator' | 'technology', ids: readonly string[], label: (id: string) => string) => (
    <label class="pick">
      {t(name)}
      <select value={filter[name] ?? ''} onChange={(e) => onKeep({ [name]: e.currentTarget.value })}>
        <option value="">{t('any')}</option>
        {ids.map((id) => (
          <option key={id} value={id}>
            {label(id)}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <div class="plan-bar">
      {pick('operator', Object.keys(OPERATOR_NAMES), (id) => operatorName(words, id))}
      {pick('technology', TECHNOLOGIES, (id) => technologyName(words, id))}
      <label class="pick">
        {t('sort')}
        <select value={sort} onChange={(e) => onKeep({ sort: e.currentTarget.value })}>
          {SORTS.map((name) => (
            <option key={name} value={name}>
              {t(`sort_${name}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

interface ListProps {
  words: Localizer
  list: Pages
  caption: string
  onItem(item: PlanItem): void
}

function List({ words, list, caption, onItem }: ListProps) {
  const t = words.translatorOf(WORDS)
  const { items, isLoading, problem, more } = list
  const day = (date: string | null) => (date === null ? t('noDate') : words.date(date))
  if (problem) return <p class="problem">{problem}</p>
  if (items.length === 0) return <p role="status">{isLoading ? words.t('loading') : t('none')}</p>
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption} aria-busy={isLoading}>
        <table class="plan-list">
          <caption>{caption}</caption>
          <thead>
            <HeadRow names={['place', 'state', 'network', 'promised', 'service']} t={t} />
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.code} data-code={item.code}>
                <th scope="row">
                  <button class="link" onClick={() => onItem(item)}>
                    <bdi>{planItemName(words, item)}</bdi>
                  </button>
                  <small>
                    <bdi>{item.code}</bdi>
                    {item.simulated && ` (${t('simulated')})`}
                  </small>
                </th>
                <td>
                  <PlanStateLabel words={words} of={item.state} />
                  {item.state === 'late' && <small>{t(`step_${item.step}`)}</small>}
                </td>
                <td>
                  <bdi>{planNetworkText(words, item)}</bdi>
                  <small>
                    <bdi>{speedText(words, item.targetBps)}</bdi>
                  </small>
                </td>
                <td>{day(item.promisedBy)}</td>
                <td>{day(item.inServiceOn)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="plan-bar">
        <span role="status">{t('items', { n: items.length })}</span>
        {more && <button onClick={more}>{t('more')}</button>}
      </p>
    </>
  )
}

function Downloads({ words, filter }: { words: Localizer; filter: PlanFilter }) {
  const t = words.translatorOf(WORDS)
  const query = planQueryOf({ ...filter })
  return (
    <p class="downloads">
      {(['csv', 'xlsx'] as const).map((format) => (
        <a key={format} href={`/api/v1/plan/table.${format}?${query}`} download>
          {t(format)}
        </a>
      ))}
    </p>
  )
}

const FIGURES = [
  'total',
  'due',
  'line_inService',
  'line_verified',
  'line_contradicted',
  'state_late',
] as const
const figuresOf = (area: PlanArea) => [
  area.items,
  area.due,
  area.inService,
  area.verified,
  area.contradicted,
  area.late,
]

function Areas({
  words,
  areas,
  onArea,
}: {
  words: Localizer
  areas: readonly PlanArea[]
  onArea: ViewProps['onArea']
}) {
  const t = words.translatorOf(WORDS)
  if (areas.length === 0) return null
  return (
    <>
      <h3>{t('byArea')}</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('byArea')}>
        <table class="plan-list plan-areas">
          <thead>
            <tr>
              <th scope="col">{t('area')}</th>
              {FIGURES.map((name) => (
                <th key={name} scope="col">
                  {t(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {areas.map((area) => (
              <tr key={area.code} data-code={area.code}>
                <th scope="row">
                  <button class="link" onClick={() => onArea(area)}>
                    <bdi>{localizedName(words.lang, area)}</bdi>
                  </button>
                </th>
                {figuresOf(area).map((figure, i) => (
                  <td key={FIGURES[i]} class="number">
                    {words.number(figure)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** The figures view beside the map: a sortable, downloadable table of the areas inside the selected one. */
import { CLASSES, type ClassCounts } from '#domain/verdict'
import { api } from '../api/api.js'
import type { AreaFigures } from '../api/schemas.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import type { ViewProps } from '../app/view-props.js'
import { type Localizer, localizedName } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { Downloads } from '../links/downloads.js'
import { ReportLink } from '../links/report-link.js'
import { CLASS_PAINTS } from '../map/paint/colours.js'
import { DataTable } from '../table/data-table.js'
import './figures.css'
import { WORDS } from './words.js'

/** Sort keys of the columns: figures from the largest, names alphabetically. */
const COLUMNS = {
  rank: ({ rank }: AreaFigures) => rank ?? Infinity,
  name: null,
  population: ({ population }: AreaFigures) => -(population ?? 0),
  white: ({ cells }: AreaFigures) => -(cells?.white ?? 0),
  trend: (area: AreaFigures) => -(trendOf(area) ?? 0),
  people: ({ people }: AreaFigures) => -people.white,
  localities: ({ localities }: AreaFigures) => -localities.white,
  sites: ({ sites }: AreaFigures) => -sites.white,
} as const
type Column = keyof typeof COLUMNS

const ASCENDING: readonly Column[] = ['rank', 'name']

const trendOf = ({ cells, whiteBefore }: AreaFigures) =>
  cells === null || whiteBefore === null ? null : cells.white - whiteBefore

export function Figures(props: ViewProps) {
  const { words, connection, run, area, viewState, onViewState, onArea } = props
  const { lang } = words
  const t = words.translatorOf(WORDS)
  const query = useQuery(connection, `${run.id} ${area}`, (signal) => api.figures(run.id, area, signal))
  const figures = queryValueOf(query)
  const sort = sortOf(viewState['sort'])
  const name = figures?.parent ? localizedName(lang, figures.parent) : t('country')
  const params = new URLSearchParams({ run: String(run.id), ...(area && { parent: area }) })
  return (
    <>
      <h2>{t('title')}</h2>
      {area && <ReportLink words={words} run={run} code={area} />}
      {!query && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {figures && figures.items.length === 0 && <p>{t('empty')}</p>}
      {figures && figures.items.length > 0 && (
        <>
          <AreaTable
            {...{ words, sort, onArea }}
            caption={t('caption', { name })}
            items={sorted(figures.items, sort, lang)}
            onSort={(column) => onViewState({ ...viewState, sort: column })}
          />
          <Downloads
            path="api/v1/areas/table"
            query={params.toString()}
            texts={{ csv: t('csv'), xlsx: t('xlsx') }}
          />
          <p class="source">
            {t('rankHint')} {t('peopleHint')}
          </p>
        </>
      )}
      <FiguresSource {...props} />
    </>
  )
}

const sortOf = (name: string | undefined): Column =>
  name && Object.hasOwn(COLUMNS, name) ? (name as Column) : 'rank'

function FiguresSource({ words, run, rule }: ViewProps) {
  const { lang, date } = words
  const t = words.translatorOf(WORDS)
  const values = { run: String(run.id), rule: rule.title[lang], from: date(run.from), to: date(run.to) }
  return (
    <p class="source">
      {t('source', values)}
      {rule.assumption && ` (${words.t('assumption')})`}
    </p>
  )
}

function sorted(items: readonly AreaFigures[], by: Column, lang: Localizer['lang']): AreaFigures[] {
  const figureOf = COLUMNS[by]
  const byName = (a: AreaFigures, b: AreaFigures) =>
    localizedName(lang, a).localeCompare(localizedName(lang, b), lang)
  return items.toSorted((a, b) => (figureOf ? figureOf(a) - figureOf(b) || byName(a, b) : byName(a, b)))
}

interface AreaTableProps {
  words: Localizer
  caption: string
  items: readonly AreaFigures[]
  sort: Column
  onSort(column: Column): void
  onArea: ViewProps['onArea']
}

function AreaTable({ words, caption, items, sort, onSort, onArea }: AreaTableProps) {
  return (
    <DataTable caption={caption} class="figures" head={<SortableHead {...{ words, sort, onSort }} />}>
      {items.map((area) => (
        <AreaRow key={area.code} {...{ words, area, onArea }} />
      ))}
    </DataTable>
  )
}

function SortableHead({ words, sort, onSort }: Pick<AreaTableProps, 'words' | 'sort' | 'onSort'>) {
  const t = words.translatorOf(WORDS)
  const order = ASCENDING.includes(sort) ? 'ascending' : 'descending'
  return (
    <tr>
      {(Object.keys(COLUMNS) as Column[]).map((column) => (
        <th key={column} scope="col" aria-sort={column === sort ? order : undefined}>
          <button onClick={() => onSort(column)}>{t(column)}</button>
        </th>
      ))}
    </tr>
  )
}

/** Whether any class was counted. If none was, the table shows no zero, which would be a claim. */
const hasAny = (counts: ClassCounts) => CLASSES.some((colour) => counts[colour] > 0)

type AreaRowProps = Pick<AreaTableProps, 'words' | 'onArea'> & { area: AreaFigures }

function AreaRow({ words, area, onArea }: AreaRowProps) {
  const { lang, number } = words
  const t = words.translatorOf(WORDS)
  return (
    <tr data-code={area.code}>
      <td>{area.rank === null ? '–' : number(area.rank)}</td>
      <th scope="row">
        <button class="link" onClick={() => onArea(area)}>
          <bdi>{localizedName(lang, area)}</bdi>
        </button>
        {area.cells && <ClassBar counts={area.cells} />}
        {area.simulated && <small>{t('simulatedArea')}</small>}
      </th>
      <td>{area.population === null ? '–' : number(area.population)}</td>
      <td>{area.cells ? number(area.cells.white) : '–'}</td>
      <td>
        <Trend words={words} change={trendOf(area)} />
      </td>
      <td>{hasAny(area.localities) ? t('ofListed', listedPeopleOf(words, area)) : '–'}</td>
      <td>{hasAny(area.localities) ? number(area.localities.white) : '–'}</td>
      <td>{hasAny(area.sites) ? number(area.sites.white) : '–'}</td>
    </tr>
  )
}

/** The people in white cells, beside those of all imported localities: few of the census are in such a list. */
const listedPeopleOf = ({ number }: Localizer, { people }: AreaFigures) => ({
  n: number(people.white),
  listed: number(CLASSES.reduce((sum, colour) => sum + people[colour], 0)),
})

/** Change of the number of white cells since the run before; null without such a run. */
function Trend({ words, change }: { words: Localizer; change: number | null }) {
  const t = words.translatorOf(WORDS)
  if (change === null) return <small>{t('noTrend')}</small>
  if (change === 0) return <small>{t('same')}</small>
  return (
    <span class={change > 0 ? 'worse' : 'better'}>
      {t(change > 0 ? 'more' : 'less', { n: words.number(Math.abs(change)) })}
    </span>
  )
}

/** Shares of the classes in the measured cells. */
function ClassBar({ counts }: { counts: ClassCounts }) {
  const total = CLASSES.reduce((sum, colour) => sum + counts[colour], 0)
  if (total === 0) return null
  let end = 0
  return (
    <svg class="bar-of-classes" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      {CLASSES.map((colour) => {
        const width = (100 * counts[colour]) / total
        end += width
        const { fill, line } = CLASS_PAINTS[colour]
        return (
          <rect
            key={colour}
            x={end - width}
            width={width}
            height="8"
            fill={fill}
            stroke={line}
            stroke-width="0.6"
          />
        )
      })}
    </svg>
  )
}

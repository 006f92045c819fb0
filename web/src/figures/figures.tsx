/** The numbers beside the map: the areas inside the chosen one, to sort, to follow and to take away. */
import { CLASSES, type ClassCounts } from '#domain/verdict'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { type AreaFigures, api } from '../api/api.js'
import { type Localizer, localizedName } from '../language/language.js'
import { CLASS_PAINTS } from '../map/colours.js'
import { problemText } from '../language/problem.js'
import { ReportLink } from '../links/report-link.js'
import type { ViewProps } from '../app/view-props.js'
import './figures.css'
import { WORDS } from './words.js'

/** What a column sorts by: figures from the most, names by the alphabet. */
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

const trendOf = ({ cells, whiteBefore }: AreaFigures) =>
  cells === null || whiteBefore === null ? null : cells.white - whiteBefore

export function Figures({
  words,
  connection,
  run,
  rule,
  area,
  viewState: kept,
  onViewState: onKeep,
  onArea,
}: ViewProps) {
  const { lang, date } = words
  const t = words.translatorOf(WORDS)
  const asked = useQuery(connection, `${run.id} ${area}`, (signal) => api.figures(run.id, area, signal))
  const sort: Column = kept['sort'] && kept['sort'] in COLUMNS ? (kept['sort'] as Column) : 'rank'
  const found = queryValueOf(asked)
  const name = found?.parent ? localizedName(lang, found.parent) : t('country')
  const query = new URLSearchParams({ run: String(run.id), ...(area && { parent: area }) }).toString()
  return (
    <>
      <h2>{t('title')}</h2>
      {area && <ReportLink words={words} run={run} code={area} />}
      {!asked && <p role="status">{words.t('loading')}</p>}
      {asked && 'refused' in asked && <p class="problem">{problemText(words, asked.refused)}</p>}
      {found && found.items.length === 0 && <p>{t('empty')}</p>}
      {found && found.items.length > 0 && (
        <>
          <Table
            {...{ words, sort, onArea }}
            caption={t('caption', { name })}
            items={sorted(found.items, sort, lang)}
            onSort={(column) => onKeep({ ...kept, sort: column })}
          />
          <p class="downloads">
            <a href={`/api/v1/areas/table.csv?${query}`} download>
              {t('csv')}
            </a>
            <a href={`/api/v1/areas/table.xlsx?${query}`} download>
              {t('xlsx')}
            </a>
          </p>
          <p class="source">
            {t('rankHint')} {t('peopleHint')}
          </p>
        </>
      )}
      <p class="source">
        {t('source', {
          run: String(run.id),
          rule: rule.title[lang],
          from: date(run.from),
          to: date(run.to),
        })}
        {rule.assumption && ` (${words.t('assumption')})`}
      </p>
    </>
  )
}

function sorted(items: readonly AreaFigures[], by: Column, lang: Localizer['lang']): AreaFigures[] {
  const figure = COLUMNS[by]
  const byName = (a: AreaFigures, b: AreaFigures) =>
    localizedName(lang, a).localeCompare(localizedName(lang, b), lang)
  return items.toSorted((a, b) => (figure ? figure(a) - figure(b) || byName(a, b) : byName(a, b)))
}

/** Where none is known, zero would be a claim. */
const hasAny = (counts: ClassCounts) => CLASSES.some((colour) => counts[colour] > 0)

interface TableProps {
  words: Localizer
  caption: string
  items: readonly AreaFigures[]
  sort: Column
  onSort(column: Column): void
  onArea: ViewProps['onArea']
}

function Table({ words, caption, items, sort, onSort, onArea }: TableProps) {
  const { lang, number } = words
  const t = words.translatorOf(WORDS)
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="figures">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {(Object.keys(COLUMNS) as Column[]).map((column) => (
              <th
                key={column}
                scope="col"
                aria-sort={
                  column !== sort
                    ? undefined
                    : column === 'rank' || column === 'name'
                      ? 'ascending'
                      : 'descending'
                }
              >
                <button onClick={() => onSort(column)}>{t(column)}</button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((area) => (
            <tr key={area.code} data-code={area.code}>
              <td>{area.rank === null ? '–' : number(area.rank)}</td>
              <th scope="row">
                <button class="link" onClick={() => onArea(area)}>
                  <bdi>{localizedName(lang, area)}</bdi>
                </button>
                {area.cells && <Bar counts={area.cells} />}
                {area.simulated && <small>{t('simulatedArea')}</small>}
              </th>
              <td>{area.population === null ? '–' : number(area.population)}</td>
              <td>{area.cells ? number(area.cells.white) : '–'}</td>
              <td>
                <Trend words={words} change={trendOf(area)} />
              </td>
              <td>{hasAny(area.localities) ? number(area.people.white) : '–'}</td>
              <td>{hasAny(area.localities) ? number(area.localities.white) : '–'}</td>
              <td>{hasAny(area.sites) ? number(area.sites.white) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

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

/** Of the measured cells. */
function Bar({ counts }: { counts: ClassCounts }) {
  const all = CLASSES.reduce((sum, colour) => sum + counts[colour], 0)
  let at = 0
  if (all === 0) return null
  return (
    <svg class="bar-of-classes" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      {CLASSES.map((colour) => {
        const width = (100 * counts[colour]) / all
        at += width
        const { fill, line } = CLASS_PAINTS[colour]
        return (
          <rect
            key={colour}
            x={at - width}
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

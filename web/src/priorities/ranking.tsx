/** The first zones by the planner's weights, with the range of each one's rank. */
import { FACTORS, type Factor, UNIT_COSTS, WEIGHT_LIMITS, formatAmounts } from '#domain/priority'
import { useEffect, useRef } from 'preact/hooks'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { useDebounced } from '../form/use-debounced.js'
import { type Localizer, listText } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { Downloads } from '../links/downloads.js'
import type { Marks } from '../map/marks.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import type { PriorityInputs } from './inputs.js'
import type { PartProps } from './part-props.js'
import { type Priorities, type PriorityZone, fetchPriorities } from './priorities-api.js'
import { PrioritySource } from './priority-source.js'
import { WeightSliders } from './weights.js'
import { WORDS } from './words.js'
import { ZONE_COLUMNS, ZoneFigures, ZoneName, zoneMarksOf } from './zone-cells.js'

/** Number of rows of the table, and of the first ranks whose stability is shown. */
const TOP = 50
/** Time that the sliders must stand still before a request is sent. */
const DEBOUNCE_MS = 250

export function RankingPart(props: PartProps) {
  const { words, connection, run, area, inputs, onInputs, onMarks, onZoomToBox } = props
  const t = words.translatorOf(WORDS)
  const currentParams = paramsOf(inputs, area)
  const params = useDebounced(currentParams, DEBOUNCE_MS)
  const query = useQuery(connection, params && `${run.id} ${params}`, (signal) =>
    fetchPriorities(run.id, { ...Object.fromEntries(new URLSearchParams(params!)), limit: TOP }, signal),
  )
  const ranking = useLastNonNull(queryValueOf(query))
  useEffect(() => {
    if (ranking) onMarks(rankingMarksOf(words, ranking))
  }, [ranking, words.lang])
  return (
    <>
      <WeightSliders {...{ words, inputs, onInputs }} />
      {params === null && <p role="status">{t('noWeight')}</p>}
      {!ranking && !query && params !== null && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {ranking && ranking.items.length === 0 && <p>{t('empty')}</p>}
      {ranking && ranking.items.length > 0 && (
        <>
          <RankingTable
            {...{ words, ranking }}
            isOld={currentParams !== params || queryValueOf(query) === null}
            onBox={onZoomToBox}
          />
          <Downloads
            path={`api/v1/runs/${run.id}/priorities`}
            query={params ?? ''}
            texts={{ csv: t('csv'), xlsx: t('xlsx') }}
          />
          <RankingNotes {...{ words, ranking }} />
        </>
      )}
      <PrioritySource {...props} takenAt={ranking?.takenAt ?? null} />
    </>
  )
}

const rankingMarksOf = (words: Localizer, { items }: Priorities): Marks =>
  zoneMarksOf(words, items, (zone) => ({
    tone: zone.class === 'white' ? 'bad' : 'waiting',
    before: `${words.number(zone.rank)}.`,
  }))

/** Parameters of the ranking; null if every weight is 0. */
function paramsOf({ weights, unitCosts, class: of }: PriorityInputs, area: string | null): string | null {
  if (FACTORS.every((factor) => weights[factor] === 0)) return null
  return new URLSearchParams({
    weights: formatAmounts(weights, WEIGHT_LIMITS),
    unitCosts: formatAmounts(unitCosts, UNIT_COSTS),
    top: String(TOP),
    ...(of && { class: of }),
    ...(area && { area }),
  }).toString()
}

/** The last value that was not null: a table that disappears and returns cannot be read. */
function useLastNonNull<T>(value: T | null): T | null {
  const last = useRef(value)
  if (value !== null) last.current = value
  return last.current
}

interface RankingProps {
  words: Localizer
  ranking: Priorities
}

const COLUMNS = ['rank', 'zone', 'firmness', ...ZONE_COLUMNS, 'score'] as const

interface RankingTableProps extends RankingProps {
  /** Whether the weights have been moved since the answer. */
  isOld: boolean
  onBox: PartProps['onZoomToBox']
}

function RankingTable({ words, ranking, isOld, onBox }: RankingTableProps) {
  const t = words.translatorOf(WORDS)
  const { top, draws, zones, items } = ranking
  return (
    <DataTable
      caption={t('caption', { n: words.number(items.length), all: zones })}
      class="figures zones"
      isBusy={isOld}
      head={<HeadRow names={COLUMNS} t={t} />}
    >
      {items.map((zone) => (
        <tr key={zone.id} data-zone={zone.id}>
          <td>{words.number(zone.rank)}</td>
          <ZoneName {...{ words, zone, onBox }} />
          <Firmness {...{ words, zone, zones, top, draws }} />
          <ZoneFigures {...{ words, zone }} />
          <td>{words.number(zone.score, 1)}</td>
        </tr>
      ))}
    </DataTable>
  )
}

function RankingNotes({ words, ranking: { draws, leftOut } }: RankingProps) {
  const t = words.translatorOf(WORDS)
  const nameOf = (factor: Factor) => t(factor)
  return (
    <>
      {leftOut.length > 0 && (
        <p class="source">{t('leftOut', { names: listText(words, leftOut.map(nameOf)) })}</p>
      )}
      <p class="source">
        {t('firmHint', { draws: words.number(draws) })} {t('costHint')} {t('scaleHint')} {t('marksHint')}
      </p>
    </>
  )
}

interface FirmnessProps {
  words: Localizer
  zone: PriorityZone
  /** Number of ranked zones. */
  zones: number
  /** A firm zone stays among the first `top` ranks. */
  top: number
  /** Number of random weights with which the ranking was repeated. */
  draws: number
}

/** Range of a zone's ranks on a logarithmic scale: the step from 1 to 2 is as long as that from 50 to 100. */
function Firmness({ words, zone, zones, top, draws }: FirmnessProps) {
  const t = words.translatorOf(WORDS)
  const { rank, rankLow, rankHigh, firmness, topShare } = zone
  const at = (of: number) => (zones < 2 ? 50 : 2 + (96 * Math.log(of)) / Math.log(zones))
  const values = {
    share: words.t('percent', { figure: words.number(100 * topShare, 1) }),
    top: words.number(top),
    draws: words.number(draws),
  }
  return (
    <td class={`firmness ${firmness}`} title={t('topShare', values)}>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="all" x="0" y="4" width="100" height="2" />
        <rect x={at(rankLow) - 1} y="2" width={at(rankHigh) - at(rankLow) + 2} height="6" />
        <rect class="own" x={at(rank) - 1} y="0" width="2" height="10" />
      </svg>
      <span>{t('range', { low: words.number(rankLow), high: words.number(rankHigh) })}</span>
      <small>{t(firmness, values)}</small>
    </td>
  )
}

/** The first zones by the planner's weights, and how firmly each stands where it does. */
import {
  FACTORS,
  type Factor,
  UNIT_COSTS,
  WEIGHT_LIMITS,
  parseAmounts,
  formatAmounts,
} from '#domain/priority'
import { useEffect, useRef, useState } from 'preact/hooks'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { type Localizer, listText } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { type Priorities, type PriorityZone, fetchPriorities } from './api.js'
import type { PriorityInputs } from './inputs.js'
import type { PartProps } from './part-props.js'
import { WORDS } from './words.js'
import { ZoneFigures, ZoneHeads, ZoneName, zoneMarksOf } from './zone-cells.js'

/** Rows of the table, and "the first ones" of the stability. */
const TOP = 50
/** A slider that is being moved asks nothing. */
const DEBOUNCE_MS = 250

export function RankingPart(props: PartProps) {
  const { words, connection, run, area, inputs, onInputs, onMarks, onZoomToBox: onBox } = props
  const t = words.translatorOf(WORDS)
  const wanted = queryOf(inputs, area)
  const query = useDebounced(wanted)
  const asked = useQuery(connection, query && `${run.id} ${query}`, (signal) =>
    fetchPriorities(run.id, { ...Object.fromEntries(new URLSearchParams(query!)), limit: TOP }, signal),
  )
  const found = useLastNonNull(queryValueOf(asked))
  useEffect(() => {
    if (found)
      onMarks(
        zoneMarksOf(words, found.items, (zone) => ({
          tone: zone.class === 'white' ? 'bad' : 'waiting',
          before: `${words.number(zone.rank)}.`,
        })),
      )
  }, [found, words.lang])
  return (
    <>
      <WeightSliders {...{ words, inputs, onInputs }} />
      {query === null && <p role="status">{t('noWeight')}</p>}
      {!found && !asked && query !== null && <p role="status">{words.t('loading')}</p>}
      {asked && 'refused' in asked && <p class="problem">{problemText(words, asked.refused)}</p>}
      {found && found.items.length === 0 && <p>{t('empty')}</p>}
      {found && found.items.length > 0 && (
        <Table {...{ words, found, onBox }} isOld={wanted !== query || queryValueOf(asked) === null}>
          <p class="downloads">
            {(['csv', 'xlsx'] as const).map((format) => (
              <a key={format} href={`/api/v1/runs/${run.id}/priorities.${format}?${query ?? ''}`} download>
                {t(format)}
              </a>
            ))}
          </p>
        </Table>
      )}
      <PrioritySource {...props} takenAt={found?.takenAt ?? null} />
    </>
  )
}

/** Null where every weight is 0. */
function queryOf({ weights, unitCosts, class: of }: PriorityInputs, area: string | null): string | null {
  if (FACTORS.every((factor) => weights[factor] === 0)) return null
  return new URLSearchParams({
    weights: formatAmounts(weights, WEIGHT_LIMITS),
    unitCosts: formatAmounts(unitCosts, UNIT_COSTS),
    top: String(TOP),
    ...(of && { class: of }),
    ...(area && { area }),
  }).toString()
}

/** The value when it has stayed for a moment. */
function useDebounced<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** What was known last stays until the next is there: a table that comes and goes cannot be read. */
function useLastNonNull<T>(value: T | null): T | null {
  const last = useRef(value)
  if (value !== null) last.current = value
  return last.current
}

interface SlidersProps {
  words: Localizer
  inputs: PriorityInputs
  onInputs(changed: Partial<PriorityInputs>): void
}

export function WeightSliders({ words, inputs: { weights }, onInputs }: SlidersProps) {
  const t = words.translatorOf(WORDS)
  const isChanged = formatAmounts(weights, WEIGHT_LIMITS) !== ''
  return (
    <fieldset class="weights">
      <legend>{t('weights')}</legend>
      {FACTORS.map((factor) => (
        <label key={factor}>
          <span>{t(factor)}</span>
          <input
            type="range"
            name={factor}
            min="0"
            max={WEIGHT_LIMITS[factor].max}
            step="1"
            value={weights[factor]}
            onInput={({ currentTarget: { value } }) =>
              onInputs({ weights: { ...weights, [factor]: Number(value) } })
            }
          />
          <output>{words.number(weights[factor], 1)}</output>
        </label>
      ))}
      {isChanged && (
        <button
          class="small"
          onClick={() => onInputs({ weights: parseAmounts('', WEIGHT_LIMITS) as PriorityInputs['weights'] })}
        >
          {t('reset')}
        </button>
      )}
    </fieldset>
  )
}

interface TableProps {
  words: Localizer
  found: Priorities
  /** The weights have moved since. */
  isOld: boolean
  onBox: PartProps['onZoomToBox']
  children: preact.ComponentChildren
}

function Table({ words, found, isOld, onBox, children }: TableProps) {
  const t = words.translatorOf(WORDS)
  const { top, draws, leftOut, zones, items } = found
  const caption = t('caption', { n: words.number(items.length), all: zones })
  const nameOf = (factor: Factor) => t(factor)
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption} aria-busy={isOld}>
        <table class="figures zones">
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{t('rank')}</th>
              <th scope="col">{t('zone')}</th>
              <th scope="col">{t('firmness')}</th>
              <ZoneHeads words={words} />
              <th scope="col">{t('score')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((zone) => (
              <tr key={zone.id} data-zone={zone.id}>
                <td>{words.number(zone.rank)}</td>
                <ZoneName {...{ words, zone, onBox }} />
                <Firmness {...{ words, zone, zones, top, draws }} />
                <ZoneFigures {...{ words, zone }} />
                <td>{words.number(zone.score, 1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {children}
      {leftOut.length > 0 && (
        <p class="source">{t('leftOut', { names: listText(words, leftOut.map(nameOf)) })}</p>
      )}
      <p class="source">
        {t('firmHint', { top: words.number(top), draws: words.number(draws) })} {t('costHint')}{' '}
        {t('scaleHint')} {t('marksHint')}
      </p>
    </>
  )
}

interface FirmnessProps {
  words: Localizer
  zone: PriorityZone
  zones: number
  top: number
  draws: number
}

/** On a logarithmic scale of ranks: between 1 and 2 lies as much as between 50 and 100. */
function Firmness({ words, zone, zones, top, draws }: FirmnessProps) {
  const t = words.translatorOf(WORDS)
  const { rank, rankLow, rankHigh, firmness, topShare } = zone
  const at = (of: number) => (zones < 2 ? 50 : 2 + (96 * Math.log(of)) / Math.log(zones))
  const share = words.t('percent', { figure: words.number(100 * topShare) })
  return (
    <td
      class={`firmness ${firmness}`}
      title={t('topShare', { share, top: words.number(top), draws: words.number(draws) })}
    >
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="all" x="0" y="4" width="100" height="2" />
        <rect x={at(rankLow) - 1} y="2" width={at(rankHigh) - at(rankLow) + 2} height="6" />
        <rect class="own" x={at(rank) - 1} y="0" width="2" height="10" />
      </svg>
      <span>{t('range', { low: words.number(rankLow), high: words.number(rankHigh) })}</span>
      <small>{t(firmness)}</small>
    </td>
  )
}

/** Where the figures come from. */
export function PrioritySource({ words, run, rule, takenAt }: PartProps & { takenAt: string | null }) {
  const t = words.translatorOf(WORDS)
  if (takenAt === null) return null
  return (
    <p class="source">
      {t('source', {
        run: String(run.id),
        rule: rule.title[words.lang],
        from: words.date(run.from),
        to: words.date(run.to),
        taken: words.dateTime(takenAt),
      })}
      {rule.assumption && ` (${words.t('assumption')})`}
    </p>
  )
}

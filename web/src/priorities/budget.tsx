/** What a budget buys: the questions, and the answer as figures, a table and marks on the map. */
import {
  DEPLOYABLE_TECHNOLOGIES,
  UNIT_COSTS,
  type UnitCosts,
  parseAmounts,
  formatAmounts,
} from '#domain/priority'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Localizer } from '../language/language.js'
import { technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { ApiError } from '../api/api-error.js'
import { type BudgetAnswer, type BudgetRequest, allocateBudget } from './api.js'
import type { PriorityInputs } from './inputs.js'
import type { PartProps } from './part-props.js'
import { PrioritySource, WeightSliders } from './ranking.js'
import { WORDS } from './words.js'
import { ZoneFigures, ZoneHeads, ZoneName, zoneMarksOf } from './zone-cells.js'

const MILLION = 1e6
const MAX_MILLIONS = 1e6

type BudgetState =
  | { is: 'idle' }
  | { is: 'computing' }
  | { is: 'refused'; error: unknown }
  /** `key` is the question's. */
  | { is: 'answered'; answer: BudgetAnswer; key: string }

export function BudgetPart(props: PartProps) {
  const { words, run, area, inputs, onInputs, onMarks, onZoomToBox: onBox } = props
  const t = words.translatorOf(WORDS)
  const question = budgetRequestOf(inputs, area)
  const { state, compute, cancel } = useBudget(run.id)
  const answer = state.is === 'answered' ? state.answer : null
  const isOld = state.is === 'answered' && question !== null && state.key !== requestKeyOf(run.id, question)
  // A link that was sent with an answer brings it: the same question is asked again.
  const [sent] = useState(inputs.answeredRun)
  useEffect(() => {
    if (sent !== null && question) compute(question)
  }, [])
  useEffect(() => {
    const answered = answer && question && !isOld ? run.id : null
    if (answer && answered !== inputs.answeredRun) onInputs({ answeredRun: answered })
  }, [answer, isOld, question === null])
  useEffect(() => {
    onMarks(
      answer &&
        zoneMarksOf(words, answer.zones, (zone) => ({ tone: 'good', before: `${words.number(zone.rank)}.` })),
    )
  }, [answer, words.lang])
  return (
    <>
      <form
        class="budget"
        onSubmit={(event) => {
          event.preventDefault()
          if (question) compute(question)
        }}
      >
        <BudgetFields {...{ words, inputs, onInputs }} />
        <p>
          <button type="submit" class="primary" disabled={state.is === 'computing' || !question}>
            {t('compute')}
          </button>{' '}
          {state.is === 'computing' && (
            <button
              type="button"
              onClick={() => {
                cancel()
                onInputs({ answeredRun: null })
              }}
            >
              {t('cancel')}
            </button>
          )}
        </p>
      </form>
      <div role="status">
        {!question && <p class="problem">{t('wrongBudget')}</p>}
        {state.is === 'computing' && (
          <label class="computing">
            {t('computing')} <progress />
          </label>
        )}
        {state.is === 'refused' && <p class="problem">{budgetProblemText(words, state.error)}</p>}
        {isOld && <p class="problem">{t('oldAnswer')}</p>}
        {answer && sent !== null && sent !== run.id && (
          <p>
            {t('sentOtherRun', { sent: String(sent), run: String(run.id) })}{' '}
            <a href={linkToRun(sent)}>{t('showSentRun', { sent: String(sent) })}</a>
          </p>
        )}
      </div>
      {answer && <BudgetResult {...{ words, answer, onBox }} />}
      {answer && !isOld && <PrioritySource {...props} takenAt={answer.takenAt} />}
    </>
  )
}

/** Null: what was typed is no budget. */
function budgetRequestOf(inputs: PriorityInputs, area: string | null): BudgetRequest | null {
  const millions = Number(inputs.budget)
  const percent = Number(inputs.regionShare)
  const isGiven = inputs.budget.trim() !== '' && millions >= 0 && millions <= MAX_MILLIONS
  if (!isGiven || !(percent >= 0 && percent <= 100)) return null
  return {
    budget: millions * MILLION,
    maximise: inputs.maximise,
    technologies: inputs.technologies,
    ...(inputs.class && { class: inputs.class }),
    ...(area && { area }),
    weights: inputs.weights,
    unitCosts: inputs.unitCosts,
    oneZonePerRegion: inputs.oneZonePerRegion,
    regionShare: percent / 100,
  }
}

function linkToRun(run: number): string {
  const query = new URLSearchParams(location.search)
  query.set('run', String(run))
  query.set('v.answered', String(run))
  return `?${query.toString()}`
}

const requestKeyOf = (run: number, question: BudgetRequest) => `${run} ${JSON.stringify(question)}`

/** One question at a time; it ends with the view, and with the next. */
function useBudget(run: number) {
  const [state, setState] = useState<BudgetState>({ is: 'idle' })
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])
  const compute = (question: BudgetRequest) => {
    abort.current?.abort()
    const current = new AbortController()
    abort.current = current
    setState({ is: 'computing' })
    allocateBudget(run, question, current.signal).then(
      (answer) => setState({ is: 'answered', answer, key: requestKeyOf(run, question) }),
      (error: unknown) => {
        if (!current.signal.aborted) setState({ is: 'refused', error })
      },
    )
  }
  const cancel = () => {
    abort.current?.abort()
    setState({ is: 'idle' })
  }
  return { state, compute, cancel }
}

const REFUSALS = ['budget_infeasible', 'budget_not_found', 'budget_no_people'] as const

function budgetProblemText(words: Localizer, error: unknown): string {
  const t = words.translatorOf(WORDS)
  const code = error instanceof ApiError ? REFUSALS.find((known) => known === error.code) : undefined
  if (code) return t(code)
  if (error instanceof ApiError && error.status === 503) return t('busy')
  return problemText(words, error)
}

interface QuestionsProps {
  words: Localizer
  inputs: PriorityInputs
  onInputs(changed: Partial<PriorityInputs>): void
}

function BudgetFields({ words, inputs, onInputs }: QuestionsProps) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <label class="amount">
        {t('budget')}
        <input
          type="number"
          name="budget"
          min="0"
          max={MAX_MILLIONS}
          step="any"
          value={inputs.budget}
          onInput={({ currentTarget: { value } }) => onInputs({ budget: value })}
        />
      </label>
      <label class="amount">
        {t('maximise')}
        <select
          name="maximise"
          value={inputs.maximise}
          onChange={({ currentTarget: { value } }) =>
            onInputs({ maximise: value === 'score' ? 'score' : 'people' })
          }
        >
          <option value="people">{t('maximisePeople')}</option>
          <option value="score">{t('maximiseScore')}</option>
        </select>
      </label>
      <Technologies {...{ words, inputs, onInputs }} />
      <fieldset>
        <legend>{t('regions')}</legend>
        <label class="check">
          <input
            type="checkbox"
            checked={inputs.oneZonePerRegion}
            onChange={({ currentTarget: { checked } }) => onInputs({ oneZonePerRegion: checked })}
          />
          {t('oneZonePerRegion')}
        </label>
        <label class="amount">
          {t('regionShare')}
          <input
            type="number"
            name="share"
            min="0"
            max="100"
            step="any"
            value={inputs.regionShare}
            onInput={({ currentTarget: { value } }) => onInputs({ regionShare: value })}
          />
        </label>
      </fieldset>
      {inputs.maximise === 'score' && <WeightSliders {...{ words, inputs, onInputs }} />}
      <Costs {...{ words, inputs, onInputs }} />
    </>
  )
}

/** One of them is always there. */
function Technologies({ words, inputs: { technologies }, onInputs }: QuestionsProps) {
  const t = words.translatorOf(WORDS)
  return (
    <fieldset class="technologies">
      <legend>{t('technologies')}</legend>
      {DEPLOYABLE_TECHNOLOGIES.map((technology) => (
        <label key={technology} class="check">
          <input
            type="checkbox"
            checked={technologies.includes(technology)}
            disabled={technologies.length === 1 && technologies.includes(technology)}
            onChange={({ currentTarget: { checked } }) =>
              onInputs({
                technologies: DEPLOYABLE_TECHNOLOGIES.filter((other) =>
                  other === technology ? checked : technologies.includes(other),
                ),
              })
            }
          />
          {technologyName(words, technology)}
        </label>
      ))}
    </fieldset>
  )
}

function Costs({ words, inputs: { unitCosts }, onInputs }: QuestionsProps) {
  const t = words.translatorOf(WORDS)
  const isChanged = formatAmounts(unitCosts, UNIT_COSTS) !== ''
  const set = (name: keyof UnitCosts, value: string) => {
    const amount = Number(value)
    if (value !== '' && amount >= 0 && amount <= UNIT_COSTS[name].max)
      onInputs({ unitCosts: { ...unitCosts, [name]: amount } })
  }
  return (
    <details open={isChanged}>
      <summary>{t('unitCosts')}</summary>
      <p class="source">{t('unitCostsHint')}</p>
      <div class="unit-costs">
        {(Object.keys(UNIT_COSTS) as (keyof UnitCosts)[]).map((name) => (
          <label key={name}>
            {t(name)}
            <input
              type="number"
              name={name}
              min="0"
              max={UNIT_COSTS[name].max}
              step="any"
              value={unitCosts[name]}
              onChange={({ currentTarget: { value } }) => set(name, value)}
            />
          </label>
        ))}
      </div>
      {isChanged && (
        <button
          type="button"
          class="small"
          onClick={() => onInputs({ unitCosts: parseAmounts('', UNIT_COSTS) as UnitCosts })}
        >
          {t('resetCosts')}
        </button>
      )}
    </details>
  )
}

interface AnswerProps {
  words: Localizer
  answer: BudgetAnswer
  onBox: PartProps['onZoomToBox']
}

function BudgetResult({ words, answer, onBox }: AnswerProps) {
  const t = words.translatorOf(WORDS)
  const millions = (mad: number) => words.number(mad / MILLION, 2)
  const caption = t('resultCaption', { n: answer.zones.length, cost: millions(answer.cost) })
  return (
    <section class="answer" aria-label={t('result', { budget: millions(answer.budget) })}>
      <h3>{t('result', { budget: millions(answer.budget) })}</h3>
      <Figures {...{ words, answer }} />
      <p class="one-more">
        <b>{t('oneMore')}</b> <OneMore {...{ words, answer }} />
      </p>
      {answer.zones.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
          <table class="figures zones">
            <caption>{caption}</caption>
            <thead>
              <tr>
                <th scope="col">{t('rank')}</th>
                <th scope="col">{t('zone')}</th>
                <th scope="col">{t('technology')}</th>
                <th scope="col">{t('costMad')}</th>
                <th scope="col">{t('benefit')}</th>
                <ZoneHeads words={words} />
              </tr>
            </thead>
            <tbody>
              {answer.zones.map((zone) => (
                <tr key={zone.id} data-zone={zone.id} data-cost={zone.cost}>
                  <td>{words.number(zone.rank)}</td>
                  <ZoneName {...{ words, zone, onBox }} />
                  <td>{technologyName(words, zone.technology)}</td>
                  <td>{millions(zone.cost)}</td>
                  <td>{words.number(zone.benefit)}</td>
                  <ZoneFigures {...{ words, zone }} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="source">
        {t('chosenHint')} {t('costHint')}
      </p>
      <p class="downloads">
        {(['csv', 'xlsx'] as const).map((format) => (
          <a key={format} href={`/api/v1/runs/${answer.run}/budget/${answer.id}.${format}`} download>
            {t(format)}
          </a>
        ))}
      </p>
    </section>
  )
}

function Figures({ words, answer }: Omit<AnswerProps, 'onBox'>) {
  const t = words.translatorOf(WORDS)
  const { number } = words
  const millions = (mad: number) => t('millions', { n: number(mad / MILLION, 2) })
  const rows: [string, string][] = [
    [t('spent'), millions(answer.cost)],
    [t('remaining'), millions(answer.remaining)],
    [
      t(answer.maximise === 'people' ? 'served' : 'servedScore'),
      t('ofWhole', { n: number(answer.benefit), whole: number(answer.whole) }),
    ],
    [t('zonesLeft'), number(answer.zonesLeft)],
    ...(answer.peopleLeft === null
      ? []
      : [[t('peopleLeft'), number(answer.peopleLeft)] satisfies [string, string]]),
    [t('quality'), qualityOf(words, answer)],
  ]
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Less is rounding. */
const MIN_GAP = 1e-6

function qualityOf(words: Localizer, { status, gap, notConsidered }: BudgetAnswer): string {
  const t = words.translatorOf(WORDS)
  // Rounded up: "no choice brings 0% more" says nothing.
  const percent = words.t('percent', { figure: words.number(Math.ceil(gap * 1e4) / 100, 2) })
  const said =
    status === 'time_limit'
      ? t('timeLimit', { gap: percent })
      : gap <= MIN_GAP
        ? t('optimal')
        : t('optimalWithin', { gap: percent })
  return notConsidered > 0 ? `${said} (${t('notConsidered', { n: notConsidered })})` : said
}

function OneMore({ words, answer: { oneMore, benefit, maximise } }: Omit<AnswerProps, 'onBox'>) {
  const t = words.translatorOf(WORDS)
  if (!oneMore) return <>{t('oneMoreUnknown')}</>
  const more = oneMore.benefit - benefit
  if (more <= MIN_GAP * benefit) return <>{t('oneMoreNothing')}</>
  return (
    <>
      {t('oneMoreBrings', {
        benefit: words.number(more, maximise === 'people' ? 0 : 1),
        of: t(maximise === 'people' ? 'maximisePeople' : 'maximiseScore'),
        added: oneMore.added.length,
        dropped: oneMore.dropped.length,
        changed: oneMore.changed.length,
      })}
    </>
  )
}

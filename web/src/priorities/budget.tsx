/** The budget part of the view: inputs, and the result as figures, a table and marks on the map. */
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from '../api/api-error.js'
import type { Localizer } from '../language/language.js'
import { problemText } from '../language/problem.js'
import { BudgetFields } from './budget-fields.js'
import { budgetRequestOf, linkToRun, requestKeyOf } from './budget-request.js'
import { BudgetResult } from './budget-result.js'
import type { PartProps } from './part-props.js'
import type { BudgetRequest } from './priorities-api.js'
import { PrioritySource } from './priority-source.js'
import { type BudgetState, useBudget } from './use-budget.js'
import { WORDS } from './words.js'
import { zoneMarksOf } from './zone-cells.js'

export function BudgetPart(props: PartProps) {
  const { words, run, area, inputs, onInputs, onMarks, onZoomToBox } = props
  const request = budgetRequestOf(inputs, area)
  const { state, compute, cancel } = useBudget(run.id)
  const answer = state.name === 'answered' ? state.answer : null
  const isOld = state.name === 'answered' && request !== null && state.key !== requestKeyOf(run.id, request)
  // A link that was sent with a result sends the same request again.
  const [sentRun] = useState(inputs.answeredRun)
  useEffect(() => {
    if (sentRun !== null && request) compute(request)
  }, [])
  useEffect(() => {
    const answeredRun = answer && request && !isOld ? run.id : null
    if (answer && answeredRun !== inputs.answeredRun) onInputs({ answeredRun })
  }, [answer, isOld, request === null])
  useEffect(() => {
    const rankOf = (rank: number) => `${words.number(rank)}.`
    onMarks(
      answer && zoneMarksOf(words, answer.zones, ({ rank }) => ({ tone: 'good', before: rankOf(rank) })),
    )
  }, [answer, words.lang])
  const onCancel = () => {
    cancel()
    onInputs({ answeredRun: null })
  }
  return (
    <>
      <BudgetForm {...{ ...props, request, state, compute, onCancel }} />
      <div role="status">
        <BudgetStatus {...{ words, state, request, isOld }} />
        {answer && sentRun !== null && sentRun !== run.id && (
          <OtherRunNotice words={words} sentRun={sentRun} run={run.id} />
        )}
      </div>
      {answer && <BudgetResult {...{ words, answer }} onBox={onZoomToBox} />}
      {answer && !isOld && <PrioritySource {...props} takenAt={answer.takenAt} />}
    </>
  )
}

interface BudgetFormProps extends PartProps {
  request: BudgetRequest | null
  state: BudgetState
  compute(request: BudgetRequest): void
  onCancel(): void
}

function BudgetForm({ words, inputs, onInputs, request, state, compute, onCancel }: BudgetFormProps) {
  const t = words.translatorOf(WORDS)
  const isComputing = state.name === 'computing'
  return (
    <form
      class="budget"
      onSubmit={(event) => {
        event.preventDefault()
        if (request) compute(request)
      }}
    >
      <BudgetFields {...{ words, inputs, onInputs }} />
      <p>
        <button type="submit" class="primary" disabled={isComputing || !request}>
          {t('compute')}
        </button>{' '}
        {isComputing && (
          <button type="button" onClick={onCancel}>
            {t('cancel')}
          </button>
        )}
      </p>
    </form>
  )
}

interface StatusProps {
  words: Localizer
  state: BudgetState
  request: BudgetRequest | null
  /** Whether the inputs were changed since the answer. */
  isOld: boolean
}

function BudgetStatus({ words, state, request, isOld }: StatusProps) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      {!request && <p class="problem">{t('wrongBudget')}</p>}
      {state.name === 'computing' && (
        <label class="computing">
          {t('computing')} <progress />
        </label>
      )}
      {state.name === 'failed' && <p class="problem">{budgetProblemText(words, state.error)}</p>}
      {isOld && <p class="problem">{t('oldAnswer')}</p>}
    </>
  )
}

/** Notice that the link was sent with a result of another run than the shown one. */
function OtherRunNotice({ words, sentRun, run }: { words: Localizer; sentRun: number; run: number }) {
  const t = words.translatorOf(WORDS)
  return (
    <p>
      {t('sentOtherRun', { sent: String(sentRun), run: String(run) })}{' '}
      <a href={linkToRun(sentRun)}>{t('showSentRun', { sent: String(sentRun) })}</a>
    </p>
  )
}

const REFUSALS = ['budget_infeasible', 'budget_not_found', 'budget_no_people'] as const

function budgetProblemText(words: Localizer, error: unknown): string {
  const t = words.translatorOf(WORDS)
  const code = error instanceof ApiError ? REFUSALS.find((refusal) => refusal === error.code) : undefined
  if (code) return t(code)
  if (error instanceof ApiError && error.status === 503) return t('busy')
  return problemText(words, error)
}

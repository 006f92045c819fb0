/** Choice of the run: on a slider over their dates, by name, or by a day. */
import { TIME_ZONE } from '#domain/units'
import { useState } from 'preact/hooks'
import type { Run } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'

interface RunChoiceProps {
  words: Localizer
  /** Runs, newest first. */
  runs: readonly Run[]
  run: Run
  onRun(id: number): void
  /** Reports runs that are likely to be shown next. */
  onNear(ids: readonly number[]): void
}

/** Chooses a run of the rule. Earlier runs stay as they were published. */
export function RunChoice(props: RunChoiceProps) {
  const { words, runs, run } = props
  // A day without a run is reported to the reader.
  const [dayWithoutRun, setDayWithoutRun] = useState<string | null>(null)
  if (runs.length < 2) return null
  const byTime = runs.toSorted((a, b) => a.to.localeCompare(b.to) || a.id - b.id)
  const onRun = (id: number) => {
    setDayWithoutRun(null)
    props.onRun(id)
  }
  const onDay = (day: string) => {
    if (day === '') return
    const inForce = runInForceOn(byTime, day)
    if (inForce) onRun(inForce.id)
    else setDayWithoutRun(day)
  }
  const { t, date } = words
  return (
    <fieldset class="runs">
      <legend class="hidden">{t('runShown')}</legend>
      <RunSlider {...props} byTime={byTime} onRun={onRun} />
      <label class="pick">
        {t('runShown')}
        <select value={run.id} onChange={(event) => onRun(Number(event.currentTarget.value))}>
          {runs.map((one) => (
            <option key={one.id} value={one.id}>
              {runText(words, one)}
            </option>
          ))}
        </select>
      </label>
      <label class="pick">
        {t('runOn')}
        <input type="date" value={dayOf(run.to)} onChange={(event) => onDay(event.currentTarget.value)} />
      </label>
      {dayWithoutRun && (
        <p class="hint" role="status">
          {t('runNone', { date: date(dayWithoutRun), first: date(byTime[0]!.to) })}
        </p>
      )}
    </fieldset>
  )
}

interface RunSliderProps extends RunChoiceProps {
  /** Runs, oldest first. */
  byTime: readonly Run[]
}

function RunSlider({ words, run, byTime, onRun, onNear }: RunSliderProps) {
  const { t, date } = words
  const position = byTime.findIndex(({ id }) => id === run.id)
  const reportNear = (i: number) => onNear([i - 1, i + 1].flatMap((near) => byTime[near]?.id ?? []))
  return (
    <label>
      {t('runTime')} <bdi>{t('runAt', { to: date(run.to), id: String(run.id) })}</bdi>
      <input
        type="range"
        min="0"
        max={byTime.length - 1}
        step="1"
        value={position}
        aria-valuetext={runText(words, run)}
        onFocus={() => reportNear(position)}
        onPointerEnter={() => reportNear(position)}
        onInput={(event) => {
          const next = Number(event.currentTarget.value)
          reportNear(next)
          onRun(byTime[next]!.id)
        }}
      />
    </label>
  )
}

const runText = ({ t, date }: Localizer, { id, to, createdAt }: Run): string =>
  t('runOption', { to: date(to), made: date(createdAt), id })

const DAYS = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: TIME_ZONE })

/** The day in Morocco as YYYY-MM-DD. */
const dayOf = (moment: string): string => DAYS.format(new Date(moment))

/** The newest run whose window ended by the end of that day; current runs come before runs of a past window. */
function runInForceOn(byTime: readonly Run[], day: string): Run | null {
  const ended = byTime.filter(({ to }) => dayOf(to) <= day)
  return ended.findLast(({ current }) => current) ?? ended.at(-1) ?? null
}

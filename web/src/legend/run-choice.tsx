/** Which run of the rule is shown: on a slider over their dates, by name, or the one that held on a day. */
import { useState } from 'preact/hooks'
import type { Run } from '../api/api.js'
import type { Localizer } from '../language/language.js'

interface RunProps {
  words: Localizer
  /** The newest first. */
  runs: readonly Run[]
  run: Run
  onRun(id: number): void
  /** Those that may be shown next. */
  onNear(ids: readonly number[]): void
}

/** Earlier runs stay as they were published. */
export function RunChoice({ words, runs, run, onRun, onNear }: RunProps) {
  const { t, date } = words
  // What was asked for and is not there must be said, not passed over.
  const [none, setNone] = useState<string | null>(null)
  if (runs.length < 2) return null
  const inTime = runs.toSorted((a, b) => a.to.localeCompare(b.to) || a.id - b.id)
  const at = inTime.findIndex(({ id }) => id === run.id)
  const near = (place: number) => onNear([place - 1, place + 1].flatMap((i) => inTime[i]?.id ?? []))
  const option = ({ id, to, createdAt }: Run) => t('runOption', { to: date(to), made: date(createdAt), id })
  const show = (id: number) => {
    setNone(null)
    onRun(id)
  }
  const onDay = (day: string) => {
    if (day === '') return
    const held = runInForceOn(inTime, day)
    if (held) show(held.id)
    else setNone(day)
  }
  return (
    <fieldset class="runs">
      <legend class="hidden">{t('runShown')}</legend>
      <label>
        {t('runTime')} <bdi>{t('runAt', { to: date(run.to), id: String(run.id) })}</bdi>
        <input
          type="range"
          min="0"
          max={inTime.length - 1}
          step="1"
          value={at}
          aria-valuetext={option(run)}
          onFocus={() => near(at)}
          onPointerEnter={() => near(at)}
          onInput={(event) => {
            const place = Number(event.currentTarget.value)
            near(place)
            show(inTime[place]!.id)
          }}
        />
      </label>
      <label class="pick">
        {t('runShown')}
        <select value={run.id} onChange={(event) => show(Number(event.currentTarget.value))}>
          {runs.map((one) => (
            <option key={one.id} value={one.id}>
              {option(one)}
            </option>
          ))}
        </select>
      </label>
      <label class="pick">
        {t('runOn')}
        <input type="date" value={dayOf(run.to)} onChange={(event) => onDay(event.currentTarget.value)} />
      </label>
      {none && (
        <p class="hint" role="status">
          {t('runNone', { date: date(none), first: date(inTime[0]!.to) })}
        </p>
      )}
    </fieldset>
  )
}

const DAYS = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: 'Africa/Casablanca' })

/** YYYY-MM-DD in Morocco. */
const dayOf = (moment: string): string => DAYS.format(new Date(moment))

/** The newest run whose window ended by the end of that day; one that was made for its day before one that looks back. */
function runInForceOn(inTime: readonly Run[], day: string): Run | null {
  const by = inTime.filter(({ to }) => dayOf(to) <= day)
  return by.findLast(({ current }) => current) ?? by.at(-1) ?? null
}

/** The burn-down: what was promised by each month against what is said to be in service and what is verified. */
import type { PlanMonth } from '#domain/plan'
import type { Localizer } from '../language/language.js'
import { WORDS } from './words.js'

const LINES = ['promised', 'inService', 'verified', 'contradicted'] as const
type Line = (typeof LINES)[number]

/** Told apart by dashes and weight, so that it can be printed in grey. */
const STYLES: Record<Line, { stroke: string; 'stroke-width': number; 'stroke-dasharray'?: string }> = {
  promised: { stroke: '#5b5468', 'stroke-width': 2, 'stroke-dasharray': '7 4' },
  inService: { stroke: '#00507d', 'stroke-width': 2 },
  verified: { stroke: '#00614a', 'stroke-width': 4 },
  contradicted: { stroke: '#c1121f', 'stroke-width': 2, 'stroke-dasharray': '2 3' },
}

const WIDTH = 560
const HEIGHT = 190
const LEFT = 40
const RIGHT = 10
const TOP = 10
const BOTTOM = 22

interface Props {
  words: Localizer
  /** Of the area. */
  name: string
  months: readonly PlanMonth[]
  today: string
}

export function BurnDown({ words, name, months, today }: Props) {
  const t = words.translatorOf(WORDS)
  if (months.length < 2) return null
  const caption = t('burnDownCaption', { name })
  return (
    <figure class="burn-down">
      <figcaption>{t('burnDown')}</figcaption>
      <Chart words={words} label={caption} months={months} today={today} />
      <p class="key">
        {LINES.map((line) => (
          <span key={line}>
            <svg viewBox="0 0 30 10" aria-hidden="true">
              <path d="M0 5H30" fill="none" {...STYLES[line]} />
            </svg>
            {t(`line_${line}`)}
          </span>
        ))}
      </p>
      <p class="source">{t('burnDownHint')}</p>
      <details>
        <summary>{t('asTable')}</summary>
        <MonthTable words={words} caption={caption} months={months} />
      </details>
    </figure>
  )
}

function Chart({ words, label, months, today }: Omit<Props, 'name'> & { label: string }) {
  const t = words.translatorOf(WORDS)
  const most = Math.max(...months.map((month) => Math.max(month.promised, month.inService ?? 0)), 1)
  const x = (i: number) => LEFT + ((WIDTH - LEFT - RIGHT) * i) / (months.length - 1)
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most)
  const path = (line: Line) =>
    months
      .flatMap((month, i) =>
        month[line] === null ? [] : [`${x(i).toFixed(1)} ${y(month[line]).toFixed(1)}`],
      )
      .join('L')
  const now = months.findIndex((month) => month.month === today.slice(0, 7))
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} direction="ltr">
      {ticksTo(most).map((tick) => (
        <g key={tick}>
          <path d={`M${LEFT} ${y(tick)}H${WIDTH - RIGHT}`} stroke="#d5d2da" stroke-width="1" />
          <text x={LEFT - 5} y={y(tick) + 4} text-anchor="end" font-size="11" fill="#4b4556">
            {words.number(tick)}
          </text>
        </g>
      ))}
      {months.map(({ month }, i) =>
        month.endsWith('-01') ? (
          <text key={month} x={x(i)} y={HEIGHT - 6} text-anchor="middle" font-size="11" fill="#4b4556">
            {month.slice(0, 4)}
          </text>
        ) : null,
      )}
      {now >= 0 && (
        <g>
          <path d={`M${x(now)} ${TOP}V${HEIGHT - BOTTOM}`} stroke="#20262e" stroke-width="1" />
          <text x={x(now) - 4} y={TOP + 9} text-anchor="end" font-size="11" fill="#20262e">
            {t('today')}
          </text>
        </g>
      )}
      {LINES.map((line) => (
        <path key={line} d={`M${path(line)}`} fill="none" stroke-linejoin="round" {...STYLES[line]} />
      ))}
    </svg>
  )
}

/** Four or five round steps. */
function ticksTo(most: number): number[] {
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step)
}

function MonthTable({
  words,
  caption,
  months,
}: {
  words: Localizer
  caption: string
  months: readonly PlanMonth[]
}) {
  const t = words.translatorOf(WORDS)
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="plan-list">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('month')}</th>
            {LINES.map((line) => (
              <th key={line} scope="col">
                {t(`line_${line}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {months.map((month) => (
            <tr key={month.month}>
              <th scope="row">
                <bdi>{month.month}</bdi>
              </th>
              {LINES.map((line) => (
                <td key={line} class="number">
                  {month[line] === null ? '–' : words.number(month[line])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

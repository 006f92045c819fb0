/** The burn-down chart: promised by each month, in service, and verified. */
import type { PlanMonth } from '#domain/plan'
import type { Localizer } from '../language/language.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { WORDS } from './words.js'

const LINES = ['promised', 'inService', 'verified', 'contradicted'] as const
type Line = (typeof LINES)[number]

/** The lines differ in dashes and weight, so that they can be told apart in grey print. */
const STYLES: Record<Line, { stroke: string; 'stroke-width': number; 'stroke-dasharray'?: string }> = {
  promised: { stroke: '#5b5468', 'stroke-width': 2, 'stroke-dasharray': '7 4' },
  inService: { stroke: '#00507d', 'stroke-width': 2 },
  verified: { stroke: '#00614a', 'stroke-width': 4 },
  contradicted: { stroke: '#c1121f', 'stroke-width': 2, 'stroke-dasharray': '2 3' },
}

/** Units of the drawing. */
const WIDTH = 560
const HEIGHT = 190
const LEFT = 40
const RIGHT = 10
const TOP = 10
const BOTTOM = 22

interface BurnDownProps {
  words: Localizer
  /** Name of the area. */
  name: string
  months: readonly PlanMonth[]
  /** Today as YYYY-MM-DD. */
  today: string
}

export function BurnDown({ words, name, months, today }: BurnDownProps) {
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

type ChartProps = Omit<BurnDownProps, 'name'> & { label: string }

function Chart({ words, label, months, today }: ChartProps) {
  const max = Math.max(...months.map((month) => Math.max(month.promised, month.inService ?? 0)), 1)
  const x = (i: number) => LEFT + ((WIDTH - LEFT - RIGHT) * i) / (months.length - 1)
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / max)
  const pathOf = (line: Line) =>
    months
      .flatMap((month, i) =>
        month[line] === null ? [] : [`${x(i).toFixed(1)} ${y(month[line]).toFixed(1)}`],
      )
      .join('L')
  const currentMonth = months.findIndex(({ month }) => month === today.slice(0, 7))
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} direction="ltr">
      <ValueAxis {...{ words, max, y }} />
      {months.map(({ month }, i) =>
        month.endsWith('-01') ? (
          <text key={month} x={x(i)} y={HEIGHT - 6} text-anchor="middle" font-size="11" fill="#4b4556">
            {month.slice(0, 4)}
          </text>
        ) : null,
      )}
      {currentMonth >= 0 && <TodayLine words={words} x={x(currentMonth)} />}
      {LINES.map((line) => (
        <path key={line} d={`M${pathOf(line)}`} fill="none" stroke-linejoin="round" {...STYLES[line]} />
      ))}
    </svg>
  )
}

function ValueAxis({ words, max, y }: { words: Localizer; max: number; y(value: number): number }) {
  return ticksTo(max).map((tick) => (
    <g key={tick}>
      <path d={`M${LEFT} ${y(tick)}H${WIDTH - RIGHT}`} stroke="#d5d2da" stroke-width="1" />
      <text x={LEFT - 5} y={y(tick) + 4} text-anchor="end" font-size="11" fill="#4b4556">
        {words.number(tick)}
      </text>
    </g>
  ))
}

function TodayLine({ words, x }: { words: Localizer; x: number }) {
  return (
    <g>
      <path d={`M${x} ${TOP}V${HEIGHT - BOTTOM}`} stroke="#20262e" stroke-width="1" />
      <text x={x - 4} y={TOP + 9} text-anchor="end" font-size="11" fill="#20262e">
        {words.translatorOf(WORDS)('today')}
      </text>
    </g>
  )
}

/** Four or five round values from 0 up to the largest. */
function ticksTo(max: number): number[] {
  const rough = max / 4
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step)
}

interface MonthTableProps {
  words: Localizer
  caption: string
  months: readonly PlanMonth[]
}

function MonthTable({ words, caption, months }: MonthTableProps) {
  const t = words.translatorOf(WORDS)
  const names = ['month' as const, ...LINES.map((line) => `line_${line}` as const)]
  return (
    <DataTable caption={caption} class="plan-list" head={<HeadRow names={names} t={t} />}>
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
    </DataTable>
  )
}

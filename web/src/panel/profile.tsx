/** When a cell is fast and when it is not: downloads by hour of the day and by day of the week. */
import { queryValueOf, useQuery } from '../api/use-query.js'
import { api } from '../api/api.js'
import type { ProfileRow, RuleInWords } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import type { Localizer } from '../language/language.js'

interface ProfileProps {
  words: Localizer
  connection: Connection
  h3: string
  run: number
  rule: RuleInWords
}

export function Profile({ words, connection, h3, run, rule }: ProfileProps) {
  const { t, lang } = words
  const query = useQuery(connection, `${h3} ${run}`, (signal) => api.profile(h3, run, signal))
  const profile = queryValueOf(query)
  if (!profile || profile.hours.length === 0) return null
  const days = new Intl.DateTimeFormat(lang, { weekday: 'short', timeZone: 'UTC' })
  // 1 January 2024 was a Monday.
  const dayName = (day: number) => days.format(Date.UTC(2024, 0, day))
  return (
    <>
      <h3>{t('profile')}</h3>
      <Chart
        {...{ words, rule, title: t('byHour'), rows: profile.hours }}
        {...{ first: 0, last: 23, labelOf: String, labelEvery: 6 }}
      />
      <Chart
        {...{ words, rule, title: t('byWeekday'), rows: profile.weekdays }}
        {...{ first: 1, last: 7, labelOf: dayName, labelEvery: 1 }}
      />
      <p class="source">{t('profileHint')}</p>
    </>
  )
}

interface ChartProps {
  words: Localizer
  rule: RuleInWords
  title: string
  rows: readonly ProfileRow[]
  /** The first and the last hour or day. */
  first: number
  last: number
  labelOf(place: number): string
  /** One of so many places has its label. */
  labelEvery: number
}

/** Units of the drawing: the chart, and the line of labels below it. */
const WIDTH = 300
const HEIGHT = 70
const LABEL_HEIGHT = 14

/** Draws the first to the ninth decile as a bar, the median as a line; where nothing was measured there is a gap. */
function Chart(props: ChartProps) {
  const { words, rule, title, rows, first, last } = props
  const thresholdBps = rule.minDownloadBps ?? 0
  const maxBps = Math.max(thresholdBps * 1.2, ...rows.map(({ downloadBps }) => downloadBps?.[2] ?? 0))
  const step = WIDTH / (last - first + 1)
  const y = (bps: number) => HEIGHT - (HEIGHT * bps) / maxBps
  const places = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  return (
    <figure class="profile">
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + LABEL_HEIGHT}`}
        role="img"
        aria-label={`${title}. ${chartText(words, props)}`}
      >
        {thresholdBps > 0 && (
          <line class="asked" x1="0" x2={WIDTH} y1={y(thresholdBps)} y2={y(thresholdBps)} />
        )}
        {places.map((place, i) => (
          <Column key={place} {...{ ...props, place, step, y }} x={i * step} />
        ))}
      </svg>
    </figure>
  )
}

interface ColumnProps extends ChartProps {
  /** An hour of the day, or a day of the week. */
  place: number
  x: number
  step: number
  y(bps: number): number
}

function Column({ rows, first, labelOf, labelEvery, place, x, step, y }: ColumnProps) {
  const row = rows.find(({ at }) => at === place)
  const quantiles = row?.downloadBps
  return (
    <g>
      {quantiles && (
        <>
          <rect
            x={x + 1}
            width={step - 2}
            y={y(quantiles[2])}
            height={Math.max(1, y(quantiles[0]) - y(quantiles[2]))}
          />
          <line class="middle" x1={x} x2={x + step} y1={y(quantiles[1])} y2={y(quantiles[1])} />
        </>
      )}
      {(row?.noService ?? 0) > 0 && (
        <text class="none" x={x + step / 2} y={HEIGHT - 1}>
          ×
        </text>
      )}
      {(place - first) % labelEvery === 0 && (
        <text x={x + step / 2} y={HEIGHT + LABEL_HEIGHT - 3}>
          {labelOf(place)}
        </text>
      )}
    </g>
  )
}

/** The chart in sentences, for those who do not see it. */
function chartText({ t, mbit }: Localizer, { rows, labelOf }: ChartProps): string {
  return rows
    .flatMap(({ at, noService, downloadBps, downloadCount }) => [
      downloadBps && t('profileRow', { at: labelOf(at), speed: mbit(downloadBps[1]), n: downloadCount! }),
      noService > 0 && t('profileNone', { at: labelOf(at), n: noService }),
    ])
    .filter(Boolean)
    .join(' ')
}

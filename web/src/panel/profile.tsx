/** When a cell is fast and when it is not: downloads by hour of the day and by day of the week. */
import { queryValueOf, useQuery } from '../api/use-query.js'
import { type ProfileRow, type RuleInWords, api } from '../api/api.js'
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
  const found = queryValueOf(useQuery(connection, `${h3} ${run}`, (signal) => api.profile(h3, run, signal)))
  if (!found || found.hours.length === 0) return null
  const days = new Intl.DateTimeFormat(lang, { weekday: 'short', timeZone: 'UTC' })
  // 1 January 2024 was a Monday.
  const dayName = (day: number) => days.format(Date.UTC(2024, 0, day))
  return (
    <>
      <h3>{t('profile')}</h3>
      <Chart
        {...{ words, rule }}
        title={t('byHour')}
        rows={found.hours}
        first={0}
        last={23}
        labelOf={String}
        every={6}
      />
      <Chart
        {...{ words, rule }}
        title={t('byWeekday')}
        rows={found.weekdays}
        first={1}
        last={7}
        labelOf={dayName}
        every={1}
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
  first: number
  last: number
  labelOf(at: number): string
  /** Of how many places one is named. */
  every: number
}

const [WIDTH, HEIGHT, FOOT] = [300, 70, 14]
const MBIT = 1e6

/** From the tenth to nine tenths as a bar, the middle as a line; a place without a probe is a gap. */
function Chart({ words, rule, title, rows, first, last, labelOf, every }: ChartProps) {
  const { t, number } = words
  const asked = rule.minDownloadBps ?? 0
  const top = Math.max(asked * 1.2, ...rows.map(({ downloadBps }) => downloadBps?.[2] ?? 0))
  const step = WIDTH / (last - first + 1)
  const y = (bps: number) => HEIGHT - (HEIGHT * bps) / top
  const at = (place: number) => rows.find((row) => row.at === place)
  const places = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const sentence = rows
    .flatMap(({ at: place, probes, noService, downloadBps }) => [
      downloadBps &&
        t('profileRow', {
          at: labelOf(place),
          speed: number(downloadBps[1] / MBIT, 1),
          n: probes - noService,
        }),
      noService > 0 && t('profileNone', { at: labelOf(place), n: noService }),
    ])
    .filter(Boolean)
    .join(' ')
  return (
    <figure class="profile">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="img" aria-label={`${title}. ${sentence}`}>
        {asked > 0 && <line class="asked" x1="0" x2={WIDTH} y1={y(asked)} y2={y(asked)} />}
        {places.map((place, i) => {
          const speeds = at(place)?.downloadBps
          const x = i * step
          return (
            <g key={place}>
              {speeds && (
                <>
                  <rect
                    x={x + 1}
                    width={step - 2}
                    y={y(speeds[2])}
                    height={Math.max(1, y(speeds[0]) - y(speeds[2]))}
                  />
                  <line class="middle" x1={x} x2={x + step} y1={y(speeds[1])} y2={y(speeds[1])} />
                </>
              )}
              {(at(place)?.noService ?? 0) > 0 && (
                <text class="none" x={x + step / 2} y={HEIGHT - 1}>
                  ×
                </text>
              )}
              {(place - first) % every === 0 && (
                <text x={x + step / 2} y={HEIGHT + FOOT - 3}>
                  {labelOf(place)}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </figure>
  )
}

/** A campaign as a table, and as waypoints with a route for a navigation device. */
import { csvTable } from '#formats/export'
import type { Language } from '../http/languages.js'
import type { CampaignSheet, CampaignStop } from './campaign-answer.js'
import { WORDS, networkText, testText } from './campaign-words.js'
import { escapeHtml, placeNameOf } from './paper.js'

const COLUMNS = [
  'stop',
  'rank',
  'h3',
  'place',
  'commune_code',
  'population',
  'at_stake_mad',
  'lat',
  'lng',
  'partial',
  'operators_min',
  'operators_max',
  'operator',
  'technologies',
  'devices',
  'days',
  'tests_per_day',
  'tests',
  'hours',
  'hour_from',
  'hour_to',
  'presence',
  'class_if_serves',
  'class_if_not',
  'decides',
  'rule',
  'run',
  'simulated',
]

/** A row for each operator to test at each stop. */
export function campaignCsv({ answer, rule }: CampaignSheet): string {
  const { stops, counting, run, simulated } = answer
  const rows = stops.flatMap((stop, i) =>
    stop.tests.map((test) => [
      i + 1,
      stop.rank,
      stop.h3,
      placeNameOf(stop, 'fr'),
      stop.communeCode,
      stop.population,
      stop.atStakeMad,
      stop.lat,
      stop.lng,
      stop.partial,
      stop.operatorsMin,
      stop.operatorsMax,
      test.operator,
      test.technologies.join(' '),
      test.devices,
      test.days,
      test.samplesPerDay,
      test.samples,
      test.hours,
      counting.hours?.from ?? null,
      counting.hours?.to ?? null,
      test.presence === null ? null : rounded(test.presence),
      test.ifServes.class,
      test.ifNot.class,
      rounded(stop.decides),
      `${rule.id} ${rule.version}`,
      run,
      String(simulated),
    ]),
  )
  return csvTable({ columns: COLUMNS, rows })
}

const rounded = (probability: number): number => Math.round(probability * 1000) / 1000

/** GPX 1.1: a waypoint for each stop with what to test there, and the route through them. */
export function campaignGpx({ answer }: CampaignSheet, lang: Language): string {
  const { stops, area } = answer
  const words = WORDS[lang]
  const title = `${words.title}, ${lang === 'ar' ? area.nameAr : area.nameFr}${answer.simulated ? ` (${words.simulated})` : ''}`
  const name = (stop: CampaignStop, i: number) =>
    `<name>${xmlText(`${i + 1}. ${placeNameOf(stop, lang)}`)}</name>`
  const at = ({ lat, lng }: CampaignStop) => `lat="${lat.toFixed(6)}" lon="${lng.toFixed(6)}"`
  const waypoints = stops.map(
    (stop, i) =>
      `<wpt ${at(stop)}>${name(stop, i)}<desc>${xmlText(descriptionOf(stop, answer, lang))}</desc></wpt>`,
  )
  const points = stops.map((stop, i) => `<rtept ${at(stop)}>${name(stop, i)}</rtept>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Taghtiya" xmlns="http://www.topografix.com/GPX/1/1">
<metadata><name>${xmlText(title)}</name></metadata>
${waypoints.join('\n')}
<rte><name>${xmlText(title)}</name>
${points.join('\n')}
</rte>
</gpx>
`
}

const descriptionOf = (stop: CampaignStop, { counting }: CampaignSheet['answer'], lang: Language): string =>
  stop.tests.map((test) => `${networkText(test, lang)}: ${testText(test, counting.hours, lang)}`).join('\n')

/** Text for XML 1.0, which has no control characters but tab and line breaks. */
const xmlText = (text: string): string => escapeHtml(text.replace(/[^\P{Cc}\t\n\r]/gu, ' '))

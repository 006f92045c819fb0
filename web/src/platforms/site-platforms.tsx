/** The platforms that each line of a site carries, in words that a clerk understands. */
import { MAX_PEOPLE, QUANTITIES, type Quantity, needOf } from '#domain/platform'
import type { Connection } from '../api/connection.js'
import { useQuery } from '../api/use-query.js'
import { type Localizer, listText, percentText } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { problemText } from '../language/problem.js'
import { Needs } from './needs.js'
import {
  type Catalogue,
  type Platform,
  type PlatformCarry,
  type SiteLine,
  type SitePlatforms,
  platformsApi,
} from './platforms-api.js'
import './platforms.css'
import { WORDS } from './words.js'

interface SectionProps {
  words: Localizer
  connection: Connection
  /** Code of the site. */
  site: string
}

export function SitePlatformsSection({ words, connection, site }: SectionProps) {
  const t = words.translatorOf(WORDS)
  const query = useQuery(connection, `platforms of ${site}`, (signal) => platformsApi.ofSite(site, signal))
  return (
    <section class="platforms" aria-busy={query === null}>
      <h3>{t('lines')}</h3>
      {!query && <p role="status">{words.t('loading')}</p>}
      {query && 'refused' in query && <p class="problem">{problemText(words, query.refused)}</p>}
      {query && 'value' in query && <Lines words={words} of={query.value} />}
    </section>
  )
}

function Lines({ words, of: { catalogue, lines } }: { words: Localizer; of: SitePlatforms }) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      {lines.length === 0 && <p>{t('none', { n: catalogue.evidence.windowDays })}</p>}
      {lines.map((line) => (
        <Line key={`${line.operator} ${line.technology}`} {...{ words, line, catalogue }} />
      ))}
      <Needs {...{ words, catalogue }} />
    </>
  )
}

interface LineProps {
  words: Localizer
  line: SiteLine
  catalogue: Catalogue
}

function Line({ words, line, catalogue }: LineProps) {
  const t = words.translatorOf(WORDS)
  const rows = catalogue.platforms.map((platform, i) => ({ platform, carry: line.platforms[i]! }))
  const ofKind = (kind: Platform['kind']) => rows.filter(({ platform }) => platform.kind === kind)
  return (
    <>
      <h4>
        <bdi>{operatorName(words, line.operator)}</bdi> <bdi>{technologyName(words, line.technology)}</bdi>
      </h4>
      <LineNumbers {...{ words, line, catalogue }} />
      <CarryList {...{ words, line }} rows={ofKind('platform')} />
      <details>
        <summary>{t('classes')}</summary>
        <CarryList {...{ words, line }} rows={ofKind('class')} />
      </details>
    </>
  )
}

const WORKING_WEEK = '1,2,3,4,5'

function LineNumbers({ words, line: { office, technology }, catalogue: { evidence } }: LineProps) {
  const t = words.translatorOf(WORDS)
  const { download, upload, latency } = office
  const samples = Math.max(0, ...QUANTITIES.map((quantity) => office[quantity]?.samples ?? 0))
  const isWorkingWeek = evidence.officeDays.toSorted((a, b) => a - b).join() === WORKING_WEEK
  const { from, to } = evidence.officeHours
  return (
    <p>
      {samples > 0 &&
        t('figures', {
          down: words.mbit(download?.value),
          up: words.mbit(upload?.value),
          latency: latency ? `${words.number(latency.value)} ms` : '–',
        })}{' '}
      <small>
        {t(isWorkingWeek ? 'samples' : 'samplesOfDays', { n: samples, from: String(from), to: String(to) })}
      </small>
      {technology === 'satellite_geo' && <small> {t('geostationary')}</small>}
    </p>
  )
}

interface CarryRow {
  platform: Platform
  carry: PlatformCarry
}

function CarryList({ words, line, rows }: Pick<LineProps, 'words' | 'line'> & { rows: readonly CarryRow[] }) {
  return (
    <ul>
      {rows.map(({ platform, carry }) => (
        <li key={platform.id} data-platform={platform.id} data-carry={carry.state}>
          <Sign of={carry.state} /> <bdi>{platform.title[words.lang]}</bdi>:{' '}
          <strong>{stateText(words, carry)}</strong>
          <small>{detailTexts(words, line, { platform, carry }).join(' · ')}</small>
        </li>
      ))}
    </ul>
  )
}

/** Signs that differ in form, too: colours alone do not tell them apart. */
const SIGNS: Record<PlatformCarry['state'], string> = {
  carries: '✓',
  off_peak: '◑',
  fails: '✗',
  unknown: '?',
}

const Sign = ({ of }: { of: PlatformCarry['state'] }) => (
  <span class={`carry ${of}`} aria-hidden="true">
    {SIGNS[of]}
  </span>
)

function stateText(words: Localizer, { state, people }: PlatformCarry): string {
  const t = words.translatorOf(WORDS)
  const told = t(`state_${state}`)
  if (people === null) return told
  const count =
    people >= MAX_PEOPLE ? t('peopleAtLeast', { n: words.number(people) }) : t('people', { n: people })
  return listText(words, [told, count])
}

/** The needs that fail, those that are not known, and the time that people wait. */
function detailTexts(words: Localizer, line: SiteLine, { platform, carry }: CarryRow): string[] {
  const t = words.translatorOf(WORDS)
  const names = carry.unmeasured.map((quantity) => t(quantity))
  return [
    ...carry.failing.map((quantity) => failureText(words, line, platform, quantity)),
    ...(names.length > 0 && carry.state !== 'fails'
      ? [t('unmeasured', { names: listText(words, names) })]
      : []),
    ...transferTexts(words, { platform, carry }),
  ]
}

function failureText(words: Localizer, line: SiteLine, platform: Platform, quantity: Quantity): string {
  const t = words.translatorOf(WORDS)
  const [value, need] = [line.office[quantity]!.value, needOf(platform)[quantity]!]
  const text = (figure: number): string => {
    if (quantity === 'loss') return percentText(words, figure, 1)
    return quantity === 'latency' ? words.number(figure) : words.mbit(figure, 2)
  }
  return t(`fails_${quantity}`, { value: text(value), need: text(need) })
}

const SECONDS_PER_MINUTE = 60
/** Longer transfers are told in minutes. */
const MAX_TOLD_SECONDS = 180

function transferTexts(words: Localizer, { platform, carry }: CarryRow): string[] {
  const t = words.translatorOf(WORDS)
  const seconds = carry.transferSeconds
  if (platform.transfer === null || seconds === null) return []
  const what = platform.transfer.title[words.lang]
  if (seconds > MAX_TOLD_SECONDS)
    return [t('minutes', { what, n: words.number(seconds / SECONDS_PER_MINUTE) })]
  return [t('seconds', { what, n: words.number(seconds, seconds < 10 ? 1 : 0) })]
}

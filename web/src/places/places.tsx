/** Panels of a zone, locality, site or plan item. */
import { type Class } from '#domain/verdict'
import { birthRunOf } from '#domain/zone'
import type { ComponentChildren } from 'preact'
import type { Connection } from '../api/connection.js'
import { type Localizer, localizedPlaceName } from '../language/language.js'
import { operatorName, technologyName } from '../language/network-names.js'
import { Swatch } from '../legend/swatch.js'
import { AreaPath } from '../panel/area-path.js'
import { PlanPanel } from '../plan/plan-panel.js'
import type { Locality, Site, Zone } from '../api/schemas.js'
import { SitePlatformsSection } from '../platforms/site-platforms.js'
import type { PlaceDetail } from './place.js'
import { WORDS } from './words.js'

interface PlaceProps {
  words: Localizer
  connection: Connection
  place: PlaceDetail
  /** Selects the cell that contains the place. */
  onCell(h3: string): void
  /** Opens the plan view at an item. */
  onPlan(code: string): void
}

export function PlacePanel({ words, connection, place, onCell, onPlan }: PlaceProps) {
  const { area } = place
  const where = area && <AreaPath words={words} areas={[...area.parents, area]} />
  if ('plan' in place) return <PlanPanel {...{ words, where, onPlan }} item={place.plan} />
  if ('zone' in place) return <ZonePanel {...{ words, where, onCell }} zone={place.zone} />
  if ('site' in place) return <SitePanel {...{ words, connection, where, onCell }} site={place.site} />
  return <LocalityPanel {...{ words, where, onCell }} locality={place.locality} />
}

type Part<T> = T & { words: Localizer; where: ComponentChildren }

function ZonePanel({ words, zone, where, onCell }: Part<{ zone: Zone; onCell(h3: string): void }>) {
  const { date } = words
  const t = words.translatorOf(WORDS)
  const born = zone.events.find(
    ({ kind, zone: of }) => of === zone.id && (kind === 'born' || kind === 'split'),
  )
  return (
    <>
      <h2 data-zone={zone.id}>
        <Swatch of={zone.class} /> {t('zoneOf', { class: words.t(zone.class), n: zone.cellCount })}
      </h2>
      {where}
      {born && <p>{t('since', { date: date(born.at), run: String(birthRunOf(zone.id)) })}</p>}
      <p>{zone.population === null ? t('noPeople') : t('people', { n: zone.population })}</p>
      <p>{t('zoneSites', { n: zone.siteCount })}</p>
      <button onClick={() => onCell(zone.cells[0]!)}>{t('showCell')}</button>
      <ZoneEvents words={words} zone={zone} />
      <p class="source">
        <bdi>{zone.id}</bdi>
      </p>
    </>
  )
}

function ZoneEvents({ words, zone: { events } }: { words: Localizer; zone: Zone }) {
  const t = words.translatorOf(WORDS)
  if (events.length === 0) return null
  return (
    <>
      <h3>{t('events')}</h3>
      <ul>
        {events.map(({ run, at, zone, kind, cellsBefore, cellsAfter }) => (
          <li key={`${run} ${zone}`}>
            {t('event', {
              date: words.date(at),
              what: t(`event_${kind}`),
              before: words.number(cellsBefore),
              after: words.number(cellsAfter),
            })}
          </li>
        ))}
      </ul>
    </>
  )
}

function LocalityPanel({
  words,
  locality,
  where,
  onCell,
}: Part<{ locality: Locality }> & Pick<PlaceProps, 'onCell'>) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <h2 data-locality={locality.id}>
        <bdi>{localizedPlaceName(words, locality.nameFr, locality.nameAr)}</bdi>{' '}
        <small>{t('locality')}</small>
      </h2>
      {where}
      <p>
        {locality.population === null
          ? t('noPeople')
          : words.t('population', { n: words.number(locality.population) })}
      </p>
      <CellOfPlace words={words} of={locality} onCell={onCell} />
      <p class="source">
        <bdi>{locality.id}</bdi> · <bdi>{locality.kind}</bdi>
      </p>
    </>
  )
}

type SitePanelProps = Part<{ site: Site }> & Pick<PlaceProps, 'connection' | 'onCell'>

function SitePanel({ words, connection, site, where, onCell }: SitePanelProps) {
  const t = words.translatorOf(WORDS)
  return (
    <>
      <h2 data-site={site.code}>
        <bdi>{localizedPlaceName(words, site.name, site.nameAr)}</bdi> <small>{t(`type_${site.type}`)}</small>
      </h2>
      {where}
      <CellOfPlace words={words} of={site} onCell={onCell} />
      <p>
        {site.lastMeasuredOn === null
          ? t('noProbe')
          : t('lastProbe', { date: words.date(site.lastMeasuredOn), n: site.probes })}
      </p>
      <h3>{t('contract')}</h3>
      <Contract words={words} site={site} />
      <SitePlatformsSection key={site.code} {...{ words, connection }} site={site.code} />
      <p class="source">
        {t('site', { code: site.code })}
        {site.simulated && ` · ${t('simulated')}`}
      </p>
    </>
  )
}

function Contract({ words, site }: { words: Localizer; site: Site }) {
  const t = words.translatorOf(WORDS)
  const {
    operator = null,
    technology = null,
    contractedDownBps: down = null,
    contractedUpBps: up = null,
  } = site
  if (operator === null && down === null && up === null) return <p>{t('noContract')}</p>
  return (
    <p>
      <bdi>{operatorName(words, operator)}</bdi> <bdi>{technologyName(words, technology)}</bdi>
      <br />
      {(down !== null || up !== null) && t('contracted', { down: words.mbit(down), up: words.mbit(up) })}
    </p>
  )
}

interface CellOfPlaceProps {
  words: Localizer
  of: { h3: string; class: Class | null }
  onCell(h3: string): void
}

function CellOfPlace({ words, of, onCell }: CellOfPlaceProps) {
  const t = words.translatorOf(WORDS)
  const colour = of.class ?? 'notMeasured'
  return (
    <>
      <p class="of-cell" data-class={colour}>
        <Swatch of={colour} /> {t('ofCell', { class: words.t(colour) })}
      </p>
      <button onClick={() => onCell(of.h3)}>{t('showCell')}</button>
    </>
  )
}

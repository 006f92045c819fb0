/** The page as it is printed: exactly one sheet of A4. */
import { CLASSES, type ClassCounts } from '#domain/verdict'
import type { ComponentChildren } from 'preact'
import type { AreaFigures, Instance } from '../src/api/schemas.js'
import { type Localizer, localizedName } from '../src/language/language.js'
import { operatorName } from '../src/language/network-names.js'
import { areaKindOf } from '../src/language/area-names.js'
import { Swatch } from '../src/legend/swatch.js'
import { LETTERS, LocalityMark, Mark, ReportMap, SiteMark } from './map.js'
import type { AreaReport, WhiteZone } from './report.js'
import { sumOf, summaryOf } from './summary.js'
import { WORDS } from './words.js'

interface Props {
  words: Localizer
  report: AreaReport
  instance: Instance
  /** When the page was made. */
  now: number
}

export function Sheet({ words, report, instance, now }: Props) {
  const { area } = report
  return (
    <main class="sheet" data-area={area.code}>
      {instance.simulated && <p class="simulated">{words.t('simulated')}</p>}
      <Heading {...{ words, report, now }} />
      <div class="summary">
        {summaryOf(words, report).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <ReportMap words={words} report={report} />
      <MapLegend words={words} report={report} />
      <div class="columns">
        <Figures words={words} report={report} />
        <div>
          <Operators words={words} report={report} />
          <Contradictions words={words} report={report} />
        </div>
      </div>
      <div class="columns">
        {area.level !== 'commune' && <Worst words={words} report={report} />}
        <Zones words={words} report={report} />
      </div>
      <Sources {...{ words, report, instance }} />
    </main>
  )
}

function Heading({ words, report: { area, parents }, now }: Omit<Props, 'instance'>) {
  const t = words.translatorOf(WORDS)
  const other = words.lang === 'ar' ? 'fr' : 'ar'
  const places = parents
    .map((parent) => localizedName(words.lang, parent))
    .join(words.lang === 'ar' ? ' ‹ ' : ' › ')
  return (
    <header class="heading">
      <p class="about">
        <span>
          {t('title')} · {t('other')}
        </span>
        <span>{t('printed', { date: words.date(now) })}</span>
      </p>
      <h1>
        <span>
          <small>{words.t(areaKindOf(area))}</small> <bdi>{localizedName(words.lang, area)}</bdi>
        </span>
        <bdi lang={other} class="other">
          {localizedName(other, area)}
        </bdi>
      </h1>
      <p class="parents">
        {places && <bdi>{places}</bdi>}
        <bdi dir="ltr">{area.code}</bdi>
        <span>{t('population', { n: area.population === null ? '–' : words.number(area.population) })}</span>
      </p>
    </header>
  )
}

/** Square km of a cell of a resolution: each coarser one is seven times as large. */
const cellKm2Of = (resolution: number): number => 0.74 * 7 ** (8 - resolution)

function MapLegend({ words, report: { map, people, worst, zones } }: Pick<Props, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  const sites = sumOf(people.sites)
  const km2 = words.number(cellKm2Of(map.resolution), map.resolution === 8 ? 1 : 0)
  const drawn = { n: words.number(map.sites.length), all: words.number(sites) }
  return (
    <p class="key">
      {map.sites.length > 0 && (
        <LegendEntry text={sites > map.sites.length ? t('sitesOf', drawn) : t('site')}>
          <SiteMark x={2} y={2} />
        </LegendEntry>
      )}
      {map.localities.length > 0 && (
        <LegendEntry text={t('locality')}>
          <LocalityMark x={2} y={2} />
        </LegendEntry>
      )}
      {worst.length > 0 && (
        <LegendEntry text={t('rankMark')}>
          <Mark x={2} y={2} text="1" />
        </LegendEntry>
      )}
      {zones && zones.length > 0 && (
        <LegendEntry text={t('zoneMark')}>
          <Mark x={2} y={2} text={LETTERS[words.lang][0]!} isSquare />
        </LegendEntry>
      )}
      <span>{t(map.resolution === 8 ? 'mapCells' : 'mapParents', { km2 })}</span>
    </p>
  )
}

const LegendEntry = ({ text, children }: { text: string; children: ComponentChildren }) => (
  <span>
    <svg viewBox="0 0 4 4" aria-hidden="true">
      {children}
    </svg>{' '}
    {text}
  </span>
)

const DASH = '–'

/** The legend of the map with its figures. What was not measured has no place of its own among localities and sites. */
function Figures({ words, report: { counts, people } }: Pick<Props, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  const { number } = words
  const places = [people.localities, people.population, people.sites]
  const figure = (of: ClassCounts, value: number) => (sumOf(of) === 0 ? DASH : number(value))
  const all = counts && sumOf(counts) + counts.notMeasured
  return (
    <section>
      <table class="classes">
        <caption>{t('tableCaption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('class')}</th>
            {(['cells', 'localities', 'people_', 'sites'] as const).map((column) => (
              <th key={column} scope="col" class="n">
                {t(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {CLASSES.map((colour) => (
            <tr key={colour} data-class={colour}>
              <th scope="row">
                <Swatch of={colour} /> {words.t(colour)}
              </th>
              <td class="n">{counts ? number(counts[colour]) : DASH}</td>
              {places.map((of, i) => (
                <td key={i} class="n">
                  {figure(of, of[colour])}
                </td>
              ))}
            </tr>
          ))}
          <tr data-class="notMeasured">
            <th scope="row">
              <Swatch of="notMeasured" /> {words.t('notMeasured')}
            </th>
            <td class="n">{counts ? number(counts.notMeasured) : DASH}</td>
            <td class="n">{DASH}</td>
            <td class="n">{DASH}</td>
            <td class="n">{DASH}</td>
          </tr>
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('total')}</th>
            <td class="n">{all === null ? DASH : number(all)}</td>
            {places.map((of, i) => (
              <td key={i} class="n">
                {figure(of, sumOf(of))}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
      <p class="note">{t('tableNote')}</p>
    </section>
  )
}

function Operators({ words, report: { operators } }: Pick<Props, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  return (
    <table>
      <caption>{t('operators')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('operator')}</th>
          <th scope="col" class="n">
            {t('presentIn')}
          </th>
        </tr>
      </thead>
      <tbody>
        {operators.map(({ operator, present, tried }) => (
          <tr key={operator}>
            <th scope="row">
              <bdi>{operatorName(words, operator)}</bdi>
            </th>
            <td class="n">{t('ofTried', { n: present, all: tried })}</td>
          </tr>
        ))}
        {operators.length === 0 && <Empty text={t('noOperators')} />}
      </tbody>
    </table>
  )
}

const CONTRADICTIONS = ['declaredRefuted', 'presentUndeclared', 'latePlan'] as const

function Contradictions({ words, report: { contradictions } }: Pick<Props, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  return (
    <table>
      <caption>{t('contradictions')}</caption>
      <tbody>
        {CONTRADICTIONS.map((kind) => (
          <tr key={kind}>
            <th scope="row">{t(kind)}</th>
            <td class="n">{contradictions ? t('inCells', { n: contradictions[kind] }) : DASH}</td>
          </tr>
        ))}
      </tbody>
      {!contradictions && (
        <tfoot>
          <Empty text={t('noCoverage')} />
        </tfoot>
      )}
    </table>
  )
}

function Worst({ words, report: { area, worst } }: Pick<Props, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  const hasPeople = worst.some(({ people }) => people.white > 0)
  return (
    <table class="worst">
      <caption>
        {t(area.level === 'region' ? 'worstRegion' : 'worstProvince')}
        {worst.length > 0 && !hasPeople && <small> {t('worstByCells')}</small>}
      </caption>
      <thead>
        <tr>
          <th scope="col">{words.t(area.level === 'region' ? 'province' : 'commune')}</th>
          <th scope="col" class="n">
            {t('peopleInWhite')}
          </th>
          <th scope="col" class="n">
            {t('whiteCells')}
          </th>
        </tr>
      </thead>
      <tbody>
        {worst.map((one, i) => (
          <WorstRow key={one.code} words={words} area={one} place={i + 1} />
        ))}
        {worst.length === 0 && <Empty text={t('noWorst')} />}
      </tbody>
    </table>
  )
}

function WorstRow({ words, area, place }: { words: Localizer; area: AreaFigures; place: number }) {
  return (
    <tr data-code={area.code}>
      <th scope="row">
        {words.number(place)}. <bdi>{localizedName(words.lang, area)}</bdi>
      </th>
      <td class="n">{sumOf(area.people) > 0 ? words.number(area.people.white) : DASH}</td>
      <td class="n">{area.cells ? words.number(area.cells.white) : DASH}</td>
    </tr>
  )
}

function Zones({ words, report: { zones } }: Pick<Props, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  return (
    <table class="zones">
      <caption>{t('zones')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('zone')}</th>
          <th scope="col" class="n">
            {t('people_')}
          </th>
          <th scope="col" class="n">
            {t('zoneCells')}
          </th>
          <th scope="col" class="n">
            {t('sites')}
          </th>
        </tr>
      </thead>
      <tbody>
        {(zones ?? []).map((zone, i) => (
          <tr key={zone.id} data-zone={zone.id}>
            <th scope="row">
              {LETTERS[words.lang][i]}. <bdi>{zonePlaceText(words, zone)}</bdi>
            </th>
            <td class="n">{zone.population === null ? DASH : words.number(zone.population)}</td>
            <td class="n">{words.number(zone.cellCount)}</td>
            <td class="n">{words.number(zone.siteCount)}</td>
          </tr>
        ))}
        {zones?.length === 0 && <Empty text={t('noZones')} />}
        {zones === null && <Empty text={t('zonesNotMade')} />}
      </tbody>
    </table>
  )
}

/** The zone's largest locality and its commune, as far as they are known; else its own name. */
function zonePlaceText({ lang, translatorOf: says }: Localizer, zone: WhiteZone): string {
  const { placeFr, placeAr, communeFr, communeAr, id } = zone
  const place = lang === 'ar' ? (placeAr ?? placeFr) : placeFr
  const commune = lang === 'ar' ? communeAr : communeFr
  return place && commune ? says(WORDS)('zonePlace', { place, commune }) : (place ?? commune ?? id)
}

const Empty = ({ text }: { text: string }) => (
  <tr>
    <td colSpan={4}>{text}</td>
  </tr>
)

/** What a figure needs beside it wherever the paper goes. */
function Sources({ words, report: { area, run, rule }, instance }: Omit<Props, 'now'>) {
  const t = words.translatorOf(WORDS)
  const { date, lang } = words
  return (
    <footer class="sources">
      <p>
        <strong>{t('rule', { title: rule.title[lang], version: String(run.ruleVersion) })}</strong>
        {rule.assumption && <strong> ({words.t('assumption')})</strong>}. {rule.sentence[lang]}
      </p>
      <p>
        {t('runLine', {
          id: String(run.id),
          made: date(run.createdAt),
          from: date(run.from),
          to: date(run.to),
          known: words.dateTime(run.knownBefore),
        })}{' '}
        {area.simulated && t('simulatedBoundary')}
      </p>
      <p dir="ltr" lang="en">
        {!area.simulated && `${area.source}. `}
        {instance.attribution}
      </p>
    </footer>
  )
}

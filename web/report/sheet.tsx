/** The page as it is printed: exactly one sheet of A4. */
import type { ComponentChildren } from 'preact'
import type { Instance } from '../src/api/schemas.js'
import { areaKindOf, areaPathText } from '../src/language/area-names.js'
import { type Localizer, localizedName } from '../src/language/language.js'
import { LETTERS, LocalityMark, Mark, ReportMap, SiteMark } from './map.js'
import type { AreaReport } from './report.js'
import { sumOf, summaryOf } from './summary.js'
import { ClassTable, ContradictionTable, OperatorTable, WorstAreaTable, ZoneTable } from './tables.js'
import { WORDS } from './words.js'

interface SheetProps {
  words: Localizer
  report: AreaReport
  instance: Instance
  /** When the page was made. */
  now: number
}

export function Sheet({ words, report, instance, now }: SheetProps) {
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
        <ClassTable words={words} report={report} />
        <div>
          <OperatorTable words={words} report={report} />
          <ContradictionTable words={words} report={report} />
        </div>
      </div>
      <div class="columns">
        {area.level !== 'commune' && <WorstAreaTable words={words} report={report} />}
        <ZoneTable words={words} report={report} />
      </div>
      <Sources {...{ words, report, instance }} />
    </main>
  )
}

function Heading({ words, report: { area, parents }, now }: Omit<SheetProps, 'instance'>) {
  const t = words.translatorOf(WORDS)
  const otherLang = words.lang === 'ar' ? 'fr' : 'ar'
  const path = areaPathText(words, parents)
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
        <bdi lang={otherLang} class="other">
          {localizedName(otherLang, area)}
        </bdi>
      </h1>
      <p class="parents">
        {path && <bdi>{path}</bdi>}
        <bdi dir="ltr">{area.code}</bdi>
        <span>{t('population', { n: area.population === null ? '–' : words.number(area.population) })}</span>
      </p>
    </header>
  )
}

/** Mean area of a cell in Morocco in km²: a cell of a coarser resolution is seven times as large. */
const cellKm2Of = (resolution: number): number => 0.8 * 7 ** (8 - resolution)

function MapLegend({ words, report: { map, people, worst, zones } }: Pick<SheetProps, 'words' | 'report'>) {
  const t = words.translatorOf(WORDS)
  const sites = sumOf(people.sites)
  const km2 = words.number(cellKm2Of(map.resolution), map.resolution === 8 ? 1 : 0)
  const siteCounts = { n: words.number(map.sites.length), all: words.number(sites) }
  return (
    <p class="key">
      {map.sites.length > 0 && (
        <LegendEntry text={sites > map.sites.length ? t('sitesOf', siteCounts) : t('site')}>
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

/** Shows what must stand beside a figure wherever the paper goes: rule, run, window, credits. */
function Sources({ words, report: { area, run, rule }, instance }: Omit<SheetProps, 'now'>) {
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

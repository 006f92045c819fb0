/** The report's tables. A figure that is not known is a dash, never a zero. */
import { CLASSES, type Class, type ClassCounts, PARTIAL_KNOWLEDGE } from '#domain/verdict'
import type { ComponentChildren } from 'preact'
import type { AreaFigures } from '../src/api/schemas.js'
import { type Localizer, localizedName, localizedPlaceName } from '../src/language/language.js'
import { operatorName } from '../src/language/network-names.js'
import { Swatch } from '../src/legend/swatch.js'
import { LETTERS } from './map.js'
import type { AreaReport, WhiteZone } from './report.js'
import { sumOf } from './summary.js'
import { WORDS } from './words.js'

interface TableProps {
  words: Localizer
  report: AreaReport
}

const DASH = '–'

/** Cells, localities, people and sites of each class: the legend of the map with its figures. */
export function ClassTable({ words, report: { counts, people, partial } }: TableProps) {
  const t = words.translatorOf(WORDS)
  const columns = [people.localities, people.population, people.sites]
  const cellText = (count: number | undefined) => (count === undefined ? DASH : words.number(count))
  const figureText = (of: ClassCounts, figure: number) => (sumOf(of) === 0 ? DASH : words.number(figure))
  const totalCells = counts ? sumOf(counts) + counts.notMeasured : undefined
  return (
    <section>
      <table class="classes">
        <caption>{t('tableCaption')}</caption>
        <Head first={t('class')} figures={[t('cells'), t('localities'), t('people_'), t('sites')]} />
        <tbody>
          {CLASSES.map((colour) => (
            <ClassRow
              key={colour}
              words={words}
              of={colour}
              figures={[cellText(counts?.[colour]), ...columns.map((of) => figureText(of, of[colour]))]}
            />
          ))}
          <PartialRows words={words} partial={partial} />
          {/* Localities, people and sites in cells that were not measured are not counted. */}
          <ClassRow
            words={words}
            of="notMeasured"
            figures={[cellText(counts?.notMeasured), ...columns.map(() => DASH)]}
          />
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('total')}</th>
            <FigureCells
              figures={[cellText(totalCells), ...columns.map((of) => figureText(of, sumOf(of)))]}
            />
          </tr>
        </tfoot>
      </table>
      <p class="note">{t('tableNote')}</p>
    </section>
  )
}

function Head({ first, figures }: { first: string; figures: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {figures.map((name) => (
          <th key={name} scope="col" class="n">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

const FigureCells = ({ figures }: { figures: readonly string[] }) =>
  figures.map((figure, i) => (
    <td key={i} class="n">
      {figure}
    </td>
  ))

interface ClassRowProps {
  words: Localizer
  of: Class | 'notMeasured'
  figures: readonly string[]
}

const ClassRow = ({ words, of, figures }: ClassRowProps) => (
  <tr data-class={of}>
    <th scope="row">
      <Swatch of={of} /> {words.t(of)}
    </th>
    <FigureCells figures={figures} />
  </tr>
)

const KEY_OF_PARTIAL = { served: 'served', none_tried: 'noneTried' } as const

/** Parts of the undecided cells, where the rule judges by a roster: what is known of their operators. */
function PartialRows({ words, partial }: { words: Localizer; partial: AreaReport['partial'] }) {
  if (partial.served.cells + partial.noneTried.cells === 0) return null
  return PARTIAL_KNOWLEDGE.map((name) => {
    const { cells, localities, population, sites } = partial[KEY_OF_PARTIAL[name]]
    return (
      <tr key={name} class="part" data-class={name}>
        <th scope="row">
          <Swatch of={name} /> {words.t(`partial_${name}`)}
        </th>
        <FigureCells figures={[cells, localities, population, sites].map((n) => words.number(n))} />
      </tr>
    )
  })
}

export function OperatorTable({ words, report: { operators } }: TableProps) {
  const t = words.translatorOf(WORDS)
  return (
    <table>
      <caption>{t('operators')}</caption>
      <Head first={t('operator')} figures={[t('presentIn'), t('fails'), t('noService'), t('undecided')]} />
      <tbody>
        {operators.map(({ operator, present, tried, refuted, absent, undecided }) => (
          <tr key={operator}>
            <th scope="row">
              <bdi>{operatorName(words, operator)}</bdi>
            </th>
            <td class="n">{t('ofTried', { n: present, all: tried })}</td>
            <FigureCells figures={[refuted, absent, undecided].map((cells) => words.number(cells))} />
          </tr>
        ))}
        {operators.length === 0 && <EmptyRow>{t('noOperators')}</EmptyRow>}
      </tbody>
    </table>
  )
}

const CONTRADICTIONS = ['declaredRefuted', 'presentUndeclared', 'latePlan'] as const

export function ContradictionTable({ words, report: { contradictions } }: TableProps) {
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
          <EmptyRow>{t('noCoverage')}</EmptyRow>
        </tfoot>
      )}
    </table>
  )
}

/** The areas inside with most people in white cells. */
export function WorstAreaTable({ words, report: { area, worst } }: TableProps) {
  const t = words.translatorOf(WORDS)
  const isRegion = area.level === 'region'
  const hasPeople = worst.some(({ people }) => people.white > 0)
  return (
    <table class="worst">
      <caption>
        {t(isRegion ? 'worstRegion' : 'worstProvince')}
        {worst.length > 0 && !hasPeople && <small> {t('worstByCells')}</small>}
      </caption>
      <Head
        first={words.t(isRegion ? 'province' : 'commune')}
        figures={[t('peopleInWhite'), t('whiteCells')]}
      />
      <tbody>
        {worst.map((one, i) => (
          <WorstAreaRow key={one.code} words={words} area={one} rank={i + 1} />
        ))}
        {worst.length === 0 && <EmptyRow>{t('noWorst')}</EmptyRow>}
      </tbody>
    </table>
  )
}

function WorstAreaRow({ words, area, rank }: { words: Localizer; area: AreaFigures; rank: number }) {
  return (
    <tr data-code={area.code}>
      <th scope="row">
        {words.number(rank)}. <bdi>{localizedName(words.lang, area)}</bdi>
      </th>
      <td class="n">{sumOf(area.people) > 0 ? words.number(area.people.white) : DASH}</td>
      <td class="n">{area.cells ? words.number(area.cells.white) : DASH}</td>
    </tr>
  )
}

export function ZoneTable({ words, report: { zones } }: TableProps) {
  const t = words.translatorOf(WORDS)
  return (
    <table class="zones">
      <caption>{t('zones')}</caption>
      <Head first={t('zone')} figures={[t('people_'), t('zoneCells'), t('sites')]} />
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
        {zones?.length === 0 && <EmptyRow>{t('noZones')}</EmptyRow>}
        {zones === null && <EmptyRow>{t('zonesNotMade')}</EmptyRow>}
      </tbody>
    </table>
  )
}

/** The zone's largest locality and its commune, as far as they are known; else the zone's id. */
function zonePlaceText(words: Localizer, zone: WhiteZone): string {
  const { placeFr, placeAr, communeFr, communeAr, id } = zone
  const place = placeFr && localizedPlaceName(words, placeFr, placeAr)
  const commune = words.lang === 'ar' ? communeAr : communeFr
  return place && commune
    ? words.translatorOf(WORDS)('zonePlace', { place, commune })
    : (place ?? commune ?? id)
}

const EmptyRow = ({ children }: { children: ComponentChildren }) => (
  <tr>
    <td colSpan={5}>{children}</td>
  </tr>
)

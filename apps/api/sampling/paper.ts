/** A list of places to visit on paper (A4, in three languages): what route sheets and campaigns share. */
import { type Rule, sentenceOf } from '#domain/rule'
import type { AreaRow } from '#store/areas'
import type { RunRow } from '#store/runs'
import type { UndecidedPlace } from '#store/verdicts'
import type { Language } from '../http/languages.js'

/** The words that all papers have. */
export const PAPER_WORDS = {
  en: {
    simulated: 'Simulated data',
    rule: 'Rule',
    run: 'Evaluation',
    way: 'Way, straight lines',
    place: 'Place',
    people: 'People',
    position: 'Position',
    done: 'Done',
    between: (a: number, b: number) => `between ${a}:00 and ${b}:00`,
  },
  fr: {
    simulated: 'Données simulées',
    rule: 'Règle',
    run: 'Évaluation',
    way: 'Trajet, à vol d’oiseau',
    place: 'Lieu',
    people: 'Habitants',
    position: 'Position',
    done: 'Fait',
    between: (a: number, b: number) => `entre ${a} h et ${b} h`,
  },
  ar: {
    simulated: 'معطيات محاكاة',
    rule: 'القاعدة',
    run: 'التقييم',
    way: 'المسافة بخط مستقيم',
    place: 'المكان',
    people: 'السكان',
    position: 'الموقع',
    done: 'تم',
    between: (a: number, b: number) => `بين الساعة ${a} والساعة ${b}`,
  },
} as const

const STYLE = `@page { size: A4; margin: 14mm }
body { font: 10.5pt/1.4 system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif; color: #111; max-width: 190mm; margin: 8mm auto; padding: 0 4mm }
h1 { font-size: 17pt; margin: 0 0 2mm } p { margin: 1mm 0 } small { color: #444 }
.simulated { display: inline-block; border: 1.5pt solid #111; padding: 0 2mm; font-weight: 700 }
table { width: 100%; border-collapse: collapse; margin-top: 4mm } thead { display: table-header-group }
th, td { border: .5pt solid #777; padding: 1.5mm 2mm; text-align: start; vertical-align: top } th { background: #eee }
tr { break-inside: avoid } .n { white-space: nowrap } .box { width: 12mm }`

const longDate = (date: Date, lang: Language): string =>
  new Intl.DateTimeFormat(lang === 'ar' ? 'ar-MA-u-nu-latn' : lang === 'fr' ? 'fr' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Africa/Casablanca',
  }).format(date)

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`)

/** Names of the localities and sites in the cell, three at most; its H3 index if there are none. */
export function placeNameOf(
  { localities, sites, h3 }: Pick<UndecidedPlace, 'localities' | 'sites' | 'h3'>,
  lang: Language,
): string {
  const names = [...localities, ...sites].map((place) => (lang === 'ar' && place.nameAr) || place.name)
  const [first = h3, ...others] = names
  return others.length > 2
    ? `${[first, ...others.slice(0, 2)].join(', ')} (+${others.length - 2})`
    : [first, ...others].join(', ')
}

interface Paper {
  title: string
  area: Pick<AreaRow, 'nameFr' | 'nameAr'>
  run: RunRow
  rule: Rule
  /** Length of the way in metres, as the crow flies. */
  lengthM: number
  isSimulated: boolean
}

/** A document that needs no script and no other file. `body` is HTML. */
export function paperHtml(
  { title: name, area, run, rule, lengthM, isSimulated }: Paper,
  body: string,
  lang: Language,
): string {
  const words = PAPER_WORDS[lang]
  const title = escapeHtml(`${name}${lang === 'ar' ? '،' : ','} ${lang === 'ar' ? area.nameAr : area.nameFr}`)
  const km = (lengthM / 1000).toFixed(0)
  return `<!doctype html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>
${STYLE}
</style></head>
<body>
<h1>${title}</h1>
${isSimulated ? `<p class="simulated">${escapeHtml(words.simulated)}</p>` : ''}
<p>${escapeHtml(words.run)} ${run.id} · ${escapeHtml(longDate(run.to, lang))} · ${escapeHtml(words.rule)} <bdi>${escapeHtml(rule.title[lang])}</bdi> (${rule.version}) · ${escapeHtml(words.way)} ${km} km</p>
<p><small>${escapeHtml(sentenceOf(rule)[lang])}</small></p>
${body}
</body></html>
`
}

/** The table of the places in the order of the visit. `cells` are the HTML of the columns between position and tick. */
export function stopTableHtml(
  stops: readonly { place: PlaceOnPaper; cells: readonly string[] }[],
  columns: readonly string[],
  lang: Language,
): string {
  const words = PAPER_WORDS[lang]
  const headings = ['#', words.place, words.people, words.position, ...columns, words.done]
  const rows = stops.map(
    ({ place, cells }, i) => `<tr><td>${i + 1}</td><td><bdi>${escapeHtml(placeNameOf(place, lang))}</bdi></td>
<td class="n">${place.population > 0 ? place.population.toLocaleString('fr') : '–'}</td>
<td class="n" dir="ltr">${place.lat.toFixed(5)}, ${place.lng.toFixed(5)}</td>
${cells.map((cell) => `<td>${cell}</td>`).join('')}
<td class="box"></td></tr>`,
  )
  return `<table><thead><tr>${headings.map((heading) => `<th>${escapeHtml(heading)}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`
}

type PlaceOnPaper = Pick<UndecidedPlace, 'localities' | 'sites' | 'h3' | 'population' | 'lat' | 'lng'>

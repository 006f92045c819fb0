/** A route sheet on paper (A4, in three languages) and as a table. */
import { OPERATOR_NAMES } from '#domain/operator'
import { type Rule, sentenceOf } from '#domain/rule'
import { type Need, routeLengthM } from '#domain/verdict'
import { csvTable } from '#formats/export'
import type { AreaRow } from '#store/areas'
import type { RunRow } from '#store/runs'
import type { UndecidedPlace } from '#store/verdicts'
import type { Language } from '../http/languages.js'

export interface RouteSheet {
  area: AreaRow
  run: RunRow
  rule: Rule
  stops: (UndecidedPlace & { needs: Need[] })[]
  /** Whether there are more places than the sheet can hold. */
  isCut: boolean
  isSimulated: boolean
}

const WORDS = {
  en: {
    title: 'Route sheet',
    of: 'Undecided places of',
    simulated: 'Simulated data',
    rule: 'Rule',
    run: 'Run',
    way: 'Way, straight lines',
    place: 'Place',
    people: 'People',
    position: 'Position',
    measure: 'What to measure',
    done: 'Done',
    none: 'No undecided place with people or sites.',
    cut: 'More places than this sheet holds: take its communes one by one.',
    days: (n: number) => `${n} ${n === 1 ? 'day' : 'days'}`,
    times: (n: number) => `${n} times each`,
    otherHours: (n: number) => `${n} other hours`,
    otherDevices: (n: number) => `${n} more devices`,
    between: (a: number, b: number) => `between ${a}:00 and ${b}:00`,
    close: 'near the limit: more may not decide',
    withheld: 'nothing more of one network alone; measure all again',
    anyOperator: 'any operator',
  },
  fr: {
    title: 'Feuille de route',
    of: 'Lieux non tranchés de',
    simulated: 'Données simulées',
    rule: 'Règle',
    run: 'Évaluation',
    way: 'Trajet, à vol d’oiseau',
    place: 'Lieu',
    people: 'Habitants',
    position: 'Position',
    measure: 'À mesurer',
    done: 'Fait',
    none: 'Aucun lieu non tranché avec des habitants ou des sites.',
    cut: 'Plus de lieux que cette feuille n’en contient : prenez les communes une à une.',
    days: (n: number) => `${n} ${n === 1 ? 'jour' : 'jours'}`,
    times: (n: number) => `${n} fois chacun`,
    otherHours: (n: number) => `${n} autres heures`,
    otherDevices: (n: number) => `${n} appareils de plus`,
    between: (a: number, b: number) => `entre ${a} h et ${b} h`,
    close: 'près du seuil : mesurer plus peut ne pas trancher',
    withheld: 'rien de plus d’un seul réseau ; tout mesurer à nouveau',
    anyOperator: 'un opérateur',
  },
  ar: {
    title: 'ورقة الطريق',
    of: 'الأماكن غير المحسومة في',
    simulated: 'معطيات محاكاة',
    rule: 'القاعدة',
    run: 'التقييم',
    way: 'المسافة بخط مستقيم',
    place: 'المكان',
    people: 'السكان',
    position: 'الموقع',
    measure: 'ما يجب قياسه',
    done: 'تم',
    none: 'لا مكان غير محسوم به سكان أو مواقع.',
    cut: 'عدد الأماكن أكبر مما تتسع له الورقة: خذوا الجماعات واحدة واحدة.',
    days: (n: number) => `عدد الأيام ${n}`,
    times: (n: number) => `${n} مرات في اليوم`,
    otherHours: (n: number) => `ساعات أخرى: ${n}`,
    otherDevices: (n: number) => `أجهزة إضافية: ${n}`,
    between: (a: number, b: number) => `بين الساعة ${a} والساعة ${b}`,
    close: 'قريبة من الحد: قد لا يحسمها مزيد من القياس',
    withheld: 'لا ينقص شبكة واحدة شيء؛ يعاد قياس الكل',
    anyOperator: 'متعهد',
  },
} as const

const COLUMNS = [
  'stop',
  'h3',
  'place',
  'commune_code',
  'population',
  'lat',
  'lng',
  'operator',
  'technology',
  'visits',
  'samples',
  'other_hours',
  'other_devices',
  'hour_from',
  'hour_to',
  'is_close',
  'rule',
  'run',
  'simulated',
]

/** A row for each need of a stop; a stop without needs has one row. */
export function routeSheetCsv({ stops, run, rule, isSimulated }: RouteSheet): string {
  const rows = stops.flatMap((stop, i) =>
    (stop.needs.length > 0 ? stop.needs : [null]).map((need) => [
      i + 1,
      stop.h3,
      placeNameOf(stop, 'fr'),
      stop.communeCode,
      stop.population,
      stop.lat,
      stop.lng,
      need?.operator ?? null,
      need?.technology ?? null,
      need?.visits ?? null,
      need?.samples ?? null,
      need?.otherHours ?? null,
      need?.otherDevices ?? null,
      need?.hours?.from ?? null,
      need?.hours?.to ?? null,
      need ? String(need.isClose) : null,
      `${rule.id} ${rule.version}`,
      run.id,
      String(isSimulated),
    ]),
  )
  return csvTable({ columns: COLUMNS, rows })
}

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

function operatorNameOf({ operator }: Need, lang: Language): string {
  if (operator === null) return WORDS[lang].anyOperator
  return operator in OPERATOR_NAMES ? OPERATOR_NAMES[operator as keyof typeof OPERATOR_NAMES][lang] : operator
}

function needHtml(need: Need, rule: Rule, lang: Language): string {
  const words = WORDS[lang]
  const conditions = [
    need.visits > 0 && words.days(need.visits),
    need.visits > 0 && words.times(rule.deviceDayCap),
    need.hours && words.between(need.hours.from, need.hours.to),
    need.otherHours > 0 && words.otherHours(need.otherHours),
    need.otherDevices > 0 && words.otherDevices(need.otherDevices),
    need.isClose && words.close,
  ].filter((condition) => typeof condition === 'string')
  const technology = need.technology ? ` ${need.technology}` : ''
  const network = escapeHtml(operatorNameOf(need, lang) + technology)
  return `<b><bdi>${network}</bdi></b> ${conditions.map(escapeHtml).join(' · ')}`
}

function stopHtml(stop: RouteSheet['stops'][number], number: number, rule: Rule, lang: Language): string {
  const needs = stop.needs.map((need) => needHtml(need, rule, lang)).join('<br>')
  return `<tr><td>${number}</td><td><bdi>${escapeHtml(placeNameOf(stop, lang))}</bdi></td>
<td class="n">${stop.population > 0 ? stop.population.toLocaleString('fr') : '–'}</td>
<td class="n" dir="ltr">${stop.lat.toFixed(5)}, ${stop.lng.toFixed(5)}</td>
<td>${needs || escapeHtml(WORDS[lang].withheld)}</td>
<td class="box"></td></tr>`
}

export const SHEET_STYLE = `@page { size: A4; margin: 14mm }
body { font: 10.5pt/1.4 system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif; color: #111; max-width: 190mm; margin: 8mm auto; padding: 0 4mm }
h1 { font-size: 17pt; margin: 0 0 2mm } p { margin: 1mm 0 } small { color: #444 }
.simulated { display: inline-block; border: 1.5pt solid #111; padding: 0 2mm; font-weight: 700 }
table { width: 100%; border-collapse: collapse; margin-top: 4mm } thead { display: table-header-group }
th, td { border: .5pt solid #777; padding: 1.5mm 2mm; text-align: start; vertical-align: top } th { background: #eee }
tr { break-inside: avoid } .n { white-space: nowrap } .box { width: 12mm }`

export const longDate = (date: Date, lang: Language): string =>
  new Intl.DateTimeFormat(lang === 'ar' ? 'ar-MA-u-nu-latn' : lang === 'fr' ? 'fr' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Africa/Casablanca',
  }).format(date)

function tableHtml({ stops, rule }: RouteSheet, lang: Language): string {
  const words = WORDS[lang]
  if (stops.length === 0) return `<p>${escapeHtml(words.none)}</p>`
  const headings = ['#', words.place, words.people, words.position, words.measure, words.done]
  const rows = stops.map((stop, i) => stopHtml(stop, i + 1, rule, lang))
  return `<table><thead><tr>${headings.map((heading) => `<th>${heading}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`
}

/** A document that needs no script and no other file. */
export function routeSheetHtml(sheet: RouteSheet, lang: Language): string {
  const { area, run, rule, stops } = sheet
  const words = WORDS[lang]
  const areaName = escapeHtml(lang === 'ar' ? area.nameAr : area.nameFr)
  const title = `${escapeHtml(words.title)}${lang === 'ar' ? '،' : ','} ${areaName}`
  const km = (routeLengthM(stops) / 1000).toFixed(0)
  return `<!doctype html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>
${SHEET_STYLE}
</style></head>
<body>
<h1>${title}</h1>
${sheet.isSimulated ? `<p class="simulated">${escapeHtml(words.simulated)}</p>` : ''}
<p>${escapeHtml(words.of)} <bdi>${areaName}</bdi> (<bdi dir="ltr">${escapeHtml(area.code)}</bdi>)</p>
<p>${escapeHtml(words.run)} ${run.id} · ${escapeHtml(longDate(run.to, lang))} · ${escapeHtml(words.rule)} <bdi>${escapeHtml(rule.title[lang])}</bdi> (${rule.version}) · ${escapeHtml(words.way)} ${km} km</p>
<p><small>${escapeHtml(sentenceOf(rule)[lang])}</small></p>
${sheet.isCut ? `<p><b>${escapeHtml(words.cut)}</b></p>` : ''}
${tableHtml(sheet, lang)}
</body></html>
`
}

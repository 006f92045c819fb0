/** A route sheet on paper (A4, three languages) and as a table. */
import { OPERATOR_NAMES } from '#domain/operator'
import { type Rule, sentenceOf } from '#domain/rule'
import { type Need, routeLengthM } from '#domain/verdict'
import type { AreaRow } from '#store/areas'
import type { RunRow } from '#store/runs'
import type { UndecidedPlace } from '#store/verdicts'

export interface RouteSheet {
  area: AreaRow
  run: RunRow
  rule: Rule
  stops: (UndecidedPlace & { needs: Need[] })[]
  /** There are more places than the sheet holds. */
  isCut: boolean
  isSimulated: boolean
}

type Lang = 'ar' | 'fr' | 'en'

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

export function routeSheetCsv({ stops, run, rule, isSimulated }: RouteSheet): string {
  const header =
    'stop,h3,place,commune_code,population,lat,lng,operator,technology,visits,samples,other_hours,other_devices,hour_from,hour_to,is_close,rule,run,simulated'
  const rows = stops.flatMap((stop, i) =>
    (stop.needs.length > 0 ? stop.needs : [null]).map((need) => [
      i + 1,
      stop.h3,
      nameOf(stop, 'fr'),
      stop.communeCode,
      stop.population,
      stop.lat,
      stop.lng,
      need?.operator,
      need?.technology,
      need?.visits,
      need?.samples,
      need?.otherHours,
      need?.otherDevices,
      need?.hours?.from,
      need?.hours?.to,
      need?.isClose,
      `${rule.id} ${rule.version}`,
      run.id,
      isSimulated,
    ]),
  )
  return `${[header, ...rows.map((row) => row.map(csvCell).join(','))].join('\r\n')}\r\n`
}

/** A text that a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`)

function nameOf({ localities, sites, h3 }: UndecidedPlace, lang: Lang): string {
  const all = [...localities, ...sites].map((place) => (lang === 'ar' && place.nameAr) || place.name)
  const [first = h3, ...others] = all
  return others.length > 2
    ? `${[first, ...others.slice(0, 2)].join(', ')} (+${others.length - 2})`
    : [first, ...others].join(', ')
}

function needHtml(need: Need, rule: Rule, lang: Lang): string {
  const w = WORDS[lang]
  const name =
    need.operator === null
      ? w.anyOperator
      : need.operator in OPERATOR_NAMES
        ? OPERATOR_NAMES[need.operator as keyof typeof OPERATOR_NAMES][lang]
        : need.operator
  const parts = [
    need.visits > 0 && w.days(need.visits),
    need.visits > 0 && w.times(rule.deviceDayCap),
    need.hours && w.between(need.hours.from, need.hours.to),
    need.otherHours > 0 && w.otherHours(need.otherHours),
    need.otherDevices > 0 && w.otherDevices(need.otherDevices),
    need.isClose && w.close,
  ].filter((part) => typeof part === 'string')
  const technology = need.technology ? ` ${need.technology}` : ''
  return `<b><bdi>${escapeHtml(name)}${escapeHtml(technology)}</bdi></b> ${parts.map(escapeHtml).join(' · ')}`
}

/** Stands alone: no script, no other file. */
export function routeSheetHtml(sheet: RouteSheet, lang: Lang): string {
  const { area, run, rule, stops } = sheet
  const w = WORDS[lang]
  const date = new Intl.DateTimeFormat(lang === 'ar' ? 'ar-MA-u-nu-latn' : lang === 'fr' ? 'fr' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Africa/Casablanca',
  }).format(run.to)
  const title = `${w.title}${lang === 'ar' ? '،' : ','} ${lang === 'ar' ? area.nameAr : area.nameFr}`
  const rows = stops.map(
    (stop, i) => `<tr><td>${i + 1}</td><td><bdi>${escapeHtml(nameOf(stop, lang))}</bdi></td>
<td class="n">${stop.population > 0 ? stop.population.toLocaleString('fr') : '–'}</td>
<td class="n" dir="ltr">${stop.lat.toFixed(5)}, ${stop.lng.toFixed(5)}</td>
<td>${stop.needs.length > 0 ? stop.needs.map((need) => needHtml(need, rule, lang)).join('<br>') : escapeHtml(w.withheld)}</td>
<td class="box"></td></tr>`,
  )
  return `<!doctype html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>
@page { size: A4; margin: 14mm }
body { font: 10.5pt/1.4 system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif; color: #111; max-width: 190mm; margin: 8mm auto; padding: 0 4mm }
h1 { font-size: 17pt; margin: 0 0 2mm } p { margin: 1mm 0 } small { color: #444 }
.simulated { display: inline-block; border: 1.5pt solid #111; padding: 0 2mm; font-weight: 700 }
table { width: 100%; border-collapse: collapse; margin-top: 4mm } thead { display: table-header-group }
th, td { border: .5pt solid #777; padding: 1.5mm 2mm; text-align: start; vertical-align: top } th { background: #eee }
tr { break-inside: avoid } .n { white-space: nowrap } .box { width: 12mm }
</style></head>
<body>
<h1>${escapeHtml(title)}</h1>
${sheet.isSimulated ? `<p class="simulated">${escapeHtml(w.simulated)}</p>` : ''}
<p>${escapeHtml(w.of)} <bdi>${escapeHtml(lang === 'ar' ? area.nameAr : area.nameFr)}</bdi> (<bdi dir="ltr">${escapeHtml(area.code)}</bdi>)</p>
<p>${escapeHtml(w.run)} ${run.id} · ${escapeHtml(date)} · ${escapeHtml(w.rule)} <bdi>${escapeHtml(rule.title[lang])}</bdi> (${rule.version}) · ${escapeHtml(w.way)} ${(routeLengthM(stops) / 1000).toFixed(0)} km</p>
<p><small>${escapeHtml(sentenceOf(rule)[lang])}</small></p>
${sheet.isCut ? `<p><b>${escapeHtml(w.cut)}</b></p>` : ''}
${
  stops.length === 0
    ? `<p>${escapeHtml(w.none)}</p>`
    : `<table><thead><tr><th>#</th><th>${w.place}</th><th>${w.people}</th><th>${w.position}</th><th>${w.measure}</th><th>${w.done}</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`
}
</body></html>
`
}

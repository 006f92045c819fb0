/** A route sheet on paper (A4, in three languages) and as a table. */
import { OPERATOR_NAMES } from '#domain/operator'
import type { Rule } from '#domain/rule'
import { type Need, routeLengthM } from '#domain/verdict'
import { csvTable } from '#formats/export'
import type { AreaRow } from '#store/areas'
import type { RunRow } from '#store/runs'
import type { UndecidedPlace } from '#store/verdicts'
import type { Language } from '../http/languages.js'
import { PAPER_WORDS, escapeHtml, paperHtml, placeNameOf, stopTableHtml } from './paper.js'

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
    ...PAPER_WORDS.en,
    title: 'Route sheet',
    of: 'Undecided places of',
    measure: 'What to measure',
    none: 'No undecided place with people or sites.',
    cut: 'More places than this sheet holds: take its communes one by one.',
    days: (n: number) => `${n} ${n === 1 ? 'day' : 'days'}`,
    times: (n: number) => `${n} times each`,
    otherHours: (n: number) => `${n} other hours`,
    otherDevices: (n: number) => `${n} more devices`,
    close: 'near the limit: more may not decide',
    withheld: 'nothing more of one network alone; measure all again',
    anyOperator: 'any operator',
  },
  fr: {
    ...PAPER_WORDS.fr,
    title: 'Feuille de route',
    of: 'Lieux non tranchés de',
    measure: 'À mesurer',
    none: 'Aucun lieu non tranché avec des habitants ou des sites.',
    cut: 'Plus de lieux que cette feuille n’en contient : prenez les communes une à une.',
    days: (n: number) => `${n} ${n === 1 ? 'jour' : 'jours'}`,
    times: (n: number) => `${n} fois chacun`,
    otherHours: (n: number) => `${n} autres heures`,
    otherDevices: (n: number) => `${n} appareils de plus`,
    close: 'près du seuil : mesurer plus peut ne pas trancher',
    withheld: 'rien de plus d’un seul réseau ; tout mesurer à nouveau',
    anyOperator: 'un opérateur',
  },
  ar: {
    ...PAPER_WORDS.ar,
    title: 'ورقة الطريق',
    of: 'الأماكن غير المحسومة في',
    measure: 'ما يجب قياسه',
    none: 'لا مكان غير محسوم به سكان أو مواقع.',
    cut: 'عدد الأماكن أكبر مما تتسع له الورقة: خذوا الجماعات واحدة واحدة.',
    days: (n: number) => `عدد الأيام ${n}`,
    times: (n: number) => `${n} مرات في اليوم`,
    otherHours: (n: number) => `ساعات أخرى: ${n}`,
    otherDevices: (n: number) => `أجهزة إضافية: ${n}`,
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

const needsHtml = (needs: readonly Need[], rule: Rule, lang: Language): string =>
  needs.map((need) => needHtml(need, rule, lang)).join('<br>') || escapeHtml(WORDS[lang].withheld)

export function routeSheetHtml(sheet: RouteSheet, lang: Language): string {
  const { area, rule, stops } = sheet
  const words = WORDS[lang]
  const areaName = escapeHtml(lang === 'ar' ? area.nameAr : area.nameFr)
  const rows = stops.map((place) => ({ place, cells: [needsHtml(place.needs, rule, lang)] }))
  const body = `<p>${escapeHtml(words.of)} <bdi>${areaName}</bdi> (<bdi dir="ltr">${escapeHtml(area.code)}</bdi>)</p>
${sheet.isCut ? `<p><b>${escapeHtml(words.cut)}</b></p>` : ''}
${stops.length === 0 ? `<p>${escapeHtml(words.none)}</p>` : stopTableHtml(rows, [words.measure], lang)}`
  return paperHtml({ ...sheet, title: words.title, lengthM: routeLengthM(stops) }, body, lang)
}

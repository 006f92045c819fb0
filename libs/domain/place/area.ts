/**
 * Administrative areas by HCP code. A code nests: region `01`, province or prefecture `01.051`, cercle `01.051.07`,
 * commune `01.051.01.01`, and a city with arrondissements `01.511.01.0`. 207 communes changed code between the
 * censuses of 2014 and 2024, so a code means something only together with its vintage.
 */

/**
 * The levels that are stored. The code form of a cercle is recognised too, so that an import can name it when it
 * rejects one.
 */
export const AREA_LEVELS = ['region', 'province', 'commune'] as const
export type AreaLevel = (typeof AREA_LEVELS)[number]

/** GeoJSON order: `[lng, lat]` in WGS 84 degrees. */
export type Position = [number, number]
export interface Polygon {
  type: 'Polygon'
  coordinates: Position[][]
}
export interface MultiPolygon {
  type: 'MultiPolygon'
  coordinates: Position[][][]
}
export type AreaGeometry = Polygon | MultiPolygon

/** An area as it is imported. */
export interface AreaRecord {
  /** Dotted HCP code. */
  code: string
  /** Year of the edition of code and boundary; 0 marks a simulated area. */
  vintage: number
  level: AreaLevel
  /** `province` or `prefecture`, `urban` or `rural`; null for a region. */
  type: string | null
  parentCode: string | null
  nameFr: string
  nameAr: string
  population: number | null
  geometry: AreaGeometry
}

const CODE_FORMS: readonly [AreaLevel | 'cercle', RegExp][] = [
  ['region', /^\d\d$/],
  ['province', /^\d\d\.\d{3}$/],
  ['cercle', /^\d\d\.\d{3}\.\d\d$/],
  ['commune', /^\d\d\.\d{3}\.\d\d\.(\d\d|0)$/],
]

/** Code of the last region; there have been twelve since 2015. */
const LAST_REGION = 12

/** The level of a dotted code, by its form alone; null where it is not a code. */
export function levelOfCode(code: string): AreaLevel | 'cercle' | null {
  const region = Number(code.slice(0, 2))
  if (!(region >= 1 && region <= LAST_REGION)) return null
  return CODE_FORMS.find(([, form]) => form.test(code))?.[0] ?? null
}

/**
 * The code of the area in which the area of a dotted code lies; null for a region. Cercles are skipped: the parent of a
 * commune is its province.
 */
export function parentCodeOf(code: string): string | null {
  const level = levelOfCode(code)
  if (level === 'province') return code.slice(0, 2)
  return level === 'commune' || level === 'cercle' ? code.slice(0, 6) : null
}

/** The dotted form of a code that is written with or without dots and leading zeros; null where it is not a code. */
export function normaliseAreaCode(text: string): string | null {
  const trimmed = text.trim()
  const code = DIGITS.test(trimmed) ? dottedCodeOf(trimmed.replace(/\.0$/, '')) : withRegionZero(trimmed)
  return code !== null && levelOfCode(code) ? code : null
}

/** The digits of a code, with the `.0` that a program adds when it reads a spreadsheet's number as a float. */
const DIGITS = /^\d{1,2}$|^\d{4,9}(\.0)?$/

/** Restores the region's zero, which spreadsheets drop, and removes a closing dot, as in `1.051.01.01.` */
function withRegionZero(text: string): string | null {
  const form = /^(\d{1,2})((?:\.\d+)+)\.?$/.exec(text)
  return form && form[1]!.padStart(2, '0') + form[2]!
}

function dottedCodeOf(digits: string): string | null {
  const all = withLostZeros(digits)
  const parts = [all.slice(0, 2), all.slice(2, 5), all.slice(5, 7), all.slice(7)]
  return parts.filter((part) => part !== '').join('.')
}

/**
 * Restores lost leading zeros. Complete codes have 2, 5, 7 (cercle), 8 (city with arrondissements, ends in a single 0) or 9
 * digits; HCP's tables also write a city in 9 (001511010). A first digit other than 0 means either a region from 10 to 12
 * or a lost zero. The length tells which, except for 7 digits; there a final 0 tells, because no city with arrondissements
 * lies in the regions 10 to 12 and no cercle ends in 0.
 */
function withLostZeros(digits: string): string {
  if (digits.startsWith('0')) return digits.replace(/^00/, '0')
  const hasLostZero = [1, 4, 6, 8].includes(digits.length) || (digits.length === 7 && digits.endsWith('0'))
  return hasLostZero ? `0${digits}` : digits
}

/**
 * Administrative areas by HCP code. A code nests: region `01`, province or prefecture `01.051`, cercle `01.051.07`,
 * commune `01.051.01.01`, and a city with arrondissements `01.511.01.0`. 207 communes changed code between the
 * censuses of 2014 and 2024, so a code means something only together with its vintage.
 */

/** The levels that are loaded; cercles are recognised by their code, to be refused by name. */
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

export interface AreaRecord {
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

/** The twelve regions in force since 2015. */
const LAST_REGION = 12

/** Level of a dotted code, by its form alone; null when it is none. */
export function levelOfCode(code: string): AreaLevel | 'cercle' | null {
  const region = Number(code.slice(0, 2))
  if (!(region >= 1 && region <= LAST_REGION)) return null
  return CODE_FORMS.find(([, form]) => form.test(code))?.[0] ?? null
}

/** The area that a dotted code lies in: cercles are passed over, a commune's parent is its province. */
export function parentCodeOf(code: string): string | null {
  const level = levelOfCode(code)
  if (level === 'province') return code.slice(0, 2)
  return level === 'commune' || level === 'cercle' ? code.slice(0, 6) : null
}

/** The dotted form of a code written with dots or without, leading zeros lost or not; null when it is no code. */
export function normaliseAreaCode(text: string): string | null {
  const written = text.trim()
  const code = DIGITS.test(written) ? dottedCodeOf(written.replace(/\.0$/, '')) : withRegionZero(written)
  return code !== null && levelOfCode(code) ? code : null
}

/** Digits, and the `.0` that a spreadsheet's number gains on its way through a program that reads it as a float. */
const DIGITS = /^\d{1,2}$|^\d{4,9}(\.0)?$/

/** Dotted codes are also published with a closing dot, and lose the region's zero in spreadsheets: `1.051.01.01.` */
function withRegionZero(written: string): string | null {
  const form = /^(\d{1,2})((?:\.\d+)+)\.?$/.exec(written)
  return form && form[1]!.padStart(2, '0') + form[2]!
}

function dottedCodeOf(digits: string): string | null {
  const whole = withLostZeros(digits)
  const parts = [whole.slice(0, 2), whole.slice(2, 5), whole.slice(5, 7), whole.slice(7)]
  return parts.filter((part) => part !== '').join('.')
}

/**
 * Puts lost zeros back. Whole codes have 2, 5, 7 (cercle), 8 (city with arrondissements, ends in a single 0) or 9
 * digits; HCP's tables also write a city in 9 (001511010). A first digit other than 0 is a region of 10 to 12 or a
 * lost zero: the length tells which, save for 7, where no city lies in those regions and no cercle ends in 0.
 */
function withLostZeros(digits: string): string {
  if (digits.startsWith('0')) return digits.replace(/^00/, '0')
  const lost = [1, 4, 6, 8].includes(digits.length) || (digits.length === 7 && digits.endsWith('0'))
  return lost ? `0${digits}` : digits
}

/** Numbers as people write them: with a decimal comma or point, and with spaces, points or commas between thousands. */

/** The sign before the decimals of a file's numbers. The other one, if there is any, stands between thousands. */
export type DecimalMark = 'comma' | 'point'

/** A plain, no-break, thin or narrow no-break space between groups of three digits. */
const THOUSANDS = /(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(\D|$))/g
const NUMBER = /^[+-]?\d+([.,]\d+)?([eE][+-]?\d{1,3})?$/
/** Two groups and more can only be thousands. */
const GROUPED = /^[+-]?\d{1,3}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,})$/
const GROUPED_BY = {
  point: /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/,
  comma: /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/,
} as const

/** Removes the spaces between thousands and writes a plain minus sign. */
const plainText = (text: string): string => text.trim().replace(THOUSANDS, '').replace('−', '-')

/**
 * The number; null when the text is none, or when it can be read in two ways (`1.000,5`, `1,000.5`). A single comma is
 * taken for that before the decimals: see `isAmbiguousNumber`. With a mark, the other sign separates thousands.
 */
export function numberOf(text: string, mark?: DecimalMark): number | null {
  const written = plainText(text)
  if (GROUPED.test(written)) return Number(written.replace(/[.,]/g, ''))
  if (mark && GROUPED_BY[mark].test(written))
    return Number(written.replaceAll(mark === 'point' ? ',' : '.', '').replace(',', '.'))
  if (!NUMBER.test(written) || (mark === 'point' && written.includes(','))) return null
  const value = Number(written.replace(',', '.'))
  return Number.isFinite(value) ? value : null
}

/**
 * Whether a comma may as well separate thousands: `10,240`, but neither `0,125` nor `35,25`. A point may where the other
 * numbers have decimal commas (`hasCommas`); elsewhere it is the decimal point.
 */
export const isAmbiguousNumber = (text: string, hasCommas = false): boolean =>
  (hasCommas ? /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/ : /^[+-]?[1-9]\d{0,2},\d{3}$/).test(plainText(text))

/** A comma before one, two, or more than three digits, or before three that cannot be thousands. */
const DECIMAL_COMMA = /^[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+)(?:\s*[\p{L}%][\p{L}/%.]*)?$/u

/** No number with its unit is longer. */
const MAX_NUMBER_CHARS = 50

/** A point before one, two, or more than three digits, or before three that cannot be thousands. */
const DECIMAL_POINT = /^[+-]?(?:\d+\.(?:\d{1,2}|\d{4,})|0\.\d+)(?:\s*[\p{L}%][\p{L}/%.]*)?$/u

/**
 * Whether one of the cells of a row is a number with a decimal comma. Programs put semicolons between the cells where the
 * comma is the decimal sign, so a row of such a file has them too unless it shows a decimal point.
 */
export const hasDecimalCommas = (cells: readonly string[], isSemicolon = false): boolean =>
  hasNumber(cells, DECIMAL_COMMA) || (isSemicolon && !hasNumber(cells, DECIMAL_POINT))

const hasNumber = (cells: readonly string[], form: RegExp): boolean =>
  cells.some((cell) => cell.length <= MAX_NUMBER_CHARS && form.test(plainText(cell)))

/** The two readings of an ambiguous number, for messages. */
export const readingsOf = (text: string): string => `${numberOf(text, 'comma')} or ${numberOf(text, 'point')}`

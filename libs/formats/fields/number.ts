/** Numbers as people write them: with a decimal comma or point, and spaces between thousands. */

/** A plain, no-break, thin or narrow no-break space between groups of three digits. */
const THOUSANDS = /(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(\D|$))/g
const NUMBER = /^[+-]?\d+([.,]\d+)?([eE][+-]?\d{1,3})?$/

/** The number; null when the text is none, or when it can be read in two ways (`1.000,5`, `1,000.5`). */
export function numberOf(text: string): number | null {
  const written = text.trim().replace(THOUSANDS, '').replace('−', '-')
  if (!NUMBER.test(written)) return null
  const value = Number(written.replace(',', '.'))
  return Number.isFinite(value) ? value : null
}

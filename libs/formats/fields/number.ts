/** Numbers as people write them: decimal comma or point, spaces between thousands. */

/** Plain, no-break, thin and narrow no-break space. */
const THOUSANDS = /(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}(\D|$))/g
const NUMBER = /^[+-]?\d+([.,]\d+)?([eE][+-]?\d{1,3})?$/

/** Null when the text is no number, or one that could mean two (`1.000,5` and `1,000.5`). */
export function numberOf(text: string): number | null {
  const written = text.trim().replace(THOUSANDS, '').replace('−', '-')
  if (!NUMBER.test(written)) return null
  const value = Number(written.replace(',', '.'))
  return Number.isFinite(value) ? value : null
}

/**
 * Spreadsheets take a cell that begins with certain characters for a formula, even in quotes, so CSV gets an apostrophe
 * before them. In French and Arabic they split cells at `;` or a tab, so what follows one of those begins a cell, too.
 * Reading takes off exactly what writing adds: a text that begins with an apostrophe of its own gets another one.
 */
const FORMULA_START = '[=+\\-@\\t\\r＝＋－＠]'
const UNGUARDED = new RegExp(`(^|[;\\t])(?='*${FORMULA_START})`, 'g')
const GUARDED = new RegExp(`(^|[;\\t])'(?='*${FORMULA_START})`, 'g')
/** A quick check, since of a million cells nearly none needs more. */
const MAY_BE_FORMULA = /^['=+\-@\t\r＝＋－＠]|[;\t]/

/** A text as a cell of CSV that no spreadsheet runs. */
export const guardFormulas = (text: string): string =>
  MAY_BE_FORMULA.test(text) ? text.replace(UNGUARDED, "$1'") : text

/** Excel reads `="00123"` as a text with its zeros, so other programs write codes in this way. */
const QUOTED_TEXT = /^="([^"]*)"$/

/** The text of a cell of CSV as it was before `guardFormulas`. */
export function unguardFormulas(cell: string): string {
  const quoted = QUOTED_TEXT.exec(cell)
  return quoted ? quoted[1]! : cell.replace(GUARDED, '$1')
}

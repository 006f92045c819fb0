/** Texts that are neither a value nor an empty cell: what spreadsheets and programs write where there is none. */

/**
 * Error values as Excel (in English, French and Spanish) and LibreOffice (in Arabic, too) write them, and the signs of a
 * column that is too narrow for its numbers.
 */
const ERROR_VALUE =
  /^#(?:N\/?[AD]|[\p{Lu}][\p{Lu}\d/_\s]*[!?¡¿]|¡[\p{Lu}\d/_\s]+!|GETTING_DATA|#{2,})$|^(?:Err|Erreur|خطأ)\s?:\s?\d{3}$/u
const PLACEHOLDER = /^(?:null|nan|undefined|none|n\/a|<na>|\(null\)|\\N|\[object Object\])$/i

/** The reason why a cell with this text has no value; null for all others. */
export function cellFaultOf(text: string): string | null {
  if (!/^[#EnNuU\\[<(خ]/.test(text)) return null
  if (ERROR_VALUE.test(text)) return 'is an error value of the spreadsheet'
  return PLACEHOLDER.test(text) ? MISSING_VALUE : null
}

const MISSING_VALUE = 'stands for a missing value: leave the cell empty'

/** Words that a comment or a code may well be, but neither a name nor an operator. */
const MISSING_WORD =
  /^(?:N[ACD]|n[acd]|[nN]\.\s?[acdACD]\.?|-+|[–—]|\?+|[nN][ée]ant|NÉANT|NEANT|[aA]ucune?|AUCUNE?|لا يوجد|لا توجد)$/

/** The reason why the cell of a name or an operator has no value; null for all others. */
export const missingWordFaultOf = (text: string): string | null =>
  MISSING_WORD.test(text.normalize('NFC')) ? MISSING_VALUE : null

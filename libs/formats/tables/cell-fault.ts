/** Texts that are neither a value nor an empty cell: what spreadsheets and programs write where there is none. */

/**
 * Error values as Excel (in English, French and Spanish) and LibreOffice write them, and the signs of a column that is too
 * narrow for its numbers.
 */
const ERROR_VALUE =
  /^#(?:N\/?[AD]|[\p{Lu}][\p{Lu}\d/_ ]*[!?¡¿]|¡[\p{Lu}\d/_ ]+!|GETTING_DATA|#{2,})$|^Err:\d{3}$/u
const PLACEHOLDER = /^(?:null|nan|undefined|none|n\/a|\\N|\[object Object\])$/i

/** The reason why a cell with this text has no value; null for all others. */
export function cellFaultOf(text: string): string | null {
  if (!/^[#EnNuU\\[]/.test(text)) return null
  if (ERROR_VALUE.test(text)) return 'is an error value of the spreadsheet'
  return PLACEHOLDER.test(text) ? 'stands for a missing value: leave the cell empty' : null
}

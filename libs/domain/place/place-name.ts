/** Folding of names for search, in French and Arabic: different spellings of a place become the same text. */

/**
 * Letters that count as the same and that Unicode's decomposition does not unify. Alef, waw and ya with hamza or madda are
 * decomposed into the letter and a mark, so only the others are listed. Gaf and its Moroccan form ڭ write the g of أكادير.
 */
const SAME_LETTER: Readonly<Record<string, string>> = {
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ة: 'ه',
  ە: 'ه',
  ک: 'ك',
  گ: 'ك',
  ڭ: 'ك',
  ݣ: 'ك',
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
}
const LETTERS = new RegExp(`[${Object.keys(SAME_LETTER).join('')}]`, 'gu')

/** Isolated hamza, tatweel, and apostrophes of every form are removed, so that `M'diq` is found by `mdiq`. */
const SILENT = /[ءـ'’‘ʼʻʿʾ`´′]/gu

/** Marks (accents, Arabic vowels, shadda), and characters that only control direction or joining. */
const MARKS = /[\p{M}\p{Cf}]/gu

const SEPARATORS = /[\s\p{Z}\p{Pd}\p{Pc}\p{Cc}]+/gu

/** The folded text, to be stored for search and to be searched for. Folding a folded text does not change it. */
export function foldName(text: string): string {
  return lowerLetters(text)
    .replace(SILENT, '')
    .replace(MARKS, '')
    .replace(LETTERS, (letter) => SAME_LETTER[letter]!)
    .replace(/[٠-٩]/gu, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(SEPARATORS, ' ')
    .trim()
}

/** Decomposition comes first, because it can produce capitals (™ is TM); lower case never needs decomposition again. */
const lowerLetters = (text: string): string => text.normalize('NFKD').toLowerCase()

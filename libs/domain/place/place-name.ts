/** Folding of names for search, in French and in Arabic: two spellings of one place become one text. */

/**
 * Letters that Unicode's decomposition keeps apart. Alef, waw and ya with hamza or madda fall apart into the letter
 * and a mark, so only the rest is listed. Gaf and its Moroccan form ڭ write the g of أكادير.
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

/** Lone hamza, tatweel, apostrophes of every shape: left out, so that `M'diq` is found by `mdiq`. */
const SILENT = /[ءـ'’‘ʼʻʿʾ`´′]/gu

/** Marks (accents, Arabic vowels, shadda), and characters that only steer direction or joining. */
const MARKS = /[\p{M}\p{Cf}]/gu

const SEPARATORS = /[\s\p{Z}\p{Pd}\p{Pc}\p{Cc}]+/gu

/** The text to store for search and to search for. Folding twice changes nothing. */
export function foldName(text: string): string {
  return lowerLetters(text)
    .replace(SILENT, '')
    .replace(MARKS, '')
    .replace(LETTERS, (letter) => SAME_LETTER[letter]!)
    .replace(/[٠-٩]/gu, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(SEPARATORS, ' ')
    .trim()
}

/** In this order: decomposition can bring capitals (™ is TM); lower case of it leaves nothing to decompose. */
const lowerLetters = (text: string): string => text.normalize('NFKD').toLowerCase()

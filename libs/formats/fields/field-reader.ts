/** Reads the fields of one row: each is a value or the reason why it has none; all reasons of the row are collected. */
import { operatorOf } from '#domain/operator'
import { normaliseAreaCode, levelOfCode } from '#domain/place'
import { CONTROL_CHARACTERS } from '../file/control-characters.js'
import { missingWordFaultOf } from '../tables/cell-fault.js'
import type { NamedRow } from './headers.js'
import { CRS_EXAMPLES } from '../geometry/crs.js'
import { isAmbiguousNumber, numberOf, readingsOf } from './number.js'
import type { Parsed } from './parsed.js'
import { type RowRejection, shortValueText } from './row-rejection.js'

export interface FieldReader<F extends string> {
  /** The parsed cell, or the fallback after a rejection was noted. */
  read: <T>(field: F, parse: (text: string) => Parsed<T>, fallback: T) => T
  /** Notes a rejection; the value is that of the field unless one is given. */
  reject: (field: F, reason: string, value?: string) => void
  rejections: RowRejection[]
}

/** A reader of this row. `codeField` is the field that names the record in the report. */
export function fieldReader<F extends string>(row: NamedRow<F>, codeField: NoInfer<F>): FieldReader<F> {
  const rejections: RowRejection[] = []
  const code = row.cell(codeField) || undefined
  const reject = (field: string, reason: string, value: string) =>
    void rejections.push({ line: row.line, code, field, value: shortValueText(value), reason })
  if (row.extraCells.length > 0) reject('row', TOO_MANY_CELLS, row.extraCells.join(' | '))
  const faulty = new Set<string>(row.faults.map(({ field }) => field))
  for (const { field, value, reason } of row.faults) reject(field, reason, value)
  return {
    rejections,
    reject: (field, reason, value) => reject(field, reason, value ?? row.cell(field)),
    read(field, parse, fallback) {
      // A field with a fault, or one of a row with a fault, was rejected above.
      if (faulty.has(field) || faulty.has('row')) return fallback
      const text = row.cell(field)
      const parsed = CONTROL_CHARACTERS.test(text) ? { reason: 'holds control characters' } : parse(text)
      if ('value' in parsed) return parsed.value
      reject(field, parsed.reason, text)
      return fallback
    },
  }
}

const TOO_MANY_CELLS =
  'there are more cells than columns: a number with a decimal comma needs quotation marks around it'

/** Excel's short form of a long number: 1.23457E+14. */
const SHORT_FORM = /^[+-]?\d(?:[.,]\d+)?E[+-]\d{1,3}$/i

const SHORT_FORM_REASON =
  'is a number in short form, whose other digits are lost: format the column as text and save the list again'

/** Short names of months, as spreadsheets in French and English write them. */
const MONTH =
  '(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
/**
 * A spreadsheet changes a code such as 3-1 into a date, which it writes as `2026-01-03`, `03/01/2026`, `03/01/26`, `03-janv`
 * or `janv-03`.
 */
const DATE_FORM = new RegExp(
  String.raw`^(?:\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|\d\d?\/\d\d?\/\d\d(?:\d\d)?|\d\d?-${MONTH}\.?|${MONTH}\.?-\d\d)$`,
)

const DATE_FORM_REASON =
  'is a date, into which a spreadsheet has probably changed the code: format the column as text and write it again'

/** A code or an id: a text whose every sign counts, but for the apostrophe by which a spreadsheet keeps zeros (`'00123`). */
export function identifier(text: string): Parsed<string> {
  if (text === '') return { reason: 'is missing' }
  if (DATE_FORM.test(text)) return { reason: DATE_FORM_REASON }
  return SHORT_FORM.test(text) ? { reason: SHORT_FORM_REASON } : { value: text.replace(/^'(?=\d)/, '') }
}

export const optionalText = (text: string): Parsed<string | null> => ({ value: text === '' ? null : text })

/** The name of a place or a person: a text, but no word that stands for a missing value. */
export function optionalName(text: string): Parsed<string | null> {
  const reason = missingWordFaultOf(text)
  return reason ? { reason } : optionalText(text)
}

/** The id of the operator that a text names; null for an empty cell. */
export function optionalOperator(text: string): Parsed<string | null> {
  const reason = missingWordFaultOf(text)
  return reason ? { reason } : { value: operatorOf(text) }
}

/** Reads decimal degrees; the limit is 90 for a latitude and 180 for a longitude. */
export const degrees =
  (limit: 90 | 180) =>
  (text: string): Parsed<number> => {
    if (text === '') return { reason: 'is missing' }
    const value = numberOf(text)
    if (value === null) return { reason: 'is not a number of degrees such as 33.97' }
    return Math.abs(value) <= limit
      ? { value }
      : { reason: `lies outside ±${limit}: it looks projected; say in which system, such as ${CRS_EXAMPLES}` }
  }

/** A point before exactly three digits: those of a number with three decimals, or of a thousand. */
const POINT_BEFORE_THREE = /^\+?[1-9]\d{0,2}\.\d{3}$/

/**
 * A whole number that fits PostgreSQL's integer, or null for an empty cell. `1,234` is 1234, since no whole number has
 * decimals; so is `1.234` in a row with decimal commas. Elsewhere `2.000` may be 2 or 2000.
 */
export function optionalCount(text: string, hasCommas = false): Parsed<number | null> {
  if (text === '') return { value: null }
  if (SHORT_FORM.test(text)) return { reason: SHORT_FORM_REASON }
  if (!hasCommas && POINT_BEFORE_THREE.test(text))
    return { reason: `may be ${readingsOf(text)}: write it without a point` }
  const mark = !isAmbiguousNumber(text, hasCommas) ? undefined : text.includes(',') ? 'point' : 'comma'
  const value = numberOf(text, mark)
  return value !== null && Number.isInteger(value) && value >= 0 && value <= 2 ** 31 - 1
    ? { value }
    : { reason: 'is not a whole number' }
}

/** The HCP code of a commune in its canonical form. */
export function communeCode(text: string): Parsed<string> {
  const code = normaliseAreaCode(text)
  if (code !== null && levelOfCode(code) === 'commune') return { value: code }
  return { reason: text === '' ? 'is missing' : 'is not an HCP commune code such as 01.051.01.01' }
}

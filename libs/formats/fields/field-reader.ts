/** Reading the fields of one row: a value or the reason why not, every fault of the row collected. */
import { normaliseAreaCode, levelOfCode } from '#domain/place'
import type { NamedRow } from './headers.js'
import { numberOf } from './number.js'
import type { Parsed } from './parsed.js'
import { type RowRejection, shortValueText } from './refusal.js'

export interface FieldReader<F extends string> {
  /** The parsed cell, or the fallback after a fault was noted. */
  read: <T>(field: F, parse: (text: string) => Parsed<T>, fallback: T) => T
  reject: (field: F, reason: string, value?: string) => void
  rejections: RowRejection[]
}

/** Characters that no text column of PostgreSQL holds (NUL), or that only a damaged file has. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** Reads a row field by field. `codeField` is the one that names the record in the report. */
export function fieldReader<F extends string>(row: NamedRow<F>, codeField: NoInfer<F>): FieldReader<F> {
  const faults: RowRejection[] = []
  const code = row.cell(codeField) || undefined
  const refuse = (field: string, reason: string, value: string) =>
    void faults.push({ line: row.line, code, field, value: shortValueText(value), reason })
  if (row.extraCells.length > 0) refuse('row', TOO_MANY_CELLS, row.extraCells.join(' | '))
  return {
    rejections: faults,
    reject: (field, reason, value) => refuse(field, reason, value ?? row.cell(field)),
    read(field, parse, fallback) {
      const text = row.cell(field)
      const parsed = CONTROL_CHARACTERS.test(text) ? { reason: 'holds control characters' } : parse(text)
      if ('value' in parsed) return parsed.value
      refuse(field, parsed.reason, text)
      return fallback
    },
  }
}

const TOO_MANY_CELLS =
  'there are more cells than columns: a number with a decimal comma needs quotation marks around it'

export const requiredText = (text: string): Parsed<string> =>
  text === '' ? { reason: 'is missing' } : { value: text }

export const optionalText = (text: string): Parsed<string | null> => ({ value: text === '' ? null : text })

/** Degrees; the limit is 90 for a latitude and 180 for a longitude. */
export const degrees =
  (limit: 90 | 180) =>
  (text: string): Parsed<number> => {
    if (text === '') return { reason: 'is missing' }
    const value = numberOf(text)
    if (value === null) return { reason: 'is not a number of degrees such as 33.97' }
    return Math.abs(value) <= limit ? { value } : { reason: `lies outside ±${limit}: it looks projected` }
  }

export function optionalCount(text: string): Parsed<number | null> {
  if (text === '') return { value: null }
  const value = numberOf(text)
  return value !== null && Number.isInteger(value) && value >= 0 && value <= 2 ** 31 - 1
    ? { value }
    : { reason: 'is not a whole number' }
}

export function communeCode(text: string): Parsed<string> {
  const code = normaliseAreaCode(text)
  if (code !== null && levelOfCode(code) === 'commune') return { value: code }
  return { reason: text === '' ? 'is missing' : 'is not an HCP commune code such as 01.051.01.01' }
}

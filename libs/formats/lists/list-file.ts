/** The options and results that all lists have in common. */
import type { RowRejection } from '../fields/row-rejection.js'
import type { Crs } from '../geometry/crs.js'
import type { DecimalMark } from '../fields/number.js'

/** Answers that a person gives where the file itself does not. */
export interface ListOptions {
  /** The file's name, for messages. */
  name?: string | undefined
  /** The sheet of a workbook. */
  sheet?: string | undefined
  /** The reference system of the positions. */
  crs?: Crs | undefined
  decimal?: DecimalMark | undefined
}

export interface ListFile {
  /** Rows read, without the header and without empty ones: each is a record, or has a rejection. */
  rowCount: number
  /** All reasons of all rows; a row with a rejection gives no record. */
  rejections: RowRejection[]
  /** Notes for people: what was assumed, converted or not read. */
  notes: string[]
}

/** Rows that have a rejection; one may have several. */
export const rejectedRowCount = (rejections: readonly RowRejection[]): number =>
  new Set(rejections.map(({ line }) => line)).size

/**
 * Takes out the records whose code has probably lost its leading zeros: a number, where another code of the list is a
 * longer one with zeros before it. A spreadsheet drops them when it takes a code for a number.
 */
export function rejectLostZeros<T>(
  records: readonly { record: T; line: number; code: string }[],
  rejections: RowRejection[],
): T[] {
  const padded = records.filter(({ code }) => /^0\d+$/.test(code)).map(({ code }) => code)
  const length = Math.max(0, ...padded.map((code) => code.length))
  const example = padded.find((code) => code.length === length)
  const isLost = (code: string) => /^[1-9]\d*$/.test(code) && code.length < length
  for (const { code, line } of records)
    if (isLost(code))
      rejections.push({
        line,
        code,
        field: 'code',
        value: code,
        reason: `is shorter than ${example}: its leading zeros are probably lost; format the column as text`,
      })
  return records.filter(({ code }) => !isLost(code)).map(({ record }) => record)
}

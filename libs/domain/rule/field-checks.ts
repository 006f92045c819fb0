/** Checks of single fields of data that people write as JSON: rules, the catalogue of platforms. */

import type { Rejection } from '../probe/plausibility.js'

/** Gives the requirement that a value fails; null if the value is valid. */
export type Check = (value: unknown) => string | null

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNumberBetween = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max
export const numberCheck =
  (min: number, max: number): Check =>
  (value) =>
    isNumberBetween(value, min, max) ? null : `must be a number from ${min} to ${max}`
export const integerCheck =
  (min: number, max: number): Check =>
  (value) =>
    isNumberBetween(value, min, max) && Number.isInteger(value)
      ? null
      : `must be a whole number from ${min} to ${max}`
export const nullableCheck =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value)
export const booleanCheck: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')
export const textCheck =
  (maxLength: number, pattern = /\S/u, form = ''): Check =>
  (value) =>
    typeof value === 'string' && value.length <= maxLength && pattern.test(value)
      ? null
      : `must be a text of 1 to ${maxLength} characters${form}`

/** A text in each language of the page. */
export const wordsCheck =
  (maxLength: number): Check =>
  (value) =>
    isObject(value) && ['en', 'fr', 'ar'].every((lang) => textCheck(maxLength)(value[lang]) === null)
      ? null
      : 'must have a text for each of en, fr and ar'

/** Whole local hours, `from` included and `to` excluded. */
export const hoursCheck: Check = (value) =>
  isObject(value) &&
  integerCheck(0, 23)(value['from']) === null &&
  integerCheck(1, 24)(value['to']) === null &&
  (value['from'] as number) < (value['to'] as number)
    ? null
    : 'must have whole hours, from (0 to 23) below to (1 to 24)'

/** One of the values of a list. */
export const choiceCheck =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value) ? null : `must be one of ${values.join(', ')}`

/** A list of values of another list, each at most once. */
export const listCheck =
  (values: readonly unknown[], minLength: number): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length >= minLength &&
    new Set(value).size === value.length &&
    value.every((one) => values.includes(one))
      ? null
      : `must be a list without repetition of ${values.join(', ')}`

/** The faults of an object, field by field; fields without a check are faults, too. `of` names what the object is. */
export function fieldRejections(
  of: string,
  checks: Readonly<Record<string, Check>>,
  data: Readonly<Record<string, unknown>>,
  ignored: readonly string[] = [],
): Rejection[] {
  const unknownFields = Object.keys(data).filter((field) => !(field in checks) && !ignored.includes(field))
  return [
    ...unknownFields.map((field) => ({ field, reason: `${field} is not a field of ${of}` })),
    ...Object.entries(checks).flatMap(([field, check]) => {
      const requirement = check(data[field])
      return requirement
        ? [{ field, reason: `${field} ${requirement}; it is ${JSON.stringify(data[field]) ?? 'missing'}` }]
        : []
    }),
  ]
}

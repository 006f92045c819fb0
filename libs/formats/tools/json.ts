/** Reads members of a document of unknown shape; a member of the wrong type is named with its value. */
import { isObject, type JsonObject } from '../file/json-object.js'
import { isTooDeep } from '../file/nesting.js'
import { UnreadableResultError } from './draft.js'

export type Json = JsonObject

/** `end.sum_received.bytes`, or the single names where one of them contains a dot. */
type Path = string | readonly string[]

/** The member at a path; undefined where there is none. */
export function memberAt(document: unknown, path: Path): unknown {
  let value = document
  for (const name of typeof path === 'string' ? path.split('.') : path) {
    if (Array.isArray(value) && /^\d+$/.test(name)) value = value[Number(name)]
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name]
    else return undefined
  }
  return value
}

const shortValueText = (value: unknown): string =>
  isTooDeep(value) ? 'nested too deeply' : (JSON.stringify(value) ?? String(value)).slice(0, 80)

/** A number, which may be written as a text (LibreSpeed); null where the member is missing, null or empty. */
export function numberAt(document: unknown, path: string): number | null {
  const value = memberAt(document, path)
  if (value === undefined || value === null || value === '') return null
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new UnreadableResultError(path, `${path} is ${shortValueText(value)}: must be a number`)
}

/** A text; null where the member is missing, null or empty. */
export function textAt(document: unknown, path: Path): string | null {
  const value = memberAt(document, path)
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  throw new UnreadableResultError(String(path), `${String(path)} is ${shortValueText(value)}: must be a text`)
}

/** RFC 3339 in UTC, of an ISO 8601 time with its offset; null where the member is missing. */
export function timeAt(document: unknown, path: string): string | null {
  const text = textAt(document, path)
  if (text === null) return null
  const ms = /[Zz]|[+-]\d\d:?\d\d$/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(ms))
    throw new UnreadableResultError(
      path,
      `${path} is ${shortValueText(text)}: must be a time with its offset`,
    )
  return new Date(ms).toISOString()
}

/** The number times `factor`, rounded, since speeds are whole bits per second. */
export function scaledAt(document: unknown, path: string, factor: number): number | null {
  const value = numberAt(document, path)
  return value === null ? null : Math.round(value * factor)
}

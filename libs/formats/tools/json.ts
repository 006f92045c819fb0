/** Reads members of a document of unknown shape; a member of the wrong type is named with its value. */
import { type CivilZone, parseInstant } from '../civil-time/index.js'
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

/**
 * RFC 3339 in UTC; null where the member is missing. A time without an offset is the country's civil time, or UTC for tools
 * that write that. Seconds or milliseconds since 1970 may be a number.
 */
export function timeAt(document: unknown, path: string, zone: CivilZone = 'local'): string | null {
  const value = memberAt(document, path)
  const text = typeof value === 'number' ? String(value) : textAt(document, path)
  if (text === null) return null
  const time = parseInstant(text, zone)
  if ('value' in time) return time.value
  throw new UnreadableResultError(
    path,
    `${path} is ${shortValueText(value)}: must be a time such as 2026-03-01T09:30:00Z`,
  )
}

/** The number times `factor`, rounded, since speeds are whole bits per second. */
export function scaledAt(document: unknown, path: string, factor: number): number | null {
  const value = numberAt(document, path)
  return value === null ? null : Math.round(value * factor)
}

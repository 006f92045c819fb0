/** Reading members of a document of unknown shape: a wrong type is a fault that names the member and the value. */
import { isTooDeep } from '../file/nesting.js'
import { UnreadableResultError } from './draft.js'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `end.sum_received.bytes`, or its names where one of them holds a dot. */
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

/** A number, or a text that is one (LibreSpeed); null where the member is missing, null or empty. */
export function numberAt(document: unknown, path: string): number | null {
  const value = memberAt(document, path)
  if (value === undefined || value === null || value === '') return null
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new UnreadableResultError(path, `${path} is ${shortValueText(value)}: a number is needed`)
}

export function textAt(document: unknown, path: Path): string | null {
  const value = memberAt(document, path)
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  throw new UnreadableResultError(
    String(path),
    `${String(path)} is ${shortValueText(value)}: a text is needed`,
  )
}

/** RFC 3339 of a time in ISO 8601 with its offset; null where the member is missing. */
export function timeAt(document: unknown, path: string): string | null {
  const text = textAt(document, path)
  if (text === null) return null
  const ms = /[Zz]|[+-]\d\d:?\d\d$/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(ms))
    throw new UnreadableResultError(
      path,
      `${path} is ${shortValueText(text)}: a time with its offset is needed`,
    )
  return new Date(ms).toISOString()
}

/** `factor` times the number, rounded: speeds are whole bits a second. */
export function scaledAt(document: unknown, path: string, factor: number): number | null {
  const value = numberAt(document, path)
  return value === null ? null : Math.round(value * factor)
}

/** Literals of CQL2: which type a column is compared with, and how each is written. */
import type { ColumnType, FilterShape, Literal } from '#domain/feature'
import type { Position } from '#domain/place'
import { hasMoreCrossingsThan } from '../geometry/crossings.js'
import { type Token, unexpectedTokenError } from './tokens.js'

/** Crossing edges of one shape. A drawing has a few; a hundred corners can have thousands, and each of them costs time. */
const MAX_CROSSINGS = 250

/** The literal that a column of each type is compared with, and how an error message asks for it. */
export const LITERALS: Record<ColumnType, { type: Literal['type']; expected: string }> = {
  text: { type: 'text', expected: "a text in '…'" },
  integer: { type: 'number', expected: 'a number' },
  number: { type: 'number', expected: 'a number' },
  boolean: { type: 'boolean', expected: 'TRUE or FALSE' },
  date: { type: 'date', expected: "DATE('2026-03-01')" },
  time: { type: 'time', expected: "TIMESTAMP('2026-03-01T09:00:00Z')" },
}

export function numberOfToken(token: Token): number {
  const value = token.kind === 'number' ? Number(token.text) : NaN
  if (!Number.isFinite(value)) throw unexpectedTokenError(token, 'a number')
  return value
}

/** A calendar day; 31 February is rejected instead of becoming 3 March. */
export function dayOfToken(token: Token): string {
  const day = token.kind === 'text' && /^\d{4}-\d\d-\d\d$/.test(token.text) ? new Date(token.text) : null
  if (!day || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== token.text)
    throw unexpectedTokenError(token, "a day like '2026-03-01'")
  return token.text
}

/** OGC 21-065r2 allows UTC only. */
const TIMESTAMP_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/** RFC 3339 in UTC, with milliseconds. */
export function timestampOfToken(token: Token): string {
  const ms = token.kind === 'text' && TIMESTAMP_PATTERN.test(token.text) ? Date.parse(token.text) : NaN
  if (Number.isNaN(ms)) throw unexpectedTokenError(token, "a moment like '2026-03-01T09:00:00Z'")
  return new Date(ms).toISOString()
}

/** A box of four numbers, or of six with heights, which are ignored. `token` is the word BBOX. */
export function boxOf(token: Token, numbers: readonly number[]): FilterShape {
  const flat = numbers.length === 6 ? [0, 1, 3, 4].map((i) => numbers[i]) : numbers
  const [west, south, east, north] = flat as [number, number, number, number]
  if (flat.length !== 4 || west > east || south > north)
    throw unexpectedTokenError(token, 'BBOX(west, south, east, north) with west <= east and south <= north')
  return { type: 'Box', box: { west, south, east, north } }
}

/** Checks that a ring is closed. `token` is its opening bracket. */
export function closedRingOf(token: Token, ring: Position[]): Position[] {
  const [first, last] = [ring[0]!, ring.at(-1)!]
  if (ring.length < 4 || first[0] !== last[0] || first[1] !== last[1])
    throw unexpectedTokenError(token, 'a ring of at least four positions that ends where it begins')
  return ring
}

/** The shape, if its edges cross few times enough to be made valid. `token` is its first word. */
export function shapeWithFewCrossings(
  token: Token,
  rings: readonly Position[][],
  shape: FilterShape,
): FilterShape {
  if (hasMoreCrossingsThan(rings, MAX_CROSSINGS))
    throw unexpectedTokenError(token, `a shape whose edges cross at most ${MAX_CROSSINGS} times`)
  return shape
}

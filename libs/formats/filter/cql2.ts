/**
 * CQL2 text (OGC 21-065r2): what the conformance classes Basic CQL2, Advanced Comparison Operators and Basic Spatial
 * Functions ask for, polygons, and T_AFTER, T_BEFORE, T_DURING, T_EQUALS and T_INTERSECTS of a property with a literal.
 */
import type { Column, Filter } from '#domain/feature'
import { Cql2Parser } from './parser.js'
import { Cql2SyntaxError } from './tokens.js'

/** Characters. A shape of some hundred corners fits. */
export const MAX_FILTER_LENGTH = 8_000

/** The filter, or the reason why the text is none: the position of the error and what stands there. */
export type FilterParseResult = { filter: Filter } | { reason: string }

/** Reads a filter over these columns. Never throws for a wrong text. */
export function readCql2(text: string, columns: readonly Column[]): FilterParseResult {
  if (text.length > MAX_FILTER_LENGTH)
    return { reason: `filter is ${text.length} characters long; the maximum is ${MAX_FILTER_LENGTH}` }
  try {
    return { filter: new Cql2Parser(text, columns).parseFilter() }
  } catch (error) {
    if (error instanceof Cql2SyntaxError) return { reason: error.message }
    throw error
  }
}

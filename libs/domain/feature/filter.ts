/** Filters: conditions on the properties and the place of features. A null property makes a condition unknown, as in SQL. */
import type { MultiPolygon, Polygon, Position } from '../place/area.js'
import type { Bounds } from '../probe/plausibility.js'

export type Literal =
  | { type: 'text'; value: string }
  | { type: 'number'; value: number }
  | { type: 'boolean'; value: boolean }
  /** A day as YYYY-MM-DD. */
  | { type: 'date'; value: string }
  /** RFC 3339 in UTC, as `Date.toISOString` writes it. */
  | { type: 'time'; value: string }

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A shape in degrees of WGS 84. */
export type FilterShape =
  { type: 'Point'; coordinates: Position } | { type: 'Box'; box: Bounds } | Polygon | MultiPolygon

/** A filter as a tree of conditions. */
export type Filter =
  | { op: 'and' | 'or'; of: readonly Filter[] }
  | { op: 'not'; of: Filter }
  | { op: 'always'; value: boolean }
  | { op: Comparison; property: string; value: Literal }
  /** `%` in a pattern matches any text, `_` one character; `\` takes the next character literally. */
  | { op: 'like'; property: string; pattern: string }
  | { op: 'between'; property: string; low: Literal; high: Literal }
  | { op: 'in'; property: string; values: readonly Literal[] }
  | { op: 'isNull'; property: string }
  | { op: 'intersects'; shape: FilterShape }

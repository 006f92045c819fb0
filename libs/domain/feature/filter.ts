/** What a reader asks of features: conditions on their properties and their place. Null answers neither yes nor no, as in SQL. */
import type { MultiPolygon, Polygon, Position } from '../place/area.js'
import type { Bounds } from '../probe/plausibility.js'

export type Literal =
  | { type: 'text'; value: string }
  | { type: 'number'; value: number }
  | { type: 'boolean'; value: boolean }
  /** YYYY-MM-DD. */
  | { type: 'date'; value: string }
  /** RFC 3339 in UTC, as `Date` writes it. */
  | { type: 'time'; value: string }

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/** In degrees. */
export type FilterShape =
  { type: 'Point'; coordinates: Position } | { type: 'Box'; box: Bounds } | Polygon | MultiPolygon

export type Filter =
  | { op: 'and' | 'or'; of: readonly Filter[] }
  | { op: 'not'; of: Filter }
  | { op: 'always'; value: boolean }
  | { op: Comparison; property: string; value: Literal }
  /** `%` stands for any text, `_` for one character, `\` takes the next as it is. */
  | { op: 'like'; property: string; pattern: string }
  | { op: 'between'; property: string; low: Literal; high: Literal }
  | { op: 'in'; property: string; values: readonly Literal[] }
  | { op: 'isNull'; property: string }
  | { op: 'intersects'; shape: FilterShape }

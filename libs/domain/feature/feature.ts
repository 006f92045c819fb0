/** Features: places with properties, as the GIS services and the exports give them out. */
import type { MultiPolygon, Polygon, Position } from '../place/area.js'

/** Values of `time` (RFC 3339 in UTC) and `date` (YYYY-MM-DD) are texts. `integer` may exceed 32 bits, but not 2^53. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'time'

/** A property that the features of a collection have. */
export interface Column {
  /** Name in snake_case, as in the database. */
  name: string
  type: ColumnType
  unit?: string
  about: string
}

export type FeatureValue = string | number | boolean | null

/** Positions are [lng, lat] in degrees, unless the geometry was projected. */
export type FeatureGeometry = { type: 'Point'; coordinates: Position } | Polygon | MultiPolygon

export interface Feature {
  id: string
  geometry: FeatureGeometry
  properties: Record<string, FeatureValue>
}

/** A span of time; both ends are milliseconds since 1970 and included, null if open. */
export interface TimeSpan {
  from: number | null
  to: number | null
}

/** Places with properties, as they leave the house: GIS services and files. */
import type { MultiPolygon, Polygon, Position } from '../place/area.js'

/** `time` is RFC 3339 in UTC, `date` YYYY-MM-DD; both travel as text. `integer` may exceed 32 bits, never 2^53. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'time'

export interface Column {
  /** snake_case, as the database has it. */
  name: string
  type: ColumnType
  unit?: string
  about: string
}

export type FeatureValue = string | number | boolean | null

/** In degrees, [lng, lat], unless projected. */
export type FeatureGeometry = { type: 'Point'; coordinates: Position } | Polygon | MultiPolygon

export interface Feature {
  id: string
  geometry: FeatureGeometry
  properties: Record<string, FeatureValue>
}

/** Moments in milliseconds since 1970, both included; null where open. */
export interface TimeSpan {
  from: number | null
  to: number | null
}

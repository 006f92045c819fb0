/** A feature of any file, as it was read: nothing of it has been checked yet. */
import { isObject } from '../file/json-object.js'

export interface RawFeature {
  id?: unknown
  properties: Record<string, unknown>
  /** A GeoJSON geometry, not yet checked; null if the feature has none. */
  geometry: unknown
  /** The reason why the geometry could not be decoded. */
  geometryError?: string
  /** The reason why the whole feature cannot be trusted. */
  fault?: string
}

/** A member of a GeoJSON FeatureCollection; whatever is no object becomes a feature without anything. */
export function rawFeatureOf(value: unknown): RawFeature {
  if (!isObject(value)) return { properties: {}, geometry: null }
  const { id, properties, geometry = null } = value
  return { id, properties: isObject(properties) ? { ...properties } : {}, geometry }
}

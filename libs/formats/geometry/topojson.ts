/** TopoJSON to GeoJSON features, one object at a time so that one damaged arc spoils one feature only. */
import type { GeoJsonProperties } from 'geojson'
import { feature } from 'topojson-client'
import type { GeometryObject, Topology } from 'topojson-specification'

type Member = GeometryObject<GeoJsonProperties>

export interface RawFeature {
  id?: unknown
  properties: Record<string, unknown>
  /** As it came: to be checked before it is believed. */
  geometry: unknown
  /** Why the geometry could not be decoded. */
  geometryError?: string
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isTopology = (document: unknown): document is Topology =>
  isObject(document) &&
  document.type === 'Topology' &&
  Array.isArray(document.arcs) &&
  isObject(document.objects)

/** Features of all objects of the topology, collections taken apart. */
export function featuresOfTopology(topology: Topology): RawFeature[] {
  return Object.values(topology.objects)
    .flatMap((object) => membersOf(object))
    .map((member) => decodedFeature(topology, member))
}

function membersOf(object: Member): Member[] {
  if (!isObject(object)) return []
  if (object.type !== 'GeometryCollection' || !Array.isArray(object.geometries)) return [object]
  return object.geometries.flatMap((member) => membersOf(member))
}

function decodedFeature(topology: Topology, member: Member): RawFeature {
  const { id, properties } = member
  const raw = { id, properties: isObject(properties) ? properties : {} }
  try {
    const decoded = feature(topology, member)
    return { ...raw, geometry: 'geometry' in decoded ? decoded.geometry : null }
  } catch {
    return { ...raw, geometry: null, geometryError: 'points to arcs that the file does not have' }
  }
}

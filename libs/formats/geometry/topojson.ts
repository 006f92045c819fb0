/** TopoJSON to GeoJSON features, one object at a time, so that a damaged arc affects one feature only. */
import type { GeoJsonProperties } from 'geojson'
import { feature } from 'topojson-client'
import type { GeometryObject, Topology } from 'topojson-specification'
import { isObject } from '../file/json-object.js'
import type { RawFeature } from './raw-feature.js'

type Member = GeometryObject<GeoJsonProperties>

export const isTopology = (document: unknown): document is Topology =>
  isObject(document) &&
  document.type === 'Topology' &&
  Array.isArray(document.arcs) &&
  isObject(document.objects)

/** The features of all objects of a topology; members of collections are listed one by one. */
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

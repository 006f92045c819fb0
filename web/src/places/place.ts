/** Zones, localities and sites as the server tells of them in a run. */
import type { Geometry } from 'geojson'
import type { AreaDetail, Schemas } from '../api.js'

export type Zone = Schemas['ZoneWithEvents']
export type Locality = Schemas['LocalityAnswer']
export type Site = Schemas['SiteAnswer']

/** With the smallest known area around it. */
export type Place = ({ zone: Zone } | { locality: Locality } | { site: Site }) & { area: AreaDetail | null }

export const isPlace = (detail: object): detail is Place =>
  'zone' in detail || 'locality' in detail || 'site' in detail

export function areaCodeOf(place: { zone: Zone } | { locality: Locality } | { site: Site }): string | null {
  if ('zone' in place) return place.zone.communeCode ?? place.zone.provinceCode ?? place.zone.regionCode
  return 'site' in place ? place.site.communeCode : place.locality.communeCode
}

/** Where it is: what the map marks. */
export function geometryOf(place: Place): Geometry {
  if ('zone' in place) return place.zone.geometry
  const { lng, lat } = 'site' in place ? place.site : place.locality
  return { type: 'Point', coordinates: [lng, lat] }
}

/** Selectable items that are neither cells nor areas: zones, localities, sites, plan items. */
import type { Geometry } from 'geojson'
import type { AreaDetail, Locality, PlanDetail, Site, Zone } from '../api/schemas.js'

/** A place with the smallest area around it; null if that is unknown. */
export type PlaceDetail = PlaceRecord & { area: AreaDetail | null }
export type PlaceRecord = { zone: Zone } | { locality: Locality } | { site: Site } | { plan: PlanDetail }

export const isPlace = (detail: object): detail is PlaceDetail =>
  'zone' in detail || 'locality' in detail || 'site' in detail || 'plan' in detail

export function areaCodeOf(place: PlaceRecord): string | null {
  if ('zone' in place) return place.zone.communeCode ?? place.zone.provinceCode ?? place.zone.regionCode
  if ('plan' in place) return newestVersionOf(place.plan).areaCode
  return 'site' in place ? place.site.communeCode : place.locality.communeCode
}

/** Geometry that the map marks. */
export function geometryOf(place: PlaceDetail): Geometry {
  if ('zone' in place) return place.zone.geometry
  const { lng, lat } = pointOf(place)
  return { type: 'Point', coordinates: [lng, lat] }
}

export function pointOf(place: Exclude<PlaceDetail, { zone: Zone }>): { lat: number; lng: number } {
  if ('plan' in place) return newestVersionOf(place.plan)
  return 'site' in place ? place.site : place.locality
}

/** The newest version; a withdrawn item has one too. */
const newestVersionOf = ({ versions }: PlanDetail) => versions[0]!

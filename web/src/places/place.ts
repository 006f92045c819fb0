/** Zones, localities, sites and items of the plan as the server tells of them. */
import type { Geometry } from 'geojson'
// Not by api.ts, which builds on this.
import type { components } from '../../../dist/openapi.d.ts'

type Schemas = components['schemas']

export type Zone = Schemas['ZoneWithEvents']
export type Locality = Schemas['LocalityAnswer']
export type Site = Schemas['SiteAnswer']
export type PlanDetail = Schemas['PlanDetail']

/** With the smallest known area around it. */
export type PlaceDetail = PlaceRecord & { area: Schemas['AreaDetail'] | null }
type PlaceRecord = { zone: Zone } | { locality: Locality } | { site: Site } | { plan: PlanDetail }

export const isPlace = (detail: object): detail is PlaceDetail =>
  'zone' in detail || 'locality' in detail || 'site' in detail || 'plan' in detail

export function areaCodeOf(place: PlaceRecord): string | null {
  if ('zone' in place) return place.zone.communeCode ?? place.zone.provinceCode ?? place.zone.regionCode
  if ('plan' in place) return newestOf(place.plan).areaCode
  return 'site' in place ? place.site.communeCode : place.locality.communeCode
}

/** Where it is: what the map marks. */
export function geometryOf(place: PlaceDetail): Geometry {
  if ('zone' in place) return place.zone.geometry
  const { lng, lat } = pointOf(place)
  return { type: 'Point', coordinates: [lng, lat] }
}

export function pointOf(place: Exclude<PlaceDetail, { zone: Zone }>): { lat: number; lng: number } {
  if ('plan' in place) return newestOf(place.plan)
  return 'site' in place ? place.site : place.locality
}

/** Also of an item that was withdrawn. */
const newestOf = ({ versions }: PlanDetail) => versions[0]!

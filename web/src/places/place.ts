/** Zones, localities and sites as the server tells of them in a run. */
import type { Class, SiteType, Technology, ZoneEventKind } from '#domain'
import type { Geometry } from 'geojson'
import type { AreaDetail } from '../api.js'

export interface Zone {
  id: string
  class: Class
  communeCode: string | null
  provinceCode: string | null
  regionCode: string | null
  cellCount: number
  /** Of its localities; null: none is known. */
  population: number | null
  siteCount: number
  bbox: [number, number, number, number]
  geometry: Geometry
  /** The newest first. */
  events: {
    run: number
    at: string
    zone: string
    kind: ZoneEventKind
    cellsBefore: number
    cellsAfter: number
    other: string | null
  }[]
}

export interface Locality {
  id: string
  nameFr: string
  nameAr: string | null
  kind: string
  population: number | null
  communeCode: string | null
  lat: number
  lng: number
  h3: string
  /** Null: nobody measured there. */
  class: Class | null
}

export interface Site {
  code: string
  name: string
  nameAr: string | null
  type: SiteType
  communeCode: string
  lat: number
  lng: number
  h3: string
  operator: string | null
  technology: Technology | null
  contractedDownBps: number | null
  contractedUpBps: number | null
  simulated: boolean
  class: Class | null
  probes: number
  /** YYYY-MM-DD; null: never in the window. */
  lastMeasuredOn: string | null
}

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

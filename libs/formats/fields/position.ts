/** Positions: the columns that hold them, and those that cannot be where they say. */
import { degrees, type FieldReader } from './field-reader.js'

/** Headers of a latitude and a longitude. Lists of places also call them `y` and `x`; results of tests do not. */
export const LATITUDE_HEADERS = ['lat', 'latitude', 'y', 'خط العرض'] as const
export const LONGITUDE_HEADERS = ['lng', 'lon', 'long', 'longitude', 'x', 'خط الطول'] as const

/** Box around the country with about 50 km to spare, WGS 84 degrees. Swapped positions never fall into it. */
const MOROCCO = { south: 20.3, north: 36.4, west: -17.6, east: -0.5 }

/** Degrees, WGS 84. */
export const isInMorocco = (lat: number, lng: number): boolean =>
  lat >= MOROCCO.south && lat <= MOROCCO.north && lng >= MOROCCO.west && lng <= MOROCCO.east

/** Outside the country, but inside when latitude and longitude change places. */
export const isSwapped = (lat: number, lng: number): boolean =>
  !isInMorocco(lat, lng) && isInMorocco(lng, lat)

export const SWAPPED_REASON = 'latitude and longitude are swapped'

interface Position {
  lat: number
  lng: number
}

/** The position in the columns `lat` and `lng`; NaN where one was rejected. */
export function readPosition(reader: FieldReader<'lat' | 'lng'>): Position {
  return { lat: reader.read('lat', degrees(90), NaN), lng: reader.read('lng', degrees(180), NaN) }
}

/** Rejects a position that is swapped. One that is NaN was rejected before. */
export function rejectSwapped(reader: FieldReader<'lat'>, { lat, lng }: Position): void {
  if (isSwapped(lat, lng)) reader.reject('lat', SWAPPED_REASON, `${lat}, ${lng}`)
}

/** Rejects a position that is swapped or abroad. One that is NaN was rejected before. */
export function rejectOutsideMorocco(reader: FieldReader<'lat'>, position: Position): void {
  const { lat, lng } = position
  rejectSwapped(reader, position)
  if (!Number.isNaN(lat + lng) && !isInMorocco(lat, lng) && !isSwapped(lat, lng))
    reader.reject('lat', 'lies outside Morocco', `${lat}, ${lng}`)
}

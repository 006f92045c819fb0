/** Decides which positions can be in the country. */

/** Box around the country with about 50 km to spare, WGS 84 degrees. Swapped positions never fall into it. */
const MOROCCO = { south: 20.3, north: 36.4, west: -17.6, east: -0.5 }

/** Degrees, WGS 84. */
export const isInMorocco = (lat: number, lng: number): boolean =>
  lat >= MOROCCO.south && lat <= MOROCCO.north && lng >= MOROCCO.west && lng <= MOROCCO.east

/** Outside the country, but inside when latitude and longitude change places. */
export const isSwapped = (lat: number, lng: number): boolean =>
  !isInMorocco(lat, lng) && isInMorocco(lng, lat)

export const SWAPPED_REASON = 'latitude and longitude are swapped'

/** Positions that cannot be where they say. */

/** Box around the country with about 50 km to spare, WGS 84 degrees. Swapped positions never fall into it. */
const MOROCCO = { south: 20.3, north: 36.4, west: -17.6, east: -0.5 }

export const isInMorocco = (lat: number, lng: number): boolean =>
  lat >= MOROCCO.south && lat <= MOROCCO.north && lng >= MOROCCO.west && lng <= MOROCCO.east

/** Outside the country, and inside once the two are exchanged. */
export const isSwapped = (lat: number, lng: number): boolean =>
  !isInMorocco(lat, lng) && isInMorocco(lng, lat)

export const SWAPPED_REASON = 'latitude and longitude are exchanged'

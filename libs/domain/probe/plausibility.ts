/** Conditions that a probe must satisfy to be taken as a measurement. */
import type { ProbeInput } from './probe.js'

/** Degrees, WGS 84. */
export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

/** Morocco's twelve regions with a margin of about 10 km (extent of the regions: 20.76..35.93 N, 17.11..0.99 W). */
export const MOROCCO_BOUNDS: Bounds = { west: -17.25, south: 20.65, east: -0.9, north: 36.05 }

/** Above any access line sold today; a larger figure was sent in the wrong unit. */
export const MAX_SPEED_BPS = 100e9
/** None of the tools that we read existed before this; an unset clock says 1970 or 2000. */
export const MIN_MEASURED_AT_MS = Date.UTC(2010, 0, 1)
/** A clock may run ahead of ours by this much. */
export const MAX_CLOCK_AHEAD_MS = 5 * 60_000

export interface Rejection {
  field: string
  reason: string
}

type JudgedProbe = GeoPoint & Pick<ProbeInput, 'measuredAt' | 'downloadBps' | 'uploadBps' | 'cellId'>

/** The reason why a well-formed probe with a position cannot be true; null if it can. `now` in ms since 1970. */
export function rejectionOf(probe: JudgedProbe, now: number, bounds: Bounds): Rejection | null {
  return (
    placeRejection(probe, bounds) ??
    timeRejection(probe.measuredAt, now) ??
    speedRejection(probe) ??
    cellIdRejection(probe.cellId)
  )
}

export interface GeoPoint {
  lat: number
  lng: number
}

function placeRejection({ lat, lng }: GeoPoint, b: Bounds): Rejection | null {
  if (lat < b.south || lat > b.north) return { field: 'lat', reason: `lat ${lat} is outside the country` }
  if (lng < b.west || lng > b.east) return { field: 'lng', reason: `lng ${lng} is outside the country` }
  return null
}

function timeRejection(measuredAt: string, now: number): Rejection | null {
  const at = Date.parse(measuredAt)
  const reject = (why: string) => ({ field: 'measuredAt', reason: `measuredAt ${measuredAt} ${why}` })
  if (Number.isNaN(at)) return reject('is not a time')
  if (at < MIN_MEASURED_AT_MS) return reject('is before 2010')
  if (at > now + MAX_CLOCK_AHEAD_MS) return reject('is more than 5 minutes ahead of the server')
  return null
}

function speedRejection(probe: Pick<ProbeInput, 'downloadBps' | 'uploadBps'>): Rejection | null {
  for (const field of ['downloadBps', 'uploadBps'] as const) {
    const value = probe[field]
    if (value == null) continue
    if (value < 0) return { field, reason: `${field} ${value} is below zero` }
    if (value > MAX_SPEED_BPS) return { field, reason: `${field} ${value} is above 100 Gbit/s` }
  }
  return null
}

/** Mean Earth radius in metres (IUGG). */
export const EARTH_RADIUS_M = 6_371_008.8

/** A 5G tracking area has 24 bits, older areas have 16. */
const MAX_MOBILE_AREA = 2 ** 24 - 1
/** A 5G cell identity has 36 bits, a 4G one 28, older ones 16. */
const MAX_MOBILE_CELL = 2 ** 36 - 1
/** Android's `CellInfo.UNAVAILABLE`, which stands for "not known". */
const UNAVAILABLE_ID = 2 ** 31 - 1

/** Expects the form that `PROBE_FIELDS` checks: four decimal numbers. */
function cellIdRejection(cellId: string | null | undefined): Rejection | null {
  if (cellId == null) return null
  const [, , area, cell] = cellId.split('-').map(Number) as [number, number, number, number]
  const reject = (reason: string) => ({ field: 'cellId', reason: `cellId ${cellId} ${reason}` })
  if (area === UNAVAILABLE_ID || cell === UNAVAILABLE_ID)
    return reject('is the phone’s placeholder for an unknown cell: leave cellId out')
  if (area > MAX_MOBILE_AREA) return reject(`has an area above ${MAX_MOBILE_AREA}`)
  return cell > MAX_MOBILE_CELL ? reject(`has a cell above ${MAX_MOBILE_CELL}`) : null
}

/** Great-circle distance in metres on the mean Earth radius (haversine; error below 0.6 %). */
export function distanceM(a: GeoPoint, b: GeoPoint): number {
  const rad = Math.PI / 180
  const dLat = Math.sin(((b.lat - a.lat) * rad) / 2)
  const dLng = Math.sin(((b.lng - a.lng) * rad) / 2)
  const h = dLat * dLat + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * dLng * dLng
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(Math.min(1, h)))
}

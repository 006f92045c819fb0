/** Where the map looks, and what it draws. */
import type { Overlay } from './overlay-names.js'
import type { Theme } from './theme.js'

/** Middle of the map in degrees, and its zoom level. */
export interface MapView {
  lat: number
  lng: number
  zoom: number
}

export type Coordinates = Pick<MapView, 'lat' | 'lng'>

/** Degrees: west, south, east, north. */
export type BBox = [number, number, number, number]

/** What is drawn. */
export interface MapContent {
  /** Null: nothing has been classified yet. */
  run: number | null
  /** Draws the cells as they would be with another download threshold, bit/s. */
  threshold: number | null
  theme: Theme
  /** The run on the left of a swipe. */
  swipe: number | null
  overlays: readonly Overlay[]
}

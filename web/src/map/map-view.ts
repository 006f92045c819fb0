/** The map's view and content. */
import type { Overlay } from './overlay-names.js'
import type { Theme } from './theme.js'

/** Middle of the map in degrees, and its zoom level. */
export interface MapView {
  lat: number
  lng: number
  zoom: number
}

export type Coordinates = Pick<MapView, 'lat' | 'lng'>

/** West, south, east and north in degrees. */
export type BBox = [number, number, number, number]

/** The content of the map. */
export interface MapContent {
  /** Id of the run; null before the first one. */
  run: number | null
  /** Download threshold in bit/s for estimated verdicts; null for the rule's own. */
  threshold: number | null
  theme: Theme
  /** The run on the left of a swipe; null without one. */
  swipe: number | null
  overlays: readonly Overlay[]
}

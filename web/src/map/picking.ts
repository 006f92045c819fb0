/** Picking of items on the map: by pointer, by finger, and by Enter at the cross in the middle. */
import type L from 'leaflet'
import type { MapLayers } from './map-layers.js'
import type { PlacePicker } from './place-picker.js'
import type { MapHit } from './selection.js'
import type { SelectionMarks } from './selection-marks.js'
import { tilePlaceOf } from './tiles/tile-geometry.js'

export interface PickingEvents {
  /** Items at the picked place, topmost first; never empty. */
  onPick(hits: readonly MapHit[]): void
  /** Items under the pointer, topmost first; empty if there are none. */
  onHover(hits: readonly MapHit[]): void
}

export class Picking {
  /** Key of the items last reported by `onHover`, so that only changes are reported. */
  private hoverKey = ''
  /** A place that was picked before its tiles were loaded. */
  private pendingPick: L.LatLng | null = null

  constructor(
    private readonly map: L.Map,
    private readonly layers: MapLayers,
    private readonly marks: SelectionMarks,
    private readonly placePicker: PlacePicker,
    private readonly events: PickingEvents,
  ) {
    // The map's own event is not used: over a canvas Leaflet drops events within 32 ms of each other, so a pointer that
    // stops would be reported at an earlier place.
    map.getContainer().addEventListener('mousemove', (event) => this.hoverAt(map.mouseEventToLatLng(event)))
    map.on('mouseout', () => this.hoverAt(null))
    // The pointer's position is used, because on a mark the event's own place is that of the mark.
    map.on('click', ({ originalEvent }) => this.clickAt(map.mouseEventToLatLng(originalEvent)))
    map.on('keypress', ({ originalEvent }) => {
      if (originalEvent.key === 'Enter') this.clickAt(map.getCenter())
    })
    layers.onTile(() => this.pendingPick && this.pickAt(this.pendingPick))
  }

  /** Items under the pointer may have another name now, so they are reported again. */
  forgetHover(): void {
    this.hoverKey = ''
  }

  private hoverAt(latlng: L.LatLng | null): void {
    const place = latlng && tilePlaceOf(this.map, latlng)
    const hits = place ? this.layers.hitsAt(place) : []
    const key = hits.map(({ kind, id }) => `${kind} ${id}`).join()
    if (key === this.hoverKey) return
    this.hoverKey = key
    this.marks.hover(place && this.layers.cellAt(place))
    this.map.getContainer().classList.toggle('over', hits.length > 0)
    this.events.onHover(hits)
  }

  private clickAt(latlng: L.LatLng): void {
    if (!this.placePicker.take(latlng)) this.pickAt(latlng)
  }

  /** Picks the items at a place. While the map zooms or tiles are loading, the pick waits for the tiles. */
  private pickAt(latlng: L.LatLng): void {
    const place = tilePlaceOf(this.map, latlng)
    const isSettled = this.layers.isSettledAt(place)
    this.pendingPick = isSettled ? null : latlng
    if (!isSettled) return
    const hits = this.layers.hitsAt(place)
    if (hits.length > 0) this.events.onPick(hits)
  }
}

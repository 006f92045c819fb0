/** What people point at: by pointer, by finger, and by Enter at the cross in the middle of the map. */
import type L from 'leaflet'
import type { MapLayers } from './map-layers.js'
import type { PlacePicker } from './place-picker.js'
import type { MapHit } from './selection.js'
import type { SelectionMarks } from './selection-marks.js'
import { tilePlaceOf } from './tiles/tile-geometry.js'

export interface PickingEvents {
  /** From the top down; never empty. */
  onPick(hits: readonly MapHit[]): void
  /** From the top down; empty where nothing lies under the pointer. */
  onHover(hits: readonly MapHit[]): void
}

export class Picking {
  /** What the pointer was last over, to report changes only. */
  private hoverKey = ''
  /** Where something was picked before its tiles came. */
  private pendingPick: L.LatLng | null = null

  constructor(
    private readonly map: L.Map,
    private readonly layers: MapLayers,
    private readonly marks: SelectionMarks,
    private readonly placePicker: PlacePicker,
    private readonly events: PickingEvents,
  ) {
    // Not the map's own event: over a canvas Leaflet drops those that come within 32 ms of each other, and a pointer
    // that stops would be reported where it was before.
    map.getContainer().addEventListener('mousemove', (event) => this.hoverAt(map.mouseEventToLatLng(event)))
    map.on('mouseout', () => this.hoverAt(null))
    // Where the pointer is: on a mark, the event's own place would be the mark's.
    map.on('click', ({ originalEvent }) => this.clickAt(map.mouseEventToLatLng(originalEvent)))
    map.on('keypress', ({ originalEvent }) => {
      if (originalEvent.key === 'Enter') this.clickAt(map.getCenter())
    })
    layers.onTile(() => this.pendingPick && this.pickAt(this.pendingPick))
  }

  /** What is under the pointer may have another name now. */
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

  /** While the map zooms it is not known what lies there: then it is picked once its tiles are there. */
  private pickAt(latlng: L.LatLng): void {
    const place = tilePlaceOf(this.map, latlng)
    const isSettled = this.layers.isSettledAt(place)
    this.pendingPick = isSettled ? null : latlng
    if (!isSettled) return
    const hits = this.layers.hitsAt(place)
    if (hits.length > 0) this.events.onPick(hits)
  }
}

/** The Leaflet map, put together from its parts: each has one job and a file of its own. */
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import './map.css'
import type { Instance } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { Camera, createLeafletMap } from './camera.js'
import { MapLayers } from './map-layers.js'
import type { MapView } from './map-view.js'
import { Picking, type PickingEvents } from './picking.js'
import { PlacePicker } from './place-picker.js'
import { trackPrintSize } from './print.js'
import { SelectionMarks } from './selection-marks.js'
import type { Overlay } from './overlay-names.js'

export interface MapEvents extends PickingEvents {
  onMove(view: MapView): void
  /** The run that all tiles in view show; null while some are on their way. */
  onRunDrawn(run: number | null): void
}

export class CoverageMap {
  readonly camera: Camera
  readonly layers: MapLayers
  readonly marks: SelectionMarks
  readonly placePicker: PlacePicker
  private readonly map: L.Map
  private readonly picking: Picking
  private readonly attribution = L.control.attribution({ prefix: false })
  private readonly scale = L.control.scale({ imperial: false })

  constructor(
    element: HTMLElement,
    { attribution, basemap, country }: Instance,
    view: MapView | null,
    connection: Connection,
    events: MapEvents,
  ) {
    this.map = createLeafletMap(element, { basemap, country }, view)
    this.camera = new Camera(this.map)
    this.layers = new MapLayers(
      this.map,
      connection,
      { bounds: country.bounds, hasBasemap: basemap !== null },
      (run) => events.onRunDrawn(run),
    )
    this.attribution.addAttribution(attribution).addTo(this.map)
    this.scale.addTo(this.map)
    this.marks = new SelectionMarks(this.map, this.layers)
    this.placePicker = new PlacePicker(element)
    this.picking = new Picking(this.map, this.layers, this.marks, this.placePicker, events)
    this.map.on('moveend', () => events.onMove(this.camera.view))
    new ResizeObserver(() => this.map.invalidateSize()).observe(element)
    trackPrintSize(element)
  }

  /** People changed what an overlay shows. */
  refresh(overlay: Overlay): void {
    this.layers.refresh(overlay)
    this.picking.forgetHover()
  }

  /** To the cells beneath the one that is selected. */
  zoomIntoSelected(): void {
    const bounds = this.marks.selectedBounds
    if (bounds) this.map.fitBounds(bounds)
    else this.camera.zoomBy(1)
  }

  focus(): void {
    this.map.getContainer().focus()
  }

  /** The legend stands where reading begins, so the small print goes to the other side. */
  arrangeFor(dir: 'ltr' | 'rtl'): void {
    const position = dir === 'rtl' ? 'bottomleft' : 'bottomright'
    // The one that comes last stands above.
    this.attribution.setPosition(position)
    this.scale.setPosition(position)
    this.map.invalidateSize()
  }
}

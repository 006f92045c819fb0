/** The Leaflet map, put together from parts with one job each. */
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
  /** Reports the run that all tiles in view show; null while some are loading. */
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

  /** Loads an overlay again after its data were changed. */
  refresh(overlay: Overlay): void {
    this.layers.refresh(overlay)
    this.picking.forgetHover()
  }

  /** Zooms to the child cells of the selected cell. */
  zoomIntoSelected(): void {
    const bounds = this.marks.selectedBounds
    if (bounds) this.map.fitBounds(bounds)
    else this.camera.zoomBy(1)
  }

  focus(): void {
    this.map.getContainer().focus()
  }

  /** Puts the attribution on the side opposite the legend, which stands where reading begins. */
  arrangeFor(dir: 'ltr' | 'rtl'): void {
    const position = dir === 'rtl' ? 'bottomleft' : 'bottomright'
    // The control that is added last stands above.
    this.attribution.setPosition(position)
    this.scale.setPosition(position)
    this.map.invalidateSize()
  }
}

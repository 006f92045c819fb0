/** The map's position and zoom, and the moves to selected items. */
import L from 'leaflet'
import type { Instance } from '../api/schemas.js'
import type { BBox, Coordinates, MapView } from './map-view.js'
import { DATA_MAX_ZOOM, DATA_MIN_ZOOM } from './tiles/tile-part.js'

/** A single cell that filled the map would not show where it lies. */
const MAX_FIT_ZOOM = DATA_MAX_ZOOM + 1
/** The tiles have no more detail beyond DATA_MAX_ZOOM: there the cells only grow. */
const MAX_ZOOM = 16

export const boundsOfBox = ([west, south, east, north]: BBox): L.LatLngBounds =>
  L.latLngBounds([south, west], [north, east])

/** Creates Leaflet's map of the country in an element; a null `view` shows the whole country. */
export function createLeafletMap(
  element: HTMLElement,
  { basemap, country }: Pick<Instance, 'basemap' | 'country'>,
  view: MapView | null,
): L.Map {
  const bounds = boundsOfBox(country.bounds)
  const map = L.map(element, {
    minZoom: DATA_MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    maxBounds: bounds.pad(0.6),
    zoomControl: false,
    attributionControl: false,
  })
  if (view) map.setView([view.lat, view.lng], view.zoom)
  else map.fitBounds(bounds)
  if (basemap) L.tileLayer(basemap.url, { attribution: basemap.attribution }).addTo(map)
  return map
}

export class Camera {
  constructor(private readonly map: L.Map) {}

  get view(): MapView {
    const { lat, lng } = this.map.getCenter()
    return { lat, lng, zoom: this.map.getZoom() }
  }

  zoomTo(box: BBox): void {
    this.map.fitBounds(boundsOfBox(box), { maxZoom: MAX_FIT_ZOOM })
  }

  /** Shows the selected item in the part of the map that the panel leaves free. */
  zoomToSelected(box: BBox): void {
    this.map.fitBounds(boundsOfBox(box), { maxZoom: MAX_FIT_ZOOM, ...this.panelPadding() })
  }

  /** Shows a point there, near enough to see single cells. */
  zoomToPoint({ lat, lng }: Coordinates): void {
    const maxZoom = Math.max(this.map.getZoom(), DATA_MAX_ZOOM)
    this.map.fitBounds(L.latLngBounds([[lat, lng]]), { maxZoom, ...this.panelPadding() })
  }

  zoomBy(steps: number): void {
    this.map.setZoom(this.map.getZoom() + steps)
  }

  /** Space that the panel covers: the lower part of the map on a phone, one side of it elsewhere. */
  private panelPadding(): L.FitBoundsOptions {
    const coveredShare = getComputedStyle(this.map.getContainer()).getPropertyValue('--covered-by-panel')
    return { paddingBottomRight: [0, this.map.getSize().y * Number(coveredShare)] }
  }
}

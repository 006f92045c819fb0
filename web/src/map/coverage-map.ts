/** The Leaflet map: layers of one run, and what people do on it. */
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import type { Instance } from '../api.js'
import { drawAreaColours, drawAreaOutlines, drawCells } from './draw.js'
import { type Hit, VectorLayer } from './vector-layer.js'

export interface View {
  lat: number
  lng: number
  zoom: number
}

export interface MapEvents {
  picked(hit: { cell?: string; area?: string }): void
  moved(view: View): void
  /** Tiles failed or came again. */
  lost(lost: boolean): void
  /** All visible tiles are drawn. */
  drawn(): void
}

export class CoverageMap {
  private readonly map: L.Map
  private readonly areaColours = new VectorLayer('areas', '', drawAreaColours, { className: 'area-colours' })
  private readonly cells = new VectorLayer('cells', '', drawCells, { className: 'cells' })
  private readonly outlines = new VectorLayer('areas', '', drawAreaOutlines, { className: 'area-outlines' })
  private readonly hovered = L.polygon([], { color: '#0f766e', weight: 3, fill: false, interactive: false })
  private readonly chosen = L.polygon([], { color: '#d97706', weight: 4, fill: false, interactive: false })

  constructor(
    element: HTMLElement,
    instance: Instance,
    view: View | null,
    private readonly events: MapEvents,
  ) {
    const [west, south, east, north] = instance.country.bounds
    const country = L.latLngBounds([south, west], [north, east])
    this.map = L.map(element, {
      minZoom: 4,
      maxZoom: 16,
      maxBounds: country.pad(0.6),
      zoomControl: false,
      attributionControl: false,
    })
    if (view) this.map.setView([view.lat, view.lng], view.zoom)
    else this.map.fitBounds(country)
    L.control.attribution({ prefix: false }).addAttribution(instance.attribution).addTo(this.map)
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(this.map)
    if (instance.basemap)
      L.tileLayer(instance.basemap.url, { attribution: instance.basemap.attribution }).addTo(this.map)
    for (const layer of this.layers()) layer.addTo(this.map)
    this.hovered.addTo(this.map)
    this.chosen.addTo(this.map)
    this.listen()
  }

  showRun(run: number | null): void {
    const url = (layer: string) => (run === null ? '' : `/tiles/${run}/${layer}/{z}/{x}/{y}.mvt`)
    this.cells.setUrl(url('cells'))
    this.areaColours.setUrl(url('areas'))
    this.outlines.setUrl(url('areas'))
  }

  colourAreas(on: boolean): void {
    this.areaColours.setOpacity(on ? 1 : 0)
  }

  zoomTo([west, south, east, north]: [number, number, number, number]): void {
    this.map.fitBounds([
      [south, west],
      [north, east],
    ])
  }

  zoomBy(steps: number): void {
    this.map.setZoom(this.map.getZoom() + steps)
  }

  zoomInto(): void {
    const bounds = this.chosen.getBounds()
    if (bounds.isValid()) this.map.fitBounds(bounds)
  }

  unmark(): void {
    this.chosen.setLatLngs([])
  }

  /** The page around the map changed its size. */
  resized(): void {
    this.map.invalidateSize()
  }

  private layers(): VectorLayer[] {
    return [this.areaColours, this.cells, this.outlines]
  }

  private listen(): void {
    this.map.on('mousemove', ({ latlng }) => this.mark(this.hovered, this.hitAt(latlng)?.hit ?? null))
    this.map.on('mouseout', () => this.mark(this.hovered, null))
    this.map.on('click', ({ latlng }) => this.pick(latlng))
    // The keyboard's way to the same: Enter picks what lies in the middle.
    this.map.on('keypress', ({ originalEvent }) => {
      if (originalEvent.key === 'Enter') this.pick(this.map.getCenter())
    })
    this.map.on('moveend', () => {
      const { lat, lng } = this.map.getCenter()
      this.events.moved({ lat, lng, zoom: this.map.getZoom() })
    })
    for (const layer of this.layers()) {
      layer.on('tileerror', () => this.events.lost(true))
      layer.on('load', () => this.events.drawn())
      layer.on('tileload', () => this.events.lost(false))
    }
  }

  private pick(latlng: L.LatLng): void {
    const found = this.hitAt(latlng)
    if (!found) return
    this.mark(this.chosen, found.hit)
    const { h3, code } = found.hit.properties
    this.events.picked(found.kind === 'cell' ? { cell: String(h3) } : { area: String(code) })
  }

  private hitAt(latlng: L.LatLng): { kind: 'cell' | 'area'; hit: Hit } | null {
    const cell = this.cells.hit(this.map, latlng)
    if (cell) return { kind: 'cell', hit: cell }
    const area = this.outlines.hit(this.map, latlng)
    return area && { kind: 'area', hit: area }
  }

  private mark(shape: L.Polygon, hit: Hit | null): void {
    shape.setLatLngs(hit?.latLngs ?? [])
  }
}

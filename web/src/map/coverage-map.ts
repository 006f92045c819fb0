/** The Leaflet map: layers of one run, and what people do on it. */
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import type { Class } from '#domain/verdict'
import type { Geometry } from 'geojson'
import type { Instance } from '../api/api.js'
import type { Connection } from '../api/connection.js'
import { type MapSelection, type MapHit } from './selection.js'
import { SELECTION_COLOUR, HOVER_COLOUR } from './colours.js'
import { drawAreaColours, drawAreaOutlines, drawCells, drawChosenArea, drawLand } from './draw.js'
import type { Ring } from './hit-index.js'
import { type Marks, marksLayerOf } from './marks.js'
import { type Overlay, Overlays } from './overlays.js'
import { trackPrintSize } from './print.js'
import { Swipe } from './swipe.js'
import { type Theme, VERDICT, tileEndpointOf, themeWordKeyOf } from './theme.js'
import { DATA_MAX_ZOOM, DATA_MIN_ZOOM, EXTENT } from './tile-part.js'
import { type TileHit, TileSource, urlOf } from './tile-source.js'
import { type DrawTile, VectorLayer } from './vector-layer.js'

export interface MapView {
  lat: number
  lng: number
  zoom: number
}

export type Coordinates = Pick<MapView, 'lat' | 'lng'>

/** west, south, east, north. */
export type BBox = [number, number, number, number]

/** What is drawn. */
export interface MapState {
  run: number | null
  /** The cells as they would be with another download threshold, bit/s. */
  threshold: number | null
  theme: Theme
  /** The run on the left of a swipe. */
  swipe: number | null
  overlays: readonly Overlay[]
}

export interface MapEvents {
  /** What lies on top first; never empty. */
  onPick(here: readonly MapHit[]): void
  /** Empty: nothing. */
  onHover(here: readonly MapHit[]): void
  onMove(view: MapView): void
  /** The run that all tiles in view show; null while some are on their way. */
  onRunDrawn(run: number | null): void
}

const TILE_PIXELS = 256
/** Of one cell alone one would not see where it lies. */
const MAX_FIT_ZOOM = DATA_MAX_ZOOM + 1
/** Beyond the served zooms, cells only get bigger. */
const MAX_ZOOM = 16

export class CoverageMap {
  private readonly map: L.Map
  private readonly cells: TileSource
  /** Of the run that the left of a swipe shows. */
  private readonly other: TileSource
  private readonly areas: TileSource
  private readonly overlays: Overlays
  private readonly swipe: Swipe
  private readonly layers: Record<'ground' | 'other' | 'cells' | 'outlines' | 'chosen', VectorLayer>
  private readonly attribution = L.control.attribution({ prefix: false })
  private readonly scale = L.control.scale({ imperial: false })
  private readonly hovered = L.polygon([], {
    color: HOVER_COLOUR,
    weight: 3,
    fill: false,
    interactive: false,
  })
  private readonly marked = L.polygon([], {
    color: SELECTION_COLOUR,
    weight: 4,
    fill: false,
    interactive: false,
  })
  private run: number | null = null
  /** The run that was last told to be on all of the view. */
  private lastReportedRun: number | null = null
  private isReportQueued = false
  private theme: Theme = VERDICT
  private threshold: number | null = null
  private chosen: MapSelection = {}
  private colouring = false
  private hoverKey = ''
  private marks: L.GeoJSON | null = null
  private outlined: L.GeoJSON | null = null
  private readonly marksCanvas = L.canvas()
  /** Where something was picked before its tiles came. */
  private pendingPick: L.LatLng | null = null
  /** Who waits for a place, and ends the wait. */
  private endPositionPick: ((place: Coordinates | null) => void) | null = null

  constructor(
    element: HTMLElement,
    instance: Instance,
    view: MapView | null,
    connection: Connection,
    private readonly events: MapEvents,
  ) {
    this.map = mapOf(element, instance, view)
    this.cells = new TileSource(connection)
    this.other = new TileSource(connection)
    this.areas = new TileSource(connection)
    // A cell at the border overhangs.
    const bounds = boundsOf(instance).pad(0.02)
    this.overlays = new Overlays(this.map, connection, bounds)
    this.layers = this.makeLayers(instance.basemap !== null, bounds)
    // The other two come when there is something to draw on them.
    for (const name of ['ground', 'cells', 'outlines'] as const) this.layers[name].addTo(this.map)
    this.swipe = new Swipe(this.map, this.layers.other, this.layers.cells)
    this.attribution.addAttribution(instance.attribution).addTo(this.map)
    this.scale.addTo(this.map)
    this.hovered.addTo(this.map)
    this.marked.addTo(this.map)
    this.listen()
    new ResizeObserver(() => this.map.invalidateSize()).observe(element)
    trackPrintSize(element)
  }

  show({ run, threshold, theme, swipe, overlays }: MapState): void {
    this.run = run
    this.theme = theme
    this.threshold = threshold
    const areas = run === null ? null : areasOf(run)
    if (this.cells.setTiles(run === null ? null : tileEndpointOf(run, theme, threshold))) this.redraw('cells')
    if (this.other.setTiles(swipe === null ? null : tileEndpointOf(swipe, VERDICT, null)))
      this.redraw('other')
    this.toggle('other', swipe !== null)
    if (this.areas.setTiles(areas)) this.redraw('ground', 'outlines', 'chosen')
    this.overlays.show(run, overlays)
    this.reportDrawnRun()
  }

  /** An overlay's tiles anew, for people changed what it shows. */
  refresh(overlay: Overlay): void {
    this.overlays.refresh(overlay)
    // What is under the pointer may have another name now.
    this.hoverKey = ''
  }

  /** Where the line of a swipe stands: share of the map from the left; null: no swipe. */
  swipeTo(share: number | null): void {
    this.swipe.setShare(share)
  }

  colourAreas(on: boolean): void {
    if (on === this.colouring) return
    this.colouring = on
    this.redraw('ground')
  }

  /** Marks a cell or an area, now or as soon as its tile is there. */
  select(choice: MapSelection): void {
    const wasArea = this.chosen.area
    this.chosen = choice
    this.marked.setLatLngs([])
    this.markCell()
    if (choice.area !== wasArea) this.redraw('chosen')
    this.toggle('chosen', Boolean(choice.area))
  }

  zoomTo(box: BBox): void {
    this.map.fitBounds(boundsOfBox(box), { maxZoom: MAX_FIT_ZOOM })
  }

  /** To what was chosen, clear of the panel that tells of it. */
  zoomToChosen(box: BBox): void {
    this.map.fitBounds(boundsOfBox(box), { maxZoom: MAX_FIT_ZOOM, ...this.panelPadding() })
  }

  /** The same, near enough to tell a cell from the next. */
  zoomToCell({ lat, lng }: Coordinates): void {
    const maxZoom = Math.max(this.map.getZoom(), DATA_MAX_ZOOM)
    this.map.fitBounds(L.latLngBounds([[lat, lng]]), { maxZoom, ...this.panelPadding() })
  }

  /** Places that a view points out, instead of those before. */
  mark(marks: Marks | null): void {
    this.marks?.remove()
    this.marks = marks && marksLayerOf(marks, this.marksCanvas).addTo(this.map)
  }

  /** Marks what was chosen where no tile has its outline: a zone, a locality, a site, an item of the plan. */
  outline(geometry: Geometry | null): void {
    this.outlined?.remove()
    const style = { color: SELECTION_COLOUR, weight: 4, fill: false, interactive: false }
    this.outlined =
      geometry &&
      L.geoJSON(geometry, {
        style,
        pointToLayer: (_, at) => L.circleMarker(at, { radius: 12, ...style }),
      }).addTo(this.map)
  }

  /** Fetches what these runs show of the view, so that stepping to them is quick: a tile never changes. */
  preload(runs: readonly number[]): void {
    for (const run of runs)
      for (const { url } of [tileEndpointOf(run, this.theme, this.threshold), areasOf(run)])
        for (const address of this.cells.addressesInUse())
          // What does not come is asked for again when it is shown.
          fetch(urlOf(url, address), { priority: 'low' }).catch(() => {})
  }

  zoomBy(steps: number): void {
    this.map.setZoom(this.map.getZoom() + steps)
  }

  /** To the cells beneath the one that is chosen. */
  zoomInto(): void {
    const bounds = this.marked.getBounds()
    if (bounds.isValid()) this.map.fitBounds(bounds)
    else this.zoomBy(1)
  }

  focus(): void {
    this.map.getContainer().focus()
  }

  /**
   * The next click, or Enter at the cross, is taken as a place instead of choosing what lies there; null: it was given
   * up by Escape, by the signal, or for somebody else.
   */
  pickPosition(signal: AbortSignal): Promise<Coordinates | null> {
    this.endPositionPick?.(null)
    const container = this.map.getContainer()
    return new Promise((resolve) => {
      const giveUp = () => end(null)
      const onKey = (event: KeyboardEvent) => {
        if (event.key !== 'Escape') return
        // So that it does not also close the panel.
        event.preventDefault()
        giveUp()
      }
      const end = (place: Coordinates | null) => {
        if (this.endPositionPick === end) this.endPositionPick = null
        container.classList.toggle('taking', this.endPositionPick !== null)
        document.removeEventListener('keydown', onKey, true)
        signal.removeEventListener('abort', giveUp)
        resolve(place)
      }
      this.endPositionPick = end
      container.classList.add('taking')
      document.addEventListener('keydown', onKey, true)
      signal.addEventListener('abort', giveUp)
      container.focus()
    })
  }

  /** The legend stands where reading begins, so the small print goes to the other side. */
  arrange(dir: 'ltr' | 'rtl'): void {
    const position = dir === 'rtl' ? 'bottomleft' : 'bottomright'
    // The one that comes last stands above.
    this.attribution.setPosition(position)
    this.scale.setPosition(position)
    this.map.invalidateSize()
  }

  /** On a phone the panel lies over the lower part of the map; elsewhere it stands at the side. */
  private panelPadding(): L.FitBoundsOptions {
    const covered = getComputedStyle(this.map.getContainer()).getPropertyValue('--covered-by-panel')
    return { paddingBottomRight: [0, this.map.getSize().y * Number(covered)] }
  }

  private makeLayers(hasBasemap: boolean, bounds: L.LatLngBounds): CoverageMap['layers'] {
    const ground: DrawTile = (context, features, scale) => {
      if (!hasBasemap) drawLand(context, features, scale)
      if (this.colouring) drawAreaColours(context, features, scale)
    }
    const chosen: DrawTile = (...tile) => {
      if (this.chosen.area) drawChosenArea(...tile, this.chosen.area)
    }
    const layer = (source: TileSource, draw: DrawTile, className: string) =>
      new VectorLayer(source, draw, { className, bounds })
    return {
      ground: layer(this.areas, ground, 'area-colours'),
      other: layer(this.other, (...tile) => drawCells(...tile, 'verdict'), 'cells other'),
      cells: layer(this.cells, (...tile) => drawCells(...tile, this.theme.kind), 'cells'),
      outlines: layer(this.areas, drawAreaOutlines, 'area-outlines'),
      chosen: layer(this.areas, chosen, 'area-chosen'),
    }
  }

  private toggle(name: 'other' | 'chosen', isShown: boolean): void {
    const layer = this.layers[name]
    if (isShown === this.map.hasLayer(layer)) return
    if (isShown) layer.addTo(this.map)
    else layer.remove()
  }

  private redraw(...names: (keyof CoverageMap['layers'])[]): void {
    for (const name of names) if (this.map.hasLayer(this.layers[name])) this.layers[name].redraw()
  }

  private listen(): void {
    // Not the map's own event: over a canvas, Leaflet drops those that come within 32 ms of each other,
    // so that a pointer which halts may be told from where it was before.
    this.map
      .getContainer()
      .addEventListener('mousemove', (event) => this.hoverAt(this.map.mouseEventToLatLng(event)))
    this.map.on('mouseout', () => this.hoverAt(null))
    // Where the pointer is: on a mark, the event's own place would be the mark's.
    this.map.on('click', ({ originalEvent }) => this.click(this.map.mouseEventToLatLng(originalEvent)))
    // The keyboard's way to the same: Enter picks what lies in the middle, where the cross is.
    this.map.on('keypress', ({ originalEvent }) => {
      if (originalEvent.key === 'Enter') this.click(this.map.getCenter())
    })
    this.map.on('moveend', () => {
      const { lat, lng } = this.map.getCenter()
      this.events.onMove({ lat, lng, zoom: this.map.getZoom() })
    })
    for (const layer of Object.values(this.layers))
      layer.on('tileloadstart tileload tileerror tileunload', () => this.reportDrawnRun())
    for (const layer of [...Object.values(this.layers), ...this.overlays.all()])
      layer.on('tileload load', () => this.pendingPick && this.pick(this.pendingPick))
  }

  /** Once for all that happens now: of a redraw, the old tiles go before the new ones are asked for. */
  private reportDrawnRun(): void {
    if (this.isReportQueued) return
    this.isReportQueued = true
    queueMicrotask(() => {
      this.isReportQueued = false
      const isDrawn = Object.values(this.layers).every((layer) => layer.isDrawn)
      if (isDrawn) this.markCell()
      const shows = isDrawn ? this.run : null
      if (shows !== this.lastReportedRun) this.events.onRunDrawn((this.lastReportedRun = shows))
    })
  }

  private markCell(): void {
    if (!this.chosen.cell || this.marked.getBounds().isValid()) return
    const found = this.cells.find('h3', this.chosen.cell)
    if (found) this.marked.setLatLngs(this.outlineOf(found))
  }

  private hoverAt(latlng: L.LatLng | null): void {
    const here = latlng ? this.hitsAt(latlng) : []
    const over = here.map(({ kind, id }) => `${kind} ${id}`).join()
    if (over === this.hoverKey) return
    this.hoverKey = over
    const cell = latlng && this.tileHitAt(this.cells, latlng)
    this.hovered.setLatLngs(cell ? this.outlineOf(cell) : [])
    this.map.getContainer().classList.toggle('over', here.length > 0)
    this.events.onHover(here)
  }

  private click(latlng: L.LatLng): void {
    if (this.endPositionPick) this.endPositionPick({ lat: latlng.lat, lng: latlng.lng })
    else this.pick(latlng)
  }

  /** While the map zooms, what lies there is not known yet: then it is picked once its tiles are there. */
  private pick(latlng: L.LatLng): void {
    const { x, y, zoom } = this.tileAt(latlng)
    const isKnown =
      [this.cells, this.areas].every((source) => source.isSettled(x, y, zoom)) &&
      this.overlays.isKnown(x, y, zoom)
    this.pendingPick = isKnown ? null : latlng
    if (!isKnown) return
    const here = this.hitsAt(latlng)
    if (here.length > 0) this.events.onPick(here)
  }

  /** What lies at a place, what is on top first. */
  private hitsAt(latlng: L.LatLng): MapHit[] {
    const { x, y, zoom, pixels } = this.tileAt(latlng)
    const cell = this.cells.hitAt(x, y, zoom)
    const area = this.areas.hitAt(x, y, zoom)
    return [
      ...this.overlays.at(x, y, zoom, pixels),
      ...(cell ? [cellHitOf(cell, this.theme)] : []),
      ...(area ? [areaHitOf(area)] : []),
    ]
  }

  private tileHitAt(source: TileSource, latlng: L.LatLng): TileHit | null {
    const { x, y, zoom } = this.tileAt(latlng)
    return source.hitAt(x, y, zoom)
  }

  /** A place in tiles of data, and how many pixels one of them is wide. */
  private tileAt(latlng: L.LatLng): { x: number; y: number; zoom: number; pixels: number } {
    const zoom = Math.min(Math.round(this.map.getZoom()), DATA_MAX_ZOOM)
    const { x, y } = this.map.project(latlng, zoom).divideBy(TILE_PIXELS)
    return { x, y, zoom, pixels: TILE_PIXELS * this.map.getZoomScale(this.map.getZoom(), zoom) }
  }

  private outlineOf({ feature, address: { x, y, z } }: TileHit): L.LatLng[][] {
    const toLatLng = (p: { x: number; y: number }) =>
      this.map.unproject(L.point(x + p.x / EXTENT, y + p.y / EXTENT).multiplyBy(TILE_PIXELS), z)
    return feature.rings.map((ring) => enlargedRing(ring).map(toLatLng))
  }
}

/** Marks go around a cell: its own outline is part of its colour. */
const OUTLINE_SCALE = 1.1

function enlargedRing(ring: Ring): Ring {
  const middle = { x: mean(ring.map((p) => p.x)), y: mean(ring.map((p) => p.y)) }
  const away = (from: number, to: number) => from + (to - from) * OUTLINE_SCALE
  return ring.map((p) => ({ x: away(middle.x, p.x), y: away(middle.y, p.y) }))
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

const boundsOf = ({ country }: Instance): L.LatLngBounds => boundsOfBox(country.bounds)

const boundsOfBox = ([west, south, east, north]: BBox): L.LatLngBounds =>
  L.latLngBounds([south, west], [north, east])

function mapOf(element: HTMLElement, instance: Instance, view: MapView | null): L.Map {
  const { basemap } = instance
  const bounds = boundsOf(instance)
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

const areasOf = (run: number) => ({ url: `/tiles/${run}/areas/{z}/{x}/{y}.mvt`, layer: 'areas' })

const cellHitOf = ({ feature: { properties } }: TileHit, theme: Theme): MapHit => ({
  kind: 'cell',
  id: String(properties['h3']),
  class: (properties['class'] as Class | undefined) ?? null,
  themeWordKey: themeWordKeyOf(theme, properties),
  state: null,
  nameFr: null,
  nameAr: null,
  cells: null,
})

const areaHitOf = ({ feature: { properties } }: TileHit): MapHit => ({
  kind: 'area',
  id: String(properties['code']),
  class: null,
  themeWordKey: null,
  state: null,
  nameFr: String(properties['name_fr']),
  nameAr: String(properties['name_ar']),
  cells: null,
})

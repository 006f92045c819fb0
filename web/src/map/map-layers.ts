/** The layers of one run: areas, cells, the other run of a swipe, and the overlays. */
import L from 'leaflet'
import type { Connection } from '../api/connection.js'
import { drawAreaColours, drawAreaOutlines, drawCells, drawLand, drawSelectedArea } from './paint/draw.js'
import { areaHitOf, cellHitOf } from './hits.js'
import type { BBox, MapContent } from './map-view.js'
import type { Overlay } from './overlay-names.js'
import { Overlays } from './overlays.js'
import { boundsOfBox } from './camera.js'
import type { MapHit } from './selection.js'
import { Swipe } from './swipe.js'
import { type Theme, VERDICT, areaTilesOf, tileEndpointOf } from './theme.js'
import type { TilePlace } from './tiles/tile-geometry.js'
import { type TileHit, TileSource, urlOf } from './tiles/tile-source.js'
import { type DrawTile, VectorLayer } from './tiles/vector-layer.js'

type LayerName = 'ground' | 'other' | 'cells' | 'outlines' | 'selected'

const NO_CONTENT: MapContent = { run: null, threshold: null, theme: VERDICT, swipe: null, overlays: [] }

export class MapLayers {
  private readonly cells: TileSource
  /** Cells of the run on the left of a swipe. */
  private readonly otherCells: TileSource
  private readonly areas: TileSource
  private readonly overlays: Overlays
  private readonly swipe: Swipe
  private readonly layers: Record<LayerName, VectorLayer>
  private content = NO_CONTENT
  private areasColoured = false
  private selectedArea: string | null = null
  private readonly drawnListeners: (() => void)[] = []
  /** The run that was last given to `onRunDrawn`. */
  private reportedRun: number | null = null
  private isReportQueued = false

  /** `onRunDrawn` gets the run that all tiles in view show; null while some are loading. */
  constructor(
    private readonly map: L.Map,
    connection: Connection,
    country: { bounds: BBox; hasBasemap: boolean },
    private readonly onRunDrawn: (run: number | null) => void,
  ) {
    this.cells = new TileSource(connection)
    this.otherCells = new TileSource(connection)
    this.areas = new TileSource(connection)
    // Cells at the border extend beyond the country's box.
    const bounds = boundsOfBox(country.bounds).pad(0.02)
    this.overlays = new Overlays(map, connection, bounds)
    this.layers = this.createLayers(country.hasBasemap, bounds)
    // The other two are added when they have something to draw.
    for (const name of ['ground', 'cells', 'outlines'] as const) this.layers[name].addTo(map)
    this.swipe = new Swipe(map, this.layers.other, this.layers.cells)
    for (const layer of Object.values(this.layers))
      layer.on('tileloadstart tileload tileerror tileunload', () => this.queueReport())
    // A move can take the last pending tile out of view without any event of its layer.
    map.on('moveend', () => this.queueReport())
  }

  show(content: MapContent): void {
    const { run, threshold, theme, swipe, overlays } = content
    this.content = content
    if (this.cells.setTiles(run === null ? null : tileEndpointOf(run, theme, threshold))) this.redraw('cells')
    if (this.otherCells.setTiles(swipe === null ? null : tileEndpointOf(swipe, VERDICT, null)))
      this.redraw('other')
    this.toggle('other', swipe !== null)
    if (this.areas.setTiles(run === null ? null : areaTilesOf(run)))
      this.redraw('ground', 'outlines', 'selected')
    this.overlays.show(run, overlays)
    this.queueReport()
  }

  /** Fetches an overlay's tiles again after its data were changed. */
  refresh(overlay: Overlay): void {
    this.overlays.refresh(overlay)
  }

  /** Moves the swipe's line to a share of the map's width from its left; null ends the swipe. */
  swipeTo(share: number | null): void {
    this.swipe.setShare(share)
  }

  colourAreas(on: boolean): void {
    if (on === this.areasColoured) return
    this.areasColoured = on
    this.redraw('ground')
  }

  selectArea(code: string | null): void {
    const isNew = code !== this.selectedArea
    this.selectedArea = code
    if (isNew) this.redraw('selected')
    this.toggle('selected', code !== null)
  }

  /**
   * Fetches the tiles of these runs for the present view, so that stepping to them is quick. A run's tiles never
   * change.
   */
  preload(runs: readonly number[]): void {
    const { theme, threshold } = this.content
    for (const run of runs)
      for (const { url } of [tileEndpointOf(run, theme, threshold), areaTilesOf(run)])
        for (const address of this.cells.addressesInUse())
          // A tile that fails here is requested again when it is shown.
          fetch(urlOf(url, address), { priority: 'low' }).catch(() => {})
  }

  get theme(): Theme {
    return this.content.theme
  }

  /** The cell, if a loaded tile has it. */
  findCell(h3: string): TileHit | null {
    return this.cells.find('h3', h3)
  }

  cellAt({ x, y, zoom }: TilePlace): TileHit | null {
    return this.cells.hitAt(x, y, zoom)
  }

  /** The items at a place, topmost first. */
  hitsAt({ x, y, zoom, pixels }: TilePlace): MapHit[] {
    const cell = this.cells.hitAt(x, y, zoom)
    const area = this.areas.hitAt(x, y, zoom)
    return [
      ...this.overlays.at(x, y, zoom, pixels),
      ...(cell ? [cellHitOf(cell, this.theme)] : []),
      ...(area ? [areaHitOf(area)] : []),
    ]
  }

  /** Whether no tile of that place is loading. */
  isSettledAt({ x, y, zoom }: TilePlace): boolean {
    return (
      [this.cells, this.areas].every((source) => source.isSettled(x, y, zoom)) &&
      this.overlays.isSettled(x, y, zoom)
    )
  }

  /** Calls the listener whenever all tiles in view are drawn. */
  onDrawn(listener: () => void): void {
    this.drawnListeners.push(listener)
  }

  /** Calls the listener when a tile of any layer arrived, and when a layer has all its tiles. */
  onTile(listener: () => void): void {
    for (const layer of [...Object.values(this.layers), ...this.overlays.all()])
      layer.on('tileload load', listener)
  }

  private createLayers(hasBasemap: boolean, bounds: L.LatLngBounds): MapLayers['layers'] {
    const ground: DrawTile = (context, features, scale) => {
      if (!hasBasemap) drawLand(context, features, scale)
      if (this.areasColoured) drawAreaColours(context, features, scale)
    }
    const selected: DrawTile = (...tile) => {
      if (this.selectedArea) drawSelectedArea(...tile, this.selectedArea)
    }
    const layer = (source: TileSource, draw: DrawTile, className: string) =>
      new VectorLayer(source, draw, { className, bounds })
    return {
      ground: layer(this.areas, ground, 'area-colours'),
      other: layer(this.otherCells, (...tile) => drawCells(...tile, 'verdict'), 'cells other'),
      cells: layer(this.cells, (...tile) => drawCells(...tile, this.theme.kind), 'cells'),
      outlines: layer(this.areas, drawAreaOutlines, 'area-outlines'),
      selected: layer(this.areas, selected, 'area-chosen'),
    }
  }

  private toggle(name: 'other' | 'selected', isShown: boolean): void {
    const layer = this.layers[name]
    if (isShown === this.map.hasLayer(layer)) return
    if (isShown) layer.addTo(this.map)
    else layer.remove()
  }

  private redraw(...names: LayerName[]): void {
    for (const name of names) if (this.map.hasLayer(this.layers[name])) this.layers[name].redraw()
  }

  /** Reports once at the end of this task: a redraw removes the old tiles before it requests the new ones. */
  private queueReport(): void {
    if (this.isReportQueued) return
    this.isReportQueued = true
    queueMicrotask(() => {
      this.isReportQueued = false
      const isDrawn = Object.values(this.layers).every((layer) => layer.isDrawn)
      if (isDrawn) for (const listener of this.drawnListeners) listener()
      const drawnRun = isDrawn ? this.content.run : null
      if (drawnRun !== this.reportedRun) this.onRunDrawn((this.reportedRun = drawnRun))
    })
  }
}

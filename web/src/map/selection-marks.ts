/** Marks on the map: the selected item, the item under the pointer, and the places that a view points out. */
import L from 'leaflet'
import type { Geometry } from 'geojson'
import { HOVER_COLOUR, SELECTION_COLOUR } from './paint/colours.js'
import type { MapLayers } from './map-layers.js'
import { type Marks, marksLayerOf } from './marks.js'
import { type SelectedItem, selectedIdOf } from './selection.js'
import { outlineOf } from './tiles/tile-geometry.js'
import type { TileHit } from './tiles/tile-source.js'

const SELECTED_LINE = { color: SELECTION_COLOUR, weight: 4, fill: false, interactive: false }
const HOVER_LINE = { color: HOVER_COLOUR, weight: 3, fill: false, interactive: false }

export class SelectionMarks {
  private readonly hoveredCell = L.polygon([], HOVER_LINE)
  private readonly selectedCell = L.polygon([], SELECTED_LINE)
  private selection: SelectedItem | null = null
  private geometryLayer: L.GeoJSON | null = null
  private viewMarks: L.GeoJSON | null = null
  private readonly viewMarksCanvas = L.canvas()

  constructor(
    private readonly map: L.Map,
    private readonly layers: MapLayers,
  ) {
    this.hoveredCell.addTo(map)
    this.selectedCell.addTo(map)
    // The tile of a selected cell may come after it was selected.
    layers.onDrawn(() => this.markSelectedCell())
  }

  /** Marks a cell or an area, now or as soon as its tile is there. */
  select(selection: SelectedItem | null): void {
    this.selection = selection
    this.selectedCell.setLatLngs([])
    this.markSelectedCell()
    this.layers.selectArea(selectedIdOf(selection, 'area'))
  }

  hover(cell: TileHit | null): void {
    this.hoveredCell.setLatLngs(cell ? outlineOf(this.map, cell) : [])
  }

  /** Marks a selected item that has no outline in a tile: a zone, a locality, a site, a plan item. */
  outline(geometry: Geometry | null): void {
    this.geometryLayer?.remove()
    this.geometryLayer =
      geometry &&
      L.geoJSON(geometry, {
        style: SELECTED_LINE,
        pointToLayer: (_, at) => L.circleMarker(at, { radius: 12, ...SELECTED_LINE }),
      }).addTo(this.map)
  }

  /** Replaces the places that a view points out; null removes them. */
  pointOut(marks: Marks | null): void {
    this.viewMarks?.remove()
    this.viewMarks = marks && marksLayerOf(marks, this.viewMarksCanvas).addTo(this.map)
  }

  /** Bounds of the marked cell; null while none is marked. */
  get selectedBounds(): L.LatLngBounds | null {
    const bounds = this.selectedCell.getBounds()
    return bounds.isValid() ? bounds : null
  }

  private markSelectedCell(): void {
    const h3 = selectedIdOf(this.selection, 'cell')
    if (!h3 || this.selectedBounds) return
    const cell = this.layers.findCell(h3)
    if (cell) this.selectedCell.setLatLngs(outlineOf(this.map, cell))
  }
}

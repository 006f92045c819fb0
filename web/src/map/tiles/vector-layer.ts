/** A Leaflet layer that draws a source's vector tiles on canvas. */
import L from 'leaflet'
import { EXTENT, type TilePart, partOf } from './tile-part.js'
import type { Tile, DecodedFeature, TileSource } from './tile-source.js'

/** Draws a tile's features; `scale` is canvas pixels per tile unit, `ratio` canvas pixels per pixel of the page. */
export type DrawTile = (
  context: CanvasRenderingContext2D,
  features: readonly DecodedFeature[],
  scale: number,
  ratio: number,
) => void

/** The highest resolution of a canvas: more costs memory and is not visible. */
const MAX_PIXEL_RATIO = 2

/** Draws the tiles of a source. Those outside `bounds` are not requested: in a view of the whole country most are empty. */
export class VectorLayer extends L.GridLayer {
  private readonly releases = new WeakMap<HTMLElement, () => void>()
  /** Tiles that are neither loaded nor removed. */
  private readonly pendingTiles = new Set<HTMLElement>()

  constructor(
    private readonly source: TileSource,
    private readonly draw: DrawTile,
    options: { className: string; bounds: L.LatLngBounds },
  ) {
    super({ keepBuffer: 1, ...options })
    this.on('tileunload', (event) => {
      const { tile } = event as unknown as L.TileEvent
      this.pendingTiles.delete(tile)
      this.releases.get(tile)?.()
    })
  }

  /**
   * Whether no tile of the present view is pending. Leaflet's own `isLoading` stays true where the last pending tile is
   * removed; a tile that left the view stays in the layer, no longer current, until another tile has faded in.
   */
  get isDrawn(): boolean {
    // Leaflet makes the list when the layer is added to a map.
    const tiles = Object.values(this._tiles ?? {})
    return tiles.every(({ current, el }) => !current || !this.pendingTiles.has(el))
  }

  protected override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas')
    const part = partOf(coords)
    const { tile, release } = this.source.acquire(part.address)
    this.releases.set(canvas, release)
    this.pendingTiles.add(canvas)
    const finish = (error?: Error) => {
      // `done` must not be called for a removed tile: Leaflet would apply it to the tile that is now in its place.
      if (this.pendingTiles.delete(canvas)) done(error, canvas)
    }
    tile.then((loaded) => {
      this.paint(canvas, loaded, part)
      finish()
    }, finish)
    return canvas
  }

  private paint(
    canvas: HTMLCanvasElement,
    { features }: Tile,
    { partsPerSide, column, row }: TilePart,
  ): void {
    const ratio = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio || 1)
    const pixels = Math.round(this.getTileSize().x * ratio)
    canvas.width = canvas.height = pixels
    if (features.length === 0) return
    const context = canvas.getContext('2d')!
    context.translate(-column * pixels, -row * pixels)
    this.draw(context, features, (pixels * partsPerSide) / EXTENT, ratio)
  }
}

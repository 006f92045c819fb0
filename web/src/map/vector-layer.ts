/** A Leaflet layer that draws a source's vector tiles on canvas. */
import L from 'leaflet'
import { EXTENT, type TilePart, partOf } from './tile-part.js'
import type { Tile, TileFeature, TileSource } from './tile-source.js'

/** Draws a tile's features; `scale` is pixels of the canvas per tile unit, `ratio` per pixel of the page. */
export type Draw = (
  context: CanvasRenderingContext2D,
  features: readonly TileFeature[],
  scale: number,
  ratio: number,
) => void

/** More would cost memory and show nothing. */
const MOST_PIXELS_PER_PIXEL = 2

/** Tiles outside of `bounds` are not asked for: of a view of the country most are empty. */
export class VectorLayer extends L.GridLayer {
  private readonly releases = new WeakMap<HTMLElement, () => void>()

  constructor(
    private readonly source: TileSource,
    private readonly draw: Draw,
    about: { className: string; bounds: L.LatLngBounds },
  ) {
    super({ keepBuffer: 1, ...about })
    this.on('tileunload', (event) => this.releases.get((event as unknown as L.TileEvent).tile)?.())
  }

  protected override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas')
    const part = partOf(coords)
    const { tile, release } = this.source.use(part.address)
    this.releases.set(canvas, release)
    tile.then(
      (loaded) => {
        this.paint(canvas, loaded, part)
        done(undefined, canvas)
      },
      (error: Error) => done(error.name === 'AbortError' ? undefined : error, canvas),
    )
    return canvas
  }

  private paint(canvas: HTMLCanvasElement, { features }: Tile, { across, column, row }: TilePart): void {
    const ratio = Math.min(MOST_PIXELS_PER_PIXEL, window.devicePixelRatio || 1)
    const pixels = Math.round(this.getTileSize().x * ratio)
    canvas.width = canvas.height = pixels
    if (features.length === 0) return
    const context = canvas.getContext('2d')!
    context.translate(-column * pixels, -row * pixels)
    this.draw(context, features, (pixels * across) / EXTENT, ratio)
  }
}

/** The barest Leaflet page that shows the map's own tiles: what decoding and drawing cost without us. */
import { VectorTile } from '@mapbox/vector-tile'
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import { PbfReader } from 'pbf'

const FILLS: Record<string, string> = { white: '#fff', grey: '#98a1ac', black: '#20262e', unknown: '#f0dca8' }
const TILE_PIXELS = 256

/** Said by the bench: where to look, and which tiles there are. */
const query = new URLSearchParams(location.search)
const [zoom, lat, lng] = query.get('at')!.split('/').map(Number) as [number, number, number]
const map = L.map('map', { zoomControl: false }).setView([lat, lng], zoom)

class Cells extends L.GridLayer {
  constructor(private readonly layer: string) {
    super()
  }

  protected override createTile({ x, y, z }: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = TILE_PIXELS
    void fetch(`tiles/${this.layer}-${z}-${x}-${y}.mvt`)
      .then((answer) => (answer.ok ? answer.arrayBuffer() : new ArrayBuffer(0)))
      .then((bytes) => {
        this.paint(canvas, new Uint8Array(bytes))
        done(undefined, canvas)
      })
    return canvas
  }

  private paint(canvas: HTMLCanvasElement, bytes: Uint8Array): void {
    const layer = new VectorTile(new PbfReader(bytes)).layers[this.layer]
    const context = canvas.getContext('2d')!
    for (let i = 0; i < (layer?.length ?? 0); i++) {
      const feature = layer!.feature(i)
      const scale = TILE_PIXELS / layer!.extent
      context.beginPath()
      for (const ring of feature.loadGeometry())
        ring.forEach((p, n) =>
          n === 0 ? context.moveTo(p.x * scale, p.y * scale) : context.lineTo(p.x * scale, p.y * scale),
        )
      if (this.layer === 'cells') {
        context.fillStyle = FILLS[String(feature.properties['class'])]!
        context.fill('evenodd')
      } else context.stroke()
    }
  }
}

let waiting = 2
for (const name of ['areas', 'cells'])
  new Cells(name)
    .on('load', () => {
      waiting--
      if (waiting === 0) document.documentElement.dataset['drawn'] = '1'
    })
    .addTo(map)

/** How cells and areas are painted. */
import { CLASSES, type Class } from '#domain'
import { PAINTS, type Paint } from './colours.js'
import type { TileFeature } from './vector-layer.js'

type Context = CanvasRenderingContext2D

/** One path per class: thousands of hexagons in four fills. White last, so that its outline lies on top. */
const ORDER: readonly Class[] = [...CLASSES].reverse()

export function drawCells(context: Context, features: readonly TileFeature[], scale: number): void {
  context.globalAlpha = 0.9
  for (const colour of ORDER) {
    const some = features.filter((f) => f.properties['class'] === colour)
    if (some.length > 0) paint(context, pathOf(some, scale), PAINTS[colour])
  }
}

/** The country's land, and over it the areas' classes as a wash; an area where nothing was measured keeps the land's colour. */
export function drawAreaColours(context: Context, features: readonly TileFeature[], scale: number): void {
  context.fillStyle = LAND
  context.fill(pathOf(features, scale), 'evenodd')
  for (const colour of ORDER) {
    const some = features.filter((f) => f.properties['class'] === colour && isMeasured(f))
    if (some.length === 0) continue
    context.globalAlpha = colour === 'white' ? 0.95 : 0.4
    context.fillStyle = PAINTS[colour].fill
    context.fill(pathOf(some, scale), 'evenodd')
  }
}

const LAND = '#ece8dd'

const isMeasured = ({ properties }: TileFeature) => CLASSES.some((colour) => Number(properties[colour]) > 0)

export function drawAreaOutlines(context: Context, features: readonly TileFeature[], scale: number): void {
  const path = pathOf(features, scale)
  const pixel = pixelOf(context)
  context.lineJoin = 'round'
  context.strokeStyle = '#ffffff'
  context.lineWidth = 3 * pixel
  context.stroke(path)
  context.strokeStyle = '#5b5468'
  context.lineWidth = 1.2 * pixel
  context.stroke(path)
}

function paint(context: Context, path: Path2D, { fill, line, width, striped }: Paint): void {
  context.fillStyle = fill
  context.fill(path, 'evenodd')
  if (striped) {
    context.fillStyle = stripes(context, line)
    context.fill(path, 'evenodd')
  }
  context.strokeStyle = line
  context.lineWidth = width * pixelOf(context)
  context.stroke(path)
}

const pixelOf = (context: Context) => (context.canvas.width >= 512 ? 2 : 1)

/** Diagonal stripes, eight pixels apart: tiles are a multiple of that, so stripes meet at their edges. */
function stripes(context: Context, line: string): CanvasPattern {
  const tile = document.createElement('canvas')
  tile.width = tile.height = 8
  const pen = tile.getContext('2d')!
  pen.strokeStyle = line
  pen.lineWidth = 1.2
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift, 8)
    pen.lineTo(shift + 8, 0)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat')!
}

function pathOf(features: readonly TileFeature[], scale: number): Path2D {
  const path = new Path2D()
  for (const { rings } of features)
    for (const ring of rings) {
      ring.forEach((p, i) =>
        i === 0 ? path.moveTo(p.x * scale, p.y * scale) : path.lineTo(p.x * scale, p.y * scale),
      )
      path.closePath()
    }
  return path
}

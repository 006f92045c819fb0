/** Drawing of zones, localities, sites and plan items. */
import { PLAN_STATES } from '#domain/plan'
import { CLASSES, type Class } from '#domain/verdict'
import { CLASS_PAINTS, PLAN_PAINTS, PLAN_SIGNS, SIGN_BOX } from './colours.js'
import { pathOf } from './draw.js'
import type { DrawTile } from '../tiles/vector-layer.js'

/** A zone has a broad line around its cells, so that it is seen as one thing. */
const ZONE_LINES: Record<Class, string> = {
  white: '#c1121f',
  grey: '#3f4854',
  black: '#000000',
  unknown: '#8a6d2b',
}

export function drawZones(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  context.lineJoin = 'round'
  for (const colour of CLASSES) {
    const path = pathOf(
      features.filter(({ properties }) => properties['class'] === colour),
      scale,
    )
    context.setLineDash(colour === 'white' ? [] : [5 * ratio, 3 * ratio])
    context.strokeStyle = '#ffffff'
    context.lineWidth = 5 * ratio
    context.stroke(path)
    context.strokeStyle = ZONE_LINES[colour]
    context.lineWidth = 2.6 * ratio
    context.stroke(path)
  }
}

/**
 * Radius in pixels. It grows with the logarithm of the population: otherwise large places would hide the small ones,
 * which are the ones that lack coverage.
 */
const radiusOf = (population: number) => 3 + Math.min(4, Math.log10(1 + population) / 1.2)

export function drawLocalities(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  context.lineWidth = 1.6 * ratio
  for (const { rings, properties } of features) {
    const at = rings[0]![0]!
    const { fill, line } = CLASS_PAINTS[properties['class'] as Class]
    context.beginPath()
    context.arc(
      at.x * scale,
      at.y * scale,
      radiusOf(Number(properties['population'] ?? 0)) * ratio,
      0,
      2 * Math.PI,
    )
    context.fillStyle = fill
    context.fill()
    context.strokeStyle = line
    context.stroke()
  }
}

const SITE_PIXELS = 7
/** If a tile has this many sites or more, they are drawn small, so that they do not hide the cells. */
const MANY_SITES = 40
const SMALL_SITE_PIXELS = 3.5

export function drawSites(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  const isCrowded = features.length > MANY_SITES
  const size = (isCrowded ? SMALL_SITE_PIXELS : SITE_PIXELS) * ratio
  context.lineWidth = (isCrowded ? 0.6 : 1.5) * ratio
  context.fillStyle = '#7c3aed'
  context.strokeStyle = '#ffffff'
  for (const { rings } of features) {
    const at = rings[0]![0]!
    context.fillRect(at.x * scale - size / 2, at.y * scale - size / 2, size, size)
    context.strokeRect(at.x * scale - size / 2, at.y * scale - size / 2, size, size)
  }
}

/** Half a diagonal of the diamond. Contradicted items are larger and on top. */
const PLAN_PIXELS = 8
/** If a tile has this many items or more, they are drawn small and without signs. */
const MANY_ITEMS = 80
const SMALL_PLAN_PIXELS = 4

export function drawPlan(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  const isCrowded = features.length > MANY_ITEMS
  for (const state of PLAN_STATES) {
    const { fill, line, width, sign } = PLAN_PAINTS[state]
    const size = (isCrowded ? SMALL_PLAN_PIXELS : PLAN_PIXELS) * ratio * (state === 'contradicted' ? 1.3 : 1)
    const path = isCrowded ? null : new Path2D(PLAN_SIGNS[state])
    for (const { rings, properties } of features) {
      if (properties['state'] !== state) continue
      const { x, y } = rings[0]![0]!
      context.lineWidth = width * ratio
      context.fillStyle = fill
      context.strokeStyle = line
      context.beginPath()
      for (const [dx, dy] of DIAMOND) context.lineTo(x * scale + dx * size, y * scale + dy * size)
      context.closePath()
      context.fill()
      context.stroke()
      if (path) drawSign(context, path, sign, { x: x * scale, y: y * scale, size })
    }
  }
}

/** Draws a sign in a square box around the middle of its diamond. */
function drawSign(
  context: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  { x, y, size }: { x: number; y: number; size: number },
): void {
  const zoom = (2 * size) / SIGN_BOX
  context.save()
  context.translate(x - size, y - size)
  context.scale(zoom, zoom)
  context.lineWidth = 1.5
  context.lineCap = 'round'
  context.strokeStyle = colour
  context.stroke(path)
  context.restore()
}

const DIAMOND = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const

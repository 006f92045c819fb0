/** Drawing of cells and areas: one path per paint, because there are thousands of hexagons and few paints. */
import { CLASSES, type Class, PARTIAL_KNOWLEDGE } from '#domain/verdict'
import {
  SELECTION_COLOUR,
  CONTRADICTION_PAINTS,
  DECLARED_PAINTS,
  DIRECTION_PAINTS,
  LAND,
  OUTLINE,
  CLASS_PAINTS,
  PARTIAL_PAINTS,
  type Paint,
  REACH_PAINTS,
} from './colours.js'
import type { Theme } from '../theme.js'
import type { Properties, DecodedFeature } from '../tiles/tile-source.js'

type Context = CanvasRenderingContext2D
type Features = readonly DecodedFeature[]

/** A paint and the test for the features that have it. */
type FeatureStyle = readonly [matches: (properties: Properties) => boolean, paint: Paint]

const PARTIAL_STYLES = PARTIAL_KNOWLEDGE.map((name): FeatureStyle => [
  ({ partial }) => partial === name,
  PARTIAL_PAINTS[name],
])

/** White is drawn last, so that its outline lies on top. */
const ORDER: readonly Class[] = [...CLASSES].reverse()

/** Undecided cells of which something is known are drawn over those of which nothing is. */
const VERDICT_STYLES: readonly FeatureStyle[] = ORDER.flatMap((colour): FeatureStyle[] => [
  [({ class: of, partial }) => of === colour && partial === undefined, CLASS_PAINTS[colour]],
  ...(colour === 'unknown' ? PARTIAL_STYLES : []),
])

/**
 * Whether a cell has this direction. A coarser cell has that of most cells beneath it; if two are equally frequent, the
 * worse one.
 */
function hasDirection(name: keyof typeof DIRECTION_PAINTS, properties: Properties): boolean {
  if (properties['direction'] !== undefined) return properties['direction'] === name
  const [better, worse] = [Number(properties['better']), Number(properties['worse'])]
  return name === (worse + better === 0 ? 'other' : worse >= better ? 'worse' : 'better')
}

const REACH_STYLES = Object.entries(REACH_PAINTS)
  .map(([name, paint]): FeatureStyle => [({ reach }) => reach === name, paint])
  .reverse()

const DECLARED_STYLES = Object.entries(DECLARED_PAINTS)
  .map(([name, paint]): FeatureStyle => [({ level }) => level === name, paint])
  .reverse()

const FEATURE_STYLES: Record<Theme['kind'], readonly FeatureStyle[]> = {
  verdict: VERDICT_STYLES,
  // The server sends inferred cells only at high zoom levels.
  inferred: VERDICT_STYLES,
  network: REACH_STYLES,
  declared: DECLARED_STYLES,
  difference: (['other', 'better', 'worse'] as const).map((name): FeatureStyle => [
    (properties) => hasDirection(name, properties),
    DIRECTION_PAINTS[name],
  ]),
  contradictions: (['late_plan', 'present_undeclared', 'declared_refuted'] as const).map(
    (name): FeatureStyle => [(properties) => Number(properties[name]) > 0, CONTRADICTION_PAINTS[name]],
  ),
}

export function drawCells(
  context: Context,
  features: Features,
  scale: number,
  ratio: number,
  theme: Theme['kind'],
): void {
  context.globalAlpha = 0.9
  for (const [matches, style] of FEATURE_STYLES[theme]) {
    const matching = features.filter(({ properties }) => matches(properties))
    if (matching.length > 0) paint(context, pathOf(matching, scale), style, ratio)
  }
}

export function drawLand(context: Context, features: Features, scale: number): void {
  context.fillStyle = LAND
  context.fill(pathOf(features, scale), 'evenodd')
}

/** Fills areas transparently with the colour of their class. An area without measurements keeps the land's colour. */
export function drawAreaColours(context: Context, features: Features, scale: number): void {
  for (const colour of ORDER) {
    const matching = features.filter((f) => f.properties['class'] === colour && isMeasured(f))
    if (matching.length === 0) continue
    // A white area is paler than a white cell: the fill of an area must not look like a measurement.
    context.globalAlpha = colour === 'white' ? 0.55 : 0.35
    context.fillStyle = CLASS_PAINTS[colour].fill
    context.fill(pathOf(matching, scale), 'evenodd')
  }
}

const isMeasured = ({ properties }: DecodedFeature) =>
  CLASSES.some((colour) => Number(properties[colour]) > 0)

export function drawAreaOutlines(context: Context, features: Features, scale: number, ratio: number): void {
  const path = pathOf(features, scale)
  context.lineJoin = 'round'
  context.strokeStyle = '#ffffff'
  context.lineWidth = 3 * ratio
  context.stroke(path)
  context.strokeStyle = OUTLINE
  context.lineWidth = 1.2 * ratio
  context.stroke(path)
}

/**
 * Draws the selected area tile by tile, because only the edge of a canvas hides where the server cut the area at its
 * tiles. At high zoom levels the tiles hold only the areas inside it: these are filled, without lines between them.
 */
export function drawSelectedArea(
  context: Context,
  features: Features,
  scale: number,
  ratio: number,
  code: string,
): void {
  const itself = features.filter(({ properties }) => properties['code'] === code)
  const inside = features.filter(({ properties }) => String(properties['code']).startsWith(`${code}.`))
  const path = pathOf([...itself, ...inside], scale)
  context.fillStyle = SELECTION_COLOUR
  context.globalAlpha = 0.16
  context.fill(path, 'evenodd')
  context.globalAlpha = 1
  context.strokeStyle = SELECTION_COLOUR
  context.lineWidth = 4 * ratio
  context.lineJoin = 'round'
  context.stroke(pathOf(itself, scale))
}

function paint(
  context: Context,
  path: Path2D,
  { fill, line, width, striped, hatch }: Paint,
  ratio: number,
): void {
  context.fillStyle = fill
  context.fill(path, 'evenodd')
  if (striped) {
    context.fillStyle = stripes(context, line, ratio, hatch)
    context.fill(path, 'evenodd')
  }
  context.strokeStyle = line
  context.lineWidth = width * ratio
  context.stroke(path)
}

/** Stripes, eight pixels apart. The size of a tile is a multiple of that, so stripes meet at the edges. */
function stripes(context: Context, line: string, ratio: number, hatch: Paint['hatch']): CanvasPattern {
  const size = Math.round(8 * ratio)
  const tile = document.createElement('canvas')
  tile.width = tile.height = size
  const pen = tile.getContext('2d')!
  pen.strokeStyle = line
  pen.lineWidth = 1.2 * ratio
  const [start, end] = hatch === 'level' ? [size / 2, size / 2] : hatch === 'falling' ? [0, size] : [size, 0]
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, start)
    pen.lineTo(shift + size, end)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat')!
}

export function pathOf(features: Features, scale: number): Path2D {
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

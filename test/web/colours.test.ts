/**
 * The paints of the map told apart without colour: by lightness for a grey printer, and by what is left of the colours
 * for each kind of colour blindness.
 */
import { describe, expect, test } from 'vitest'
import {
  CONTRADICTION_PAINTS,
  DIRECTION_PAINTS,
  LAND,
  CLASS_PAINTS,
  PARTIAL_PAINTS,
  type Paint,
  REACH_PAINTS,
} from '../../web/src/map/paint/colours.js'

type Rgb = [number, number, number]

const linearOf = (hex: string): Rgb =>
  [1, 3, 5].map((i) => {
    const x = parseInt(hex.slice(i, i + 2), 16) / 255
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4
  }) as Rgb

/** CIE L*a*b* under D65. */
function labOf([r, g, b]: Rgb): Rgb {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const distance = (a: Rgb, b: Rgb) => Math.hypot(...a.map((x, i) => x - b[i]!))

/** Machado, Oliveira and Fernandes (2009), A Physiologically-based Model for Simulation of Color Vision Deficiency; severity 1. */
const SIGHTS: Record<string, readonly Rgb[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const seenBy = (sight: readonly Rgb[], colour: Rgb): Rgb =>
  sight.map((row) => clamped(row.reduce((sum, x, i) => sum + x * colour[i]!, 0))) as Rgb
const clamped = (x: number) => Math.max(0, Math.min(1, x))

/** A grey printer prints lightness. */
const asGrey = (colour: Rgb): Rgb => [labOf(colour)[0], 0, 0]

/** What covers a hexagon on paper: the fill, and for stripes the share of the line (1.2 of 5.7 pixels across). */
function cover({ fill, line, striped }: Paint): Rgb {
  const share = striped ? 0.21 : 0
  const [a, b] = [linearOf(fill), linearOf(line)]
  return a.map((x, i) => x * (1 - share) + b[i]! * share) as Rgb
}

/** How strongly its stripes stand out: none where it is plain. */
const stripesOf = ({ fill, line, striped }: Paint, look: (colour: Rgb) => Rgb) =>
  striped ? distance(look(linearOf(fill)), look(linearOf(line))) : 0

/** How far apart two paints of a legend look: by surface, or where one is plain by the other's stripes. */
function apart(a: Paint, b: Paint, look: (colour: Rgb) => Rgb): number {
  const surfaces = distance(look(cover(a)), look(cover(b)))
  return a.striped === b.striped ? surfaces : Math.max(surfaces, stripesOf(a, look), stripesOf(b, look))
}

const pairsOf = (paints: Readonly<Record<string, Paint>>) => {
  const all = Object.entries(paints)
  return all.flatMap(([a, paint], i) => all.slice(i + 1).map(([b, other]) => [a, b, paint, other] as const))
}

/** Just noticeable is about 2.3; a legend on paper wants several times that. */
const LEAST = 12

/** Directions of stripes tell two striped paints apart where their colours do not. */
const isHatchedAlike = (a: Paint, b: Paint) => a.striped && b.striped && a.hatch === b.hatch

test('the parts of the undecided cells differ from every class and from one another, in grey and to the colour-blind', () => {
  const looks = [asGrey, ...Object.values(SIGHTS).map((sight) => (c: Rgb) => labOf(seenBy(sight, c)))]
  const paints = { ...CLASS_PAINTS, ...PARTIAL_PAINTS }
  for (const [a, b, paint, other] of pairsOf(paints)) {
    if (!(a in PARTIAL_PAINTS) && !(b in PARTIAL_PAINTS)) continue
    expect(isHatchedAlike(paint, other), `${a} ${b}`).toBe(false)
    if (paint.striped && other.striped) continue
    for (const look of looks) expect(apart(paint, other, look), `${a} ${b}`).toBeGreaterThan(LEAST)
  }
  // What the stripes are drawn with must be seen on what they are drawn over.
  for (const [name, paint] of Object.entries(PARTIAL_PAINTS))
    for (const look of looks) expect(stripesOf(paint, look), name).toBeGreaterThan(LEAST)
})

describe('the classes', () => {
  test.each(pairsOf(CLASS_PAINTS))(
    '%s and %s differ in grey by their surfaces alone',
    (_a, _b, paint, other) => {
      expect(distance(asGrey(cover(paint)), asGrey(cover(other)))).toBeGreaterThan(LEAST)
    },
  )

  test.each(Object.entries(SIGHTS))('differ by their surfaces alone under %s', (_name, sight) => {
    for (const [a, b, paint, other] of pairsOf(CLASS_PAINTS)) {
      const seen = [paint, other].map((one) => labOf(seenBy(sight, cover(one))))
      expect(distance(seen[0]!, seen[1]!), `${a} ${b}`).toBeGreaterThan(LEAST)
    }
  })

  test('none is taken for the land, where nothing was measured: white has a dark outline, undecided has stripes', () => {
    const [land] = labOf(linearOf(LAND))
    for (const paint of Object.values(CLASS_PAINTS)) {
      const lightness = [labOf(cover(paint))[0], labOf(linearOf(paint.line))[0]]
      expect(Math.max(...lightness.map((l) => Math.abs(l - land)))).toBeGreaterThan(25)
    }
  })
})

test.each([
  ['networks', REACH_PAINTS],
  ['differences', DIRECTION_PAINTS],
  ['contradictions', CONTRADICTION_PAINTS],
])('the paints of %s differ in grey and to the colour-blind, by surface or stripes', (_name, paints) => {
  const looks = [asGrey, ...Object.values(SIGHTS).map((sight) => (c: Rgb) => labOf(seenBy(sight, c)))]
  for (const [a, b, paint, other] of pairsOf(paints))
    for (const look of looks) expect(apart(paint, other, look), `${a} ${b}`).toBeGreaterThan(LEAST)
})

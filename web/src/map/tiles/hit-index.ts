/** Index of the features of a tile by point: 32 × 32 buckets of bounding boxes, then the even-odd rule. */

export type Ring = readonly { x: number; y: number }[]

const BUCKETS = 32

export class HitIndex<F extends { rings: readonly Ring[] }> {
  private readonly buckets: F[][] = Array.from({ length: BUCKETS * BUCKETS }, () => [])
  private readonly size: number

  constructor(features: readonly F[], extent: number) {
    this.size = extent / BUCKETS
    for (const feature of features) this.add(feature)
  }

  /** The feature at a point in tile units; of several, the last one, which is drawn on top. */
  at(x: number, y: number): F | null {
    const bucket = this.buckets[this.clamp(y) * BUCKETS + this.clamp(x)]!
    return bucket.findLast((feature) => contains(feature.rings, x, y)) ?? null
  }

  private add(feature: F): void {
    const xs = feature.rings.flatMap((ring) => ring.map((p) => p.x))
    const ys = feature.rings.flatMap((ring) => ring.map((p) => p.y))
    const [left, right] = [this.clamp(minOf(xs)), this.clamp(maxOf(xs))]
    for (let row = this.clamp(minOf(ys)); row <= this.clamp(maxOf(ys)); row++)
      for (let column = left; column <= right; column++) this.buckets[row * BUCKETS + column]!.push(feature)
  }

  private clamp(units: number): number {
    return Math.max(0, Math.min(BUCKETS - 1, Math.floor(units / this.size)))
  }
}

const minOf = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity)
const maxOf = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity)

export function contains(rings: readonly Ring[], x: number, y: number): boolean {
  let inside = false
  for (const ring of rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [a, b] = [ring[i]!, ring[j]!]
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
    }
  return inside
}

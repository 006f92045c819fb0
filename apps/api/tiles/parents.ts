/**
 * What parents of cells hold, of a network in a run. From far away a tile holds much of the country, and each would read
 * most of it: so the country is read once, and kept by its parents.
 */
import type { Bounds } from '#domain/probe'
import { COUNTRY_RESOLUTION, type CellRange, WORKING_RESOLUTION, parentOf, rangesCovering } from '#geo'
import { LRUCache } from 'lru-cache'

/** All else in it are counts of cells. */
interface CountedParent {
  h3: string
}
type ReadParents<R> = (at: { resolution: number; ranges: readonly CellRange[] | null }) => Promise<R[]>

export class ParentCellCache<R extends CountedParent> {
  private readonly cache = new LRUCache<string, Promise<R[]>>({ max: 50 })

  /** Those of a resolution that reach into a box; others may be among them. */
  async within(key: string, box: Bounds, resolution: number, read: ReadParents<R>): Promise<R[]> {
    if (resolution > COUNTRY_RESOLUTION)
      return read({ resolution, ranges: rangesCovering(box, resolution, WORKING_RESOLUTION) })
    const all = await this.country(key, read)
    return resolution === COUNTRY_RESOLUTION ? all : sumByParent(all, resolution)
  }

  private country(key: string, read: ReadParents<R>): Promise<R[]> {
    const known = this.cache.get(key)
    if (known) return known
    const reading = read({ resolution: COUNTRY_RESOLUTION, ranges: null })
    this.cache.set(key, reading)
    // Who asks next asks anew.
    reading.catch(() => this.cache.delete(key))
    return reading
  }
}

/** Their parents, with the sums of their figures. */
function sumByParent<R extends CountedParent>(rows: readonly R[], resolution: number): R[] {
  const sums = new Map<string, CountedParent & Record<string, unknown>>()
  for (const { h3, ...figures } of rows) {
    const parent = parentOf(h3, resolution)
    const sum = sums.get(parent) ?? { h3: parent }
    for (const [name, figure] of Object.entries(figures)) sum[name] = Number(sum[name] ?? 0) + Number(figure)
    sums.set(parent, sum)
  }
  return [...sums.values()] as unknown as R[]
}

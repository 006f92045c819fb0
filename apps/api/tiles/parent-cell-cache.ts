/**
 * Counts of a network in parent cells, in a run. At low zoom levels a tile shows much of the country, and each tile
 * would read most of it again: therefore the country is read once, by its parents of one resolution, and cached.
 */
import type { Bounds } from '#domain/probe'
import { COUNTRY_RESOLUTION, type CellRange, WORKING_RESOLUTION, parentOf, rangesCovering } from '#geo'
import { PromiseCache } from '../http/promise-cache.js'

/** A parent cell; all its other properties are counts of cells. */
interface CountedParent {
  h3: string
}
/** Reads parents of a resolution, in some ranges of cells or (null) in the whole country. */
type ReadParents<R> = (at: { resolution: number; ranges: readonly CellRange[] | null }) => Promise<R[]>

const MAX_CACHED_COUNTRIES = 50

export class ParentCellCache<R extends CountedParent> {
  private readonly countries = new PromiseCache<R[]>({ max: MAX_CACHED_COUNTRIES })

  /** The parents of a resolution that reach into a box; others may be among them. `key` names run and network. */
  async within(key: string, box: Bounds, resolution: number, read: ReadParents<R>): Promise<R[]> {
    if (resolution > COUNTRY_RESOLUTION)
      return read({ resolution, ranges: rangesCovering(box, resolution, WORKING_RESOLUTION) })
    const country = await this.countries.getOrCompute(key, () =>
      read({ resolution: COUNTRY_RESOLUTION, ranges: null }),
    )
    return resolution === COUNTRY_RESOLUTION ? country : sumByParent(country, resolution)
  }
}

/** The parents of the rows' cells, with the sums of their counts. */
function sumByParent<R extends CountedParent>(rows: readonly R[], resolution: number): R[] {
  const sums = new Map<string, CountedParent & Record<string, unknown>>()
  for (const { h3, ...counts } of rows) {
    const parent = parentOf(h3, resolution)
    const sum = sums.get(parent) ?? { h3: parent }
    for (const [name, count] of Object.entries(counts)) sum[name] = Number(sum[name] ?? 0) + Number(count)
    sums.set(parent, sum)
  }
  return [...sums.values()] as unknown as R[]
}

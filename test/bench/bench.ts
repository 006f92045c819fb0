/** What a bench is given and what it gives. */
import { type Cluster, startCluster } from '../support/cluster.js'
import { type BenchDatabase, databaseFrom, makeTemplate } from './database.js'
import { type Country, makeCountry } from './country.js'

export { tell, timed } from './timing.js'

export interface Result {
  bench: string
  ours: number
  /** The same work by the barest means that do it. */
  floor: number
  /**
   * Ours relative to the floor. For rates and tiles larger is better (1 = as fast as the floor); `classify.*` and
   * `memory.*` are times or sizes over the floor's, so there smaller is better.
   */
  ratio: number
  unit: string
  /** Log-log slope of the time over the size, where a bench measures two sizes. */
  slope?: number
}

export interface Bench {
  /** Names of the lines that it prints. */
  names: readonly string[]
  /** `isWanted` tells a bench of many lines which of them are asked for. */
  run(ground: Ground, isWanted: (name: string) => boolean): Promise<Result[]>
}

/** One cluster, started by the first bench that asks for it, and what several benches share in it. */
export class Ground {
  private cluster: Promise<Cluster> | null = null
  private template: Promise<void> | null = null
  private readonly countries = new Map<number, Promise<Country>>()

  /** A prepared database of its own: tables, rules, areas, partitions. */
  async database(name: string): Promise<BenchDatabase> {
    const cluster = await (this.cluster ??= startCluster())
    await (this.template ??= makeTemplate(cluster))
    return databaseFrom(cluster, name)
  }

  async close(): Promise<void> {
    await (await this.cluster)?.stop()
  }

  /** 51 probes in each of so many cells: made by the first bench that asks. */
  country(cells = 20_000): Promise<Country> {
    const known = this.countries.get(cells)
    if (known) return known
    const made = this.database(`country_${cells}`).then((place) => makeCountry(place, cells))
    this.countries.set(cells, made)
    return made
  }
}

/** Significant digits kept in what is printed: the noise is larger. */
const DIGITS = 4

const short = (value: number) => Number(value.toPrecision(DIGITS))

export function resultOf(bench: string, ours: number, floor: number, unit: string, ratio: number): Result {
  return { bench, ours: short(ours), floor: short(floor), ratio: short(ratio), unit }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

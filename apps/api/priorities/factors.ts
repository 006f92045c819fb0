import type { ZoneFactors } from '#domain/priority'
import { type RunRow } from '#store/runs'
import { factorsOfZones, placesRevision } from '#store/zones'
import { Injectable } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'
import { Settings } from '../settings.js'

export interface ZoneFactorsSnapshot {
  zones: ZoneFactors[]
  /** When localities and sites were counted: they change, the run does not. */
  takenAt: Date
}

/** About 150 MB. */
const MAX_CACHED_ZONES = 500_000

/**
 * The factors of runs that were asked for lately. Taking them reads all of a run's zones; they are taken again when
 * localities or sites have changed since, never shown as new.
 */
@Injectable()
export class FactorCache {
  private readonly cache = new LRUCache<number, ZoneFactorsSnapshot & { mark: string }>({
    maxSize: MAX_CACHED_ZONES,
    sizeCalculation: ({ zones }) => zones.length + 1,
  })
  /** Who asks while they are being taken waits for the same. */
  private readonly inFlight = new Map<string, Promise<ZoneFactorsSnapshot>>()

  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  async of(run: RunRow): Promise<ZoneFactorsSnapshot> {
    const mark = await placesRevision(this.source.manager)
    const known = this.cache.get(run.id)
    if (known?.mark === mark) return known
    const key = `${run.id} ${mark}`
    const waited = this.inFlight.get(key) ?? this.load(run, mark)
    this.inFlight.set(key, waited)
    return waited.finally(() => this.inFlight.delete(key))
  }

  /** The mark is older than what is read after it: a change in between is seen the next time. */
  private async load(run: RunRow, mark: string): Promise<ZoneFactorsSnapshot> {
    const takenAt = new Date(this.settings.clock())
    const taken = { zones: await factorsOfZones(this.source.manager, run), takenAt, mark }
    this.cache.set(run.id, taken)
    return taken
  }
}

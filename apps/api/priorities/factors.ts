import type { ZoneFactors } from '#domain/priority'
import { type RunRow } from '#store/runs'
import { factorsOfZones, placesRevision } from '#store/zones'
import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { PromiseCache } from '../http/promise-cache.js'
import { Settings } from '../settings.js'

export interface ZoneFactorsSnapshot {
  zones: ZoneFactors[]
  /** Time at which localities and sites were counted: they change, the run does not. */
  takenAt: Date
}

/** Limit of the cached zones, about 150 MB. */
const MAX_CACHED_ZONES = 500_000

/**
 * The factors of the runs that were requested lately. Counting them reads all zones of a run. They are counted again if
 * localities or sites have changed since, so that old counts are never shown as current.
 */
@Injectable()
export class FactorCache {
  /** Snapshots by run and revision of the places. */
  private readonly snapshots = new PromiseCache<ZoneFactorsSnapshot>({
    maxSize: MAX_CACHED_ZONES,
    sizeCalculation: ({ zones }) => zones.length + 1,
  })

  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  /** The revision is read before the factors: a change in between is noticed at the next request. */
  async of(run: RunRow): Promise<ZoneFactorsSnapshot> {
    const key = `${run.id} ${await placesRevision(this.source.manager)}`
    return this.snapshots.getOrCompute(key, async () => {
      const takenAt = new Date(this.settings.clock())
      const zones = await factorsOfZones(this.source.manager, run)
      // Snapshots of earlier revisions are useless now.
      this.snapshots.forget((other) => other.startsWith(`${run.id} `))
      return { zones, takenAt }
    })
  }
}

import type { ZoneFactors } from '#domain/priority'
import { type RunRow } from '#store/runs'
import { factorsOfZones, markOfPlaces } from '#store/zones'
import { Injectable } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'
import { Settings } from '../settings.js'

export interface TakenFactors {
  zones: ZoneFactors[]
  /** When localities and sites were counted: they change, the run does not. */
  takenAt: Date
}

/** About 150 MB. */
const MOST_ZONES_KEPT = 500_000

/**
 * The factors of runs that were asked for lately. Taking them reads all of a run's zones; they are taken again when
 * localities or sites have changed since, never shown as new.
 */
@Injectable()
export class Factors {
  private readonly known = new LRUCache<number, TakenFactors & { mark: string }>({
    maxSize: MOST_ZONES_KEPT,
    sizeCalculation: ({ zones }) => zones.length + 1,
  })
  /** Who asks while they are being taken waits for the same. */
  private readonly taking = new Map<string, Promise<TakenFactors>>()

  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  async of(run: RunRow): Promise<TakenFactors> {
    const mark = await markOfPlaces(this.source.manager)
    const known = this.known.get(run.id)
    if (known?.mark === mark) return known
    const key = `${run.id} ${mark}`
    const waited = this.taking.get(key) ?? this.take(run, mark)
    this.taking.set(key, waited)
    return waited.finally(() => this.taking.delete(key))
  }

  /** The mark is older than what is read after it: a change in between is seen the next time. */
  private async take(run: RunRow, mark: string): Promise<TakenFactors> {
    const takenAt = new Date(this.settings.clock())
    const taken = { zones: await factorsOfZones(this.source.manager, run), takenAt, mark }
    this.known.set(run.id, taken)
    return taken
  }
}

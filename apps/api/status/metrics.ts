/** Metrics of the server in Prometheus's text format. */
import type { IngestResult } from '#ingest'
import { Injectable } from '@nestjs/common'
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

@Injectable()
export class Metrics {
  readonly registry = new Registry()

  private readonly probes = new Counter({
    name: 'taghtiya_probes_total',
    help: 'Probes received, by what became of them',
    labelNames: ['outcome'],
    registers: [this.registry],
  })

  private readonly groups = new Histogram({
    name: 'taghtiya_write_group_rows',
    help: 'Rows written in one transaction',
    buckets: [1, 4, 16, 64, 256, 1024, 4096],
    registers: [this.registry],
  })

  private readonly tiles = new Counter({
    name: 'taghtiya_tiles_total',
    help: 'Tiles answered, by where they came from',
    labelNames: ['from'],
    registers: [this.registry],
  })

  private readonly failedSignIns = new Counter({
    name: 'taghtiya_failed_sign_ins_total',
    help: 'Attempts to sign in with a wrong name or password',
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  countIngested({ accepted, duplicates, rejected, rejectedMore = 0 }: IngestResult): void {
    this.probes.inc({ outcome: 'accepted' }, accepted)
    this.probes.inc({ outcome: 'duplicate' }, duplicates)
    this.probes.inc({ outcome: 'rejected' }, rejected.length + rejectedMore)
  }

  observeGroup(rows: number): void {
    this.groups.observe(rows)
  }

  countFailedSignIn(): void {
    this.failedSignIns.inc()
  }

  countTile(from: 'cache' | 'database' | 'client'): void {
    this.tiles.inc({ from })
  }
}

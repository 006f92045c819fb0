/** Metrics of the server in Prometheus's text format. */
import type { IngestResult } from '#ingest'
import type { DatabaseFault } from '#store/database'
import { Injectable } from '@nestjs/common'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { ApiGroup, ReadinessCheck } from './readiness.js'

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

  private readonly databaseFaults = new Counter({
    name: 'taghtiya_database_faults_total',
    help: 'Requests that the database did not serve, by its fault',
    labelNames: ['fault'],
    registers: [this.registry],
  })

  constructor(
    readiness: Pick<ReadinessCheck, 'countWorkers' | 'workerRestarts'>,
    private readonly group: ApiGroup | null = null,
  ) {
    collectDefaultMetrics({ register: this.registry })
    this.addGauge('taghtiya_workers', 'Workers of the database that gave a sign of life in time', () =>
      readiness.countWorkers(),
    )
    this.addGauge(
      'taghtiya_worker_restarts',
      'How often the worker of this server was started again after it ended or froze',
      () => readiness.workerRestarts,
    )
    this.addGauge(
      'taghtiya_api_processes',
      'Processes that answer on this address',
      () => group?.apiRunning ?? 1,
    )
    this.addGauge(
      'taghtiya_api_restarts',
      'How often a process that answers on this address was started again after it ended or froze',
      () => group?.apiRestarts ?? 0,
    )
    group?.shareMetrics(this.registry)
  }

  /** The figures of this process, or of all that answer on its address. */
  text(): Promise<string> {
    return this.group ? this.group.metricsOfAll() : this.registry.metrics()
  }

  /** A figure of the whole server, which each of its processes knows; it is read when somebody asks. */
  private addGauge(name: string, help: string, read: () => number | Promise<number>): void {
    const collect = async function (this: Gauge) {
      this.set(await read())
    }
    this.registry.registerMetric(new Gauge({ name, help, registers: [], aggregator: 'max', collect }))
  }

  countDatabaseFault(fault: DatabaseFault): void {
    this.databaseFaults.inc({ fault })
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

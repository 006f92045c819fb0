/** Metrics of the server in Prometheus's text format. */
import type { IngestResult } from '#ingest'
import type { DatabaseFault } from '#store/database'
import { Injectable } from '@nestjs/common'
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { DataSource } from 'typeorm'
import { addGauge, addPoolGauges } from './gauges.js'
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

  private readonly requests = new Histogram({
    name: 'taghtiya_request_duration_seconds',
    help: 'Time from a request to the end of its answer, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10, 60],
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
    pools: Readonly<Record<string, DataSource>> = {},
  ) {
    // The first, so that they do not count the statements of the others.
    addPoolGauges(this.registry, pools)
    collectDefaultMetrics({ register: this.registry })
    const addCount = (name: string, help: string, read: () => number | Promise<number>) =>
      addGauge(this.registry, { name, help, read: async () => [[{}, await read()]] })
    addCount('taghtiya_workers', 'Workers of the database that gave a sign of life in time', () =>
      readiness.countWorkers(),
    )
    addCount(
      'taghtiya_worker_restarts',
      'How often the worker of this server was started again after it ended or froze',
      () => readiness.workerRestarts,
    )
    addCount('taghtiya_api_processes', 'Processes that answer on this address', () => group?.apiRunning ?? 1)
    addCount(
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

  countDatabaseFault(fault: DatabaseFault): void {
    this.databaseFaults.inc({ fault })
  }

  countIngested({ accepted, duplicates, rejected, rejectedMore = 0 }: IngestResult): void {
    this.probes.inc({ outcome: 'accepted' }, accepted)
    this.probes.inc({ outcome: 'duplicate' }, duplicates)
    this.probes.inc({ outcome: 'rejected' }, rejected.length + rejectedMore)
  }

  observeRequest(labels: { method: string; route: string; status: string }, seconds: number): void {
    this.requests.observe(labels, seconds)
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

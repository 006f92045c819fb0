/** Whether the server can serve: what is ready, and by which fault what is not. */
import { type Database, type DatabaseFault, canWrite, withinTime } from '#store/database'
import { countWorkers } from '#store/workers'
import { Injectable, ServiceUnavailableException } from '@nestjs/common'
import { DATABASE_PROBLEMS } from '../http/database-problems.js'
import { refusal } from '../http/problem.js'
import type { Registry } from 'prom-client'
import { Settings } from '../settings.js'

export type WriteFault = Extract<DatabaseFault, 'disk_full' | 'read_only'>
export type WorkerState = 'ok' | 'restarting' | 'silent'

/** The worker process that this server started. */
export interface SupervisedWorker {
  readonly isRunning: boolean
  /** Number of times that it was started again since the server's start. */
  readonly restarts: number
}

/** The processes that answer on one address, this one among them. */
export interface ApiGroup {
  /** Whether all of them answer. */
  readonly isComplete: boolean
  /** Number of those that answer. */
  readonly apiRunning: number
  /** Number of times that one of them was started again since the server's start. */
  readonly apiRestarts: number
  /** Lets the figures of a registry be added to those of the others. */
  shareMetrics(registry: Registry): void
  /** The figures of all of them added up, as text. */
  metricsOfAll(): Promise<string>
}

/** The answer of `GET /health/ready` while the database answers. */
export interface Readiness {
  /** `read_only`: everything can be read, nothing can be written. */
  status: 'ok' | 'read_only'
  /** `ok`, or why nothing can be written. */
  writing: 'ok' | WriteFault
  /**
   * `restarting`: the worker of this server ended and is started again; `silent`: no worker of this database gave a sign of
   * life in time. Probes are taken and read all the same, but no new run is made.
   */
  worker: WorkerState
  /**
   * The processes that answer, if there are several (`API_PROCESSES`). `restarting`: one of them ended and is started again; the others answer
   * meanwhile.
   */
  api?: 'ok' | 'restarting'
}

/** Writing is tried so often at most while it fails. */
const RECHECK_MS = 5_000
/** A connection of the pool may be long in coming although the database answers. */
const MAX_WAIT_MS = 2_000

@Injectable()
export class ReadinessCheck {
  private writeFault: WriteFault | null = null
  /** ms since 1970. */
  private nextCheckAt = 0
  private workerCount = 0

  constructor(
    private readonly database: Database,
    private readonly worker: SupervisedWorker | null,
    private readonly settings: Settings,
    private readonly group: ApiGroup | null = null,
  ) {}

  /** Remembers a fault that a request met. Only a write meets those that concern writing. */
  note(fault: DatabaseFault): void {
    if (fault !== 'disk_full' && fault !== 'read_only') return
    this.writeFault = fault
    this.nextCheckAt = this.settings.clock() + RECHECK_MS
  }

  /** Throws 503 if the database does not answer within three seconds. */
  async read(): Promise<Readiness> {
    await this.database.ping().catch(() => {
      throw new ServiceUnavailableException(refusal('database_away', DATABASE_PROBLEMS.away.detail))
    })
    const [writing, worker] = await Promise.all([this.writing(), this.workerState()])
    const api = this.group && { api: this.group.isComplete ? ('ok' as const) : ('restarting' as const) }
    return { status: writing === 'ok' ? 'ok' : 'read_only', writing, worker, ...api }
  }

  /** Throws 503 with the code of the fault if nothing can be written. */
  async requireWriting(): Promise<Readiness> {
    const readiness = await this.read()
    if (readiness.writing === 'ok') return readiness
    const { code, detail } = DATABASE_PROBLEMS[readiness.writing]
    throw new ServiceUnavailableException(refusal(code, detail))
  }

  /** A fault holds until a write succeeds; it is tried here, because devices may send nothing while they are refused. */
  private async writing(): Promise<Readiness['writing']> {
    if (this.writeFault && this.settings.clock() >= this.nextCheckAt) {
      this.nextCheckAt = this.settings.clock() + RECHECK_MS
      const isWritable = await withinTime(MAX_WAIT_MS, () => canWrite(this.database.source)).catch(
        () => false,
      )
      if (isWritable) this.writeFault = null
    }
    return this.writeFault ?? 'ok'
  }

  private async workerState(): Promise<WorkerState> {
    if (this.worker && !this.worker.isRunning) return 'restarting'
    return (await this.countWorkers()) > 0 ? 'ok' : 'silent'
  }

  /** The number of workers of the database that live; the last one that was read if the database does not answer in time. */
  async countWorkers(): Promise<number> {
    const count = withinTime(MAX_WAIT_MS, () => countWorkers(this.database.source.manager))
    this.workerCount = await count.catch(() => this.workerCount)
    return this.workerCount
  }

  /** Number of times that the worker of this server was started again. */
  get workerRestarts(): number {
    return this.worker?.restarts ?? 0
  }
}

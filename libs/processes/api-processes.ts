/** Several processes that answer on one address, each on a core of its own. */
import cluster, { type Worker } from 'node:cluster'
import type { ChildProcess } from 'node:child_process'
import { AggregatorRegistry } from 'prom-client'
import { type GroupState, type ToChild, type ToParent, isMessage } from './messages.js'
import { Supervisor } from './supervisor.js'

/** Shorter than a process waits for the figures of all. */
const MAX_ANSWER_MS = 5_000

export interface ApiProcessesOptions {
  /** The program of each process; it tells its parent when it answers. */
  program: URL
  count: number
  leaseMs: number
  /** The process that runs the schedule. */
  worker: Pick<Supervisor, 'isRunning' | 'restarts'>
  log(text: string): void
}

export class ApiProcesses {
  private readonly supervisors: Supervisor[]
  private readonly children = new Map<ChildProcess, { worker: Worker; isReady: boolean }>()
  private readonly questions = new Map<number, (figures: object[]) => void>()
  private lastQuestion = 0

  constructor(private readonly options: ApiProcessesOptions) {
    const { program, count, leaseMs, log } = options
    cluster.setupPrimary({ exec: program.pathname })
    this.supervisors = Array.from(
      { length: count },
      (_, n) =>
        new Supervisor({
          name: `process ${n + 1} of the API`,
          launch: () => this.launch(n + 1),
          leaseMs,
          log,
          changed: () => this.tellState(),
        }),
    )
  }

  /**
   * Resolves to the address when all processes answer; rejects when one ends before it does. The first alone finds out whether
   * the address is free.
   */
  async start(): Promise<string> {
    const [first, ...others] = this.supervisors
    const url = await this.readyOf(first!)
    await Promise.all(others.map((supervisor) => this.readyOf(supervisor)))
    return url
  }

  async stop(): Promise<void> {
    await Promise.all(this.supervisors.map((supervisor) => supervisor.stop()))
  }

  /** Tells each process what it says of the whole. */
  tellState(): void {
    const { worker, count } = this.options
    const state: GroupState = {
      isWorkerRunning: worker.isRunning,
      workerRestarts: worker.restarts,
      apiRunning: [...this.children.values()].filter(({ isReady }) => isReady).length,
      apiProcesses: count,
      apiRestarts: this.supervisors.reduce((sum, { restarts }) => sum + restarts, 0),
    }
    for (const { worker: child } of this.children.values()) tell(child, { kind: 'state', state })
  }

  private launch(n: number): ChildProcess {
    const worker = cluster.fork({ API_PROCESS: String(n) })
    const child = worker.process
    const entry = { worker, isReady: false }
    this.children.set(child, entry)
    // Before the supervisor's own listener, so that the state that is told then is without this process.
    child.once('exit', () => this.children.delete(child))
    child.on('message', (message: unknown) => {
      if (isMessage<ToParent, 'metrics'>(message, 'metrics')) void this.answerMetrics(worker, message.id)
      if (isMessage<ToParent, 'figures'>(message, 'figures'))
        this.questions.get(message.id)?.(message.figures)
      if (!isMessage<ToParent, 'ready'>(message, 'ready')) return
      entry.isReady = true
      this.tellState()
    })
    return child
  }

  private readyOf(supervisor: Supervisor): Promise<string> {
    const child = supervisor.start()
    return new Promise((resolve, reject) => {
      child.on('message', (message: unknown) => {
        if (isMessage<ToParent, 'ready'>(message, 'ready')) resolve(message.url)
      })
      child.once('exit', (code, signal) =>
        reject(new Error(`a process of the API ended during its start (${signal ?? `code ${code}`})`)),
      )
    })
  }

  /** One that ends, or does not answer in time, is left out. */
  private async answerMetrics(asking: Worker, id: number): Promise<void> {
    const ready = [...this.children.values()].filter(({ isReady }) => isReady)
    const figures = await Promise.all(ready.map(({ worker }) => this.figuresOf(worker)))
    const text = await AggregatorRegistry.aggregate(figures).metrics()
    tell(asking, { kind: 'metrics', id, text })
  }

  private figuresOf(worker: Worker): Promise<object[]> {
    const id = ++this.lastQuestion
    return new Promise<object[]>((resolve) => {
      this.questions.set(id, resolve)
      setTimeout(() => resolve([]), MAX_ANSWER_MS).unref()
      tell(worker, { kind: 'collect', id })
    }).finally(() => this.questions.delete(id))
  }
}

/** A process that has just ended hears nothing. */
function tell(worker: Worker, message: ToChild): void {
  if (worker.isConnected()) worker.send(message, () => {})
}

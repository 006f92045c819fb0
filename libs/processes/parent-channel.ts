/** The side of a process of the API: what it hears from the process that started it, and asks it. */
import type { Registry } from 'prom-client'
import { type GroupState, type ToChild, type ToParent, isMessage } from './messages.js'

/** Longer than the parent waits for the others. */
const MAX_WAIT_MS = 8_000

export class ParentChannel {
  private state: GroupState = {
    isWorkerRunning: true,
    workerRestarts: 0,
    apiRunning: 1,
    apiProcesses: 1,
    apiRestarts: 0,
  }
  private registry: Registry | null = null
  private readonly questions = new Map<number, (text: string | null) => void>()
  private lastQuestion = 0

  constructor() {
    process.on('message', (message: unknown) => {
      if (isMessage<ToChild, 'state'>(message, 'state')) this.state = message.state
      if (isMessage<ToChild, 'metrics'>(message, 'metrics')) this.questions.get(message.id)?.(message.text)
      if (isMessage<ToChild, 'collect'>(message, 'collect')) void this.tellFigures(message.id)
    })
  }

  get isRunning(): boolean {
    return this.state.isWorkerRunning
  }

  get restarts(): number {
    return this.state.workerRestarts
  }

  /** Whether all processes of the API answer. */
  get isComplete(): boolean {
    return this.state.apiRunning === this.state.apiProcesses
  }

  get apiRunning(): number {
    return this.state.apiRunning
  }

  get apiRestarts(): number {
    return this.state.apiRestarts
  }

  /** Lets the parent add the figures of this registry to those of the other processes. */
  shareMetrics(registry: Registry): void {
    this.registry = registry
  }

  /** The figures of all processes added up. */
  async metricsOfAll(): Promise<string> {
    const id = ++this.lastQuestion
    const text = await new Promise<string | null>((resolve) => {
      this.questions.set(id, resolve)
      setTimeout(() => resolve(null), MAX_WAIT_MS).unref()
      this.tell({ kind: 'metrics', id })
    }).finally(() => this.questions.delete(id))
    if (text === null) throw new Error('the figures of all processes did not come in time')
    return text
  }

  tellReady(url: string): void {
    this.tell({ kind: 'ready', url })
  }

  private async tellFigures(id: number): Promise<void> {
    this.tell({ kind: 'figures', id, figures: (await this.registry?.getMetricsAsJSON()) ?? [] })
  }

  private tell(message: ToParent): void {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
}

/** Keeps a process beside this one: it is started again when it ends or freezes. */
import type { ChildProcess } from 'node:child_process'

const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 60_000
/** A process that ran for so long had started well: the delay begins anew. */
const GOOD_RUN_MS = 5 * 60_000
/** A program that is being loaded gives no sign yet: on a busy machine it may take this long. */
const MAX_LOADING_MS = 60_000

/** The delay before the start that follows this number of failures in a row, from 1 on: it doubles each time. */
export const restartDelayMs = (failures: number): number =>
  Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1))

export interface SupervisorOptions {
  /** The process as a log names it: `the worker`. */
  name: string
  /** Starts the process with a channel for messages. */
  launch(): ChildProcess
  /** Time, ms, without a message after which the process is taken for frozen. */
  leaseMs: number
  log(text: string): void
  /** Called after the process was started, and after it ended. */
  changed?(): void
}

export class Supervisor {
  restarts = 0
  private child: ChildProcess | null = null
  private isStopping = false
  private failures = 0
  private restartTimer: NodeJS.Timeout | undefined

  constructor(private readonly options: SupervisorOptions) {}

  get isRunning(): boolean {
    return this.child !== null
  }

  /** Id of the process; undefined between two of them. */
  get pid(): number | undefined {
    return this.child?.pid
  }

  start(): ChildProcess {
    const { name, leaseMs, log } = this.options
    const child = this.options.launch()
    const startedAt = performance.now()
    let silentUntil = startedAt + Math.max(leaseMs, MAX_LOADING_MS)
    child.on('message', () => (silentUntil = performance.now() + leaseMs))
    const watch = setInterval(() => {
      if (performance.now() < silentUntil) return
      log(`${name} gave no sign of life in time: it is ended`)
      // A stopped process receives no other signal.
      child.kill('SIGKILL')
    }, leaseMs / 4)
    const ended = (cause: string) => {
      clearInterval(watch)
      // A process that could not be started reports an error, and may report its end too.
      if (this.child !== child) return
      this.child = null
      this.options.changed?.()
      if (!this.isStopping) this.startAgain(performance.now() - startedAt, cause)
    }
    child.once('exit', (code, signal) => ended(signal ?? `code ${code}`))
    child.on('error', (error) => {
      if (child.pid === undefined) ended(error.message)
    })
    this.child = child
    this.options.changed?.()
    return child
  }

  /** Lets the process end in good order: it hears SIGTERM. */
  async stop(): Promise<void> {
    this.isStopping = true
    clearTimeout(this.restartTimer)
    const { child } = this
    if (!child) return
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    await exit
  }

  private startAgain(ranMs: number, cause: string): void {
    this.failures = ranMs < GOOD_RUN_MS ? this.failures + 1 : 1
    const delayMs = restartDelayMs(this.failures)
    this.options.log(`${this.options.name} ended (${cause}); it is started again in ${delayMs / 1000} s`)
    this.restartTimer = setTimeout(() => {
      this.restarts++
      this.start()
    }, delayMs)
  }
}

/** Starts the worker as a process beside the API, and starts it again when it ends or freezes. */
import { type ChildProcess, fork } from 'node:child_process'

const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 60_000
/** A worker that ran for so long had started well: the delay begins anew. */
const GOOD_RUN_MS = 5 * 60_000
/** A program that is being loaded gives no sign yet: on a busy machine it may take this long. */
const MAX_LOADING_MS = 60_000

/** The delay before the start that follows this number of failures in a row, from 1 on: it doubles each time. */
export const restartDelayMs = (failures: number): number =>
  Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1))

export interface SupervisorOptions {
  /** The worker's program, a file or `file:` URL. */
  program: URL | string
  /** Time, ms, without a message after which the process is taken for frozen. */
  leaseMs: number
  log(text: string): void
}

export class WorkerSupervisor {
  restarts = 0
  private child: ChildProcess | null = null
  private isStopping = false
  private failures = 0
  private restartTimer: NodeJS.Timeout | undefined

  constructor(private readonly options: SupervisorOptions) {}

  get isRunning(): boolean {
    return this.child !== null
  }

  /** Id of the worker's process; undefined between two of them. */
  get pid(): number | undefined {
    return this.child?.pid
  }

  start(): void {
    const { program, leaseMs, log } = this.options
    const child = fork(program)
    const startedAt = performance.now()
    let silentUntil = startedAt + Math.max(leaseMs, MAX_LOADING_MS)
    child.on('message', () => (silentUntil = performance.now() + leaseMs))
    const watch = setInterval(() => {
      if (performance.now() < silentUntil) return
      log(`the worker gave no sign of life in time: it is ended`)
      // A stopped process receives no other signal.
      child.kill('SIGKILL')
    }, leaseMs / 4)
    const ended = (cause: string) => {
      clearInterval(watch)
      // A process that could not be started reports an error, and may report its end too.
      if (this.child !== child) return
      this.child = null
      if (!this.isStopping) this.startAgain(performance.now() - startedAt, cause)
    }
    child.once('exit', (code, signal) => ended(signal ?? `code ${code}`))
    child.on('error', (error) => {
      if (child.pid === undefined) ended(error.message)
    })
    this.child = child
  }

  /** Lets the worker end in good order. */
  async stop(): Promise<void> {
    this.isStopping = true
    clearTimeout(this.restartTimer)
    const { child } = this
    if (!child) return
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    await exit
  }

  private startAgain(ranMs: number, cause: string): void {
    this.failures = ranMs < GOOD_RUN_MS ? this.failures + 1 : 1
    const delayMs = restartDelayMs(this.failures)
    this.options.log(`the worker ended (${cause}); it is started again in ${delayMs / 1000} s`)
    this.restartTimer = setTimeout(() => {
      this.restarts++
      this.start()
    }, delayMs)
  }
}

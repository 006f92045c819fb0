/**
 * Latency under load: how long others wait while one download fills the line. It is measured by short requests on a connection
 * of their own, as a call or a game would be: a ping inside the download would also wait in the buffers of the server.
 */
import { medianOf } from './median.js'

/** Pause between two requests. */
const PAUSE_MS = 100
/** The time after which a download fills the line; samples before it do not count. */
const RAMP_UP_MS = 1_000
/** A median of fewer round trips says little. */
const MIN_ROUND_TRIPS = 5

export interface RoundTripTools {
  /** Resolves when a small answer has come. */
  ping: () => Promise<void>
  /** Milliseconds of a clock that never jumps. */
  now: () => number
  sleep: (ms: number) => Promise<void>
}

/** Measures round trips between `begin` and `end`, one after the other. A failed request is left out. */
export class LoadedLatency {
  private readonly roundTripsMs: number[] = []
  private isRunning = false

  constructor(private readonly tools: RoundTripTools) {}

  /** Called when the download begins to move bytes. Resolves after `end`. */
  async begin(): Promise<void> {
    if (this.isRunning) return
    this.isRunning = true
    const { ping, now, sleep } = this.tools
    // Opens the connection: the time for that is no round trip.
    await ping().catch(() => {})
    await sleep(RAMP_UP_MS)
    while (this.isRunning) {
      const sentAt = now()
      const isAnswered = await ping().then(
        () => true,
        () => false,
      )
      // A request that outlasts the download waited on an idle line for a part of its time.
      if (isAnswered && this.isRunning) this.roundTripsMs.push(now() - sentAt)
      await sleep(PAUSE_MS)
    }
  }

  /** Called when the download has ended. */
  end(): void {
    this.isRunning = false
  }

  /** The median in ms; null after a download that was too short or could not be measured. */
  median(): number | null {
    return this.roundTripsMs.length < MIN_ROUND_TRIPS ? null : medianOf(this.roundTripsMs)
  }
}

import { Injectable, ServiceUnavailableException } from '@nestjs/common'

/** Limit of the solvers at once; each takes a processor core for up to a quarter of a minute. */
const MAX_RUNNING_SOLVERS = 2
const RETRY_AFTER_S = 10

/** Limits the budgets that are computed at once: more would delay all of them, and the map too. */
@Injectable()
export class SolverSlots {
  private running = 0

  /** Runs the work in a slot. A refusal first calls `setRetryAfter` with the seconds until a slot is probably free. */
  async run<T>(setRetryAfter: (seconds: number) => void, work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_RUNNING_SOLVERS) {
      setRetryAfter(RETRY_AFTER_S)
      throw new ServiceUnavailableException(
        `${MAX_RUNNING_SOLVERS} budgets are being computed: retry in ${RETRY_AFTER_S} seconds`,
      )
    }
    this.running++
    try {
      return await work()
    } finally {
      this.running--
    }
  }
}

import { Injectable, ServiceUnavailableException } from '@nestjs/common'

/** Each takes a core for up to a quarter of a minute. */
const MAX_RUNNING_SOLVERS = 2

/** How many budgets are computed at once: more would make all of them late, and the map too. */
@Injectable()
export class SolverSlots {
  private taken = 0

  /** `refuse` is told in how many seconds a slot is likely free. */
  async run<T>(refuse: (seconds: number) => void, work: () => Promise<T>): Promise<T> {
    if (this.taken >= MAX_RUNNING_SOLVERS) {
      refuse(RETRY_AFTER_S)
      throw new ServiceUnavailableException(
        `${MAX_RUNNING_SOLVERS} budgets are being computed: come back in ${RETRY_AFTER_S} seconds`,
      )
    }
    this.taken++
    try {
      return await work()
    } finally {
      this.taken--
    }
  }
}

const RETRY_AFTER_S = 10

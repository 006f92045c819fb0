/** How many tests run at once: they share this server's line, and each one more would falsify the others. */
import { Injectable } from '@nestjs/common'
import { SpeedTestError } from './request.js'

export const MAX_TESTS = 16
/** By then a test that runs now has ended; spread, so that those who wait do not all come back together. */
const RETRY_AFTER_S = { least: 10, spread: 20 } as const

@Injectable()
export class TestSlots {
  private taken = 0

  /** Takes a slot and gives what releases it (once); throws a Refusal that says when to come back. */
  take(): () => void {
    this.throwIfFull()
    this.taken++
    let released = false
    return () => {
      if (!released) this.taken--
      released = true
    }
  }

  throwIfFull(): void {
    if (this.taken < MAX_TESTS) return
    const seconds = RETRY_AFTER_S.least + Math.floor(Math.random() * RETRY_AFTER_S.spread)
    throw new SpeedTestError(503, `${MAX_TESTS} tests are running: come back in ${seconds} seconds`, {
      'retry-after': String(seconds),
    })
  }
}

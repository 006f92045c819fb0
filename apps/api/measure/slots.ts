/** How many tests run at once: they share this server's line, and each one more would falsify the others. */
import { Injectable } from '@nestjs/common'
import { Refusal } from './request.js'

export const MAX_TESTS = 16
/** By then a test that runs now has ended; spread, so that those who wait do not all come back together. */
const WAIT_S = { least: 10, spread: 20 } as const

@Injectable()
export class TestSlots {
  private taken = 0

  /** Takes a slot and gives what releases it (once); throws a Refusal that says when to come back. */
  take(): () => void {
    this.check()
    this.taken++
    let released = false
    return () => {
      if (!released) this.taken--
      released = true
    }
  }

  check(): void {
    if (this.taken < MAX_TESTS) return
    const seconds = WAIT_S.least + Math.floor(Math.random() * WAIT_S.spread)
    throw new Refusal(503, `${MAX_TESTS} tests are running: come back in ${seconds} seconds`, {
      'retry-after': String(seconds),
    })
  }
}

/** Limits the tests that run at once: they share this server's line, and each additional one would distort the others. */
import { Injectable } from '@nestjs/common'
import { SpeedTestError } from './request.js'

export const MAX_TESTS = 16
/** Time after which the tests that run now have ended. It varies, so that waiting clients do not all retry together. */
const RETRY_AFTER_S = { min: 10, spread: 20 } as const

@Injectable()
export class TestSlots {
  private running = 0

  /** Takes a slot and returns the function that releases it. Throws a SpeedTestError with the time for a retry. */
  take(): () => void {
    this.throwIfFull()
    this.running++
    let released = false
    return () => {
      if (!released) this.running--
      released = true
    }
  }

  throwIfFull(): void {
    if (this.running < MAX_TESTS) return
    const seconds = RETRY_AFTER_S.min + Math.floor(Math.random() * RETRY_AFTER_S.spread)
    throw new SpeedTestError(503, `${MAX_TESTS} tests are running: retry in ${seconds} seconds`, {
      'retry-after': String(seconds),
    })
  }
}

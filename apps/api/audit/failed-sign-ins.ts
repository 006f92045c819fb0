/** Limit of failed sign-ins that are recorded one by one, so that a flood of guesses does not fill the log. */
const MAX_IN_WINDOW = 120
const WINDOW_MS = 60_000

/** Counts failed sign-ins of this process. */
export class FailedSignIns {
  private windowEnd = 0
  private inWindow = 0
  private unrecorded = 0

  /** The number of failures since the last recorded one that were not recorded; null if this one is not to be, either. */
  take(now: number): number | null {
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW_MS
      this.inWindow = 0
    }
    if (this.inWindow >= MAX_IN_WINDOW) {
      this.unrecorded++
      return null
    }
    this.inWindow++
    const { unrecorded } = this
    this.unrecorded = 0
    return unrecorded
  }
}

/** The memory that all requests together may hold for their bodies. */
export class ByteBudget {
  private held = 0

  constructor(private readonly max: number) {}

  /** Takes bytes, or returns false if too few are left. Bytes that were taken must be released. */
  take(bytes: number): boolean {
    if (this.held + bytes > this.max) return false
    this.held += bytes
    return true
  }

  release(bytes: number): void {
    this.held -= bytes
  }
}

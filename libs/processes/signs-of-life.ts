/** A lease is renewed so many times in its duration, so that one that comes late does no harm. */
export const SIGNS_PER_LEASE = 4

/**
 * Tells the parent process, if there is one, at once and again and again that this process is not frozen: the messages end when
 * its event loop does. They need no database, which may be away without this process's fault.
 */
export function tellParent(leaseMs: number): void {
  const tell = () => {
    if (process.connected) process.send?.('alive', undefined, undefined, () => {})
  }
  tell()
  setInterval(tell, leaseMs / SIGNS_PER_LEASE).unref()
}

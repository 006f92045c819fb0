/** A worker says that it lives, and passes over those that do not. */
import { SIGNS_PER_LEASE } from '#processes'
import { withinTime } from '#store/database'
import { type WorkerName, dropWorkerLease, endSilentWorkers, renewWorkerLease } from '#store/workers'
import type { DataSource } from 'typeorm'

const MAX_FAREWELL_MS = 2_000

export interface SignsOfLife {
  stop(): Promise<void>
}

export interface LeaseOptions {
  name: WorkerName
  leaseMs: number
  log(text: string): void
  /** Called when another worker was passed over, whose work is now free. */
  passedOver(): void
}

/**
 * Renews the lease of the worker and ends the sessions of workers whose leases have ended. The first lease is asked for
 * before this returns: a worker that freezes at work without one would never be passed over.
 */
export async function keepWorkerLease(
  source: DataSource,
  { name, leaseMs, log, passedOver }: LeaseOptions,
): Promise<SignsOfLife> {
  let renewal: Promise<void> = Promise.resolve()
  let isStopped = false
  const renew = async () => {
    await renewWorkerLease(source.manager, name, leaseMs)
    const silent = await endSilentWorkers(source.manager)
    for (const one of silent) log(`${one} gave no sign of life for its whole lease: its sessions were ended`)
    if (silent.length > 0) passedOver()
  }
  const sign = () => {
    // One at a time: a database that does not answer must not collect them.
    renewal = renewal
      .then(() => (isStopped ? undefined : renew()))
      .catch((error: unknown) => log(`lease of the worker: ${String(error)}`))
  }
  sign()
  await renewal
  const timer = setInterval(sign, leaseMs / SIGNS_PER_LEASE)
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      // Without an answer of the database the lease ends by itself.
      await withinTime(MAX_FAREWELL_MS, async () => {
        await renewal
        await dropWorkerLease(source.manager, name)
      }).catch(() => undefined)
    },
  }
}

/** Limits the tests that run at once: they share this server's line, and each additional one would distort the others. */
import { Injectable } from '@nestjs/common'
import { networkOf, subscriberOf } from '../http/clients/client-address.js'
import { SpeedTestError } from './request.js'

export const MAX_TESTS = 16
/** Slots of anybody. The other half is for devices, whose tests are evidence. */
export const MAX_ANONYMOUS_TESTS = 8
const MAX_TESTS_PER_SUBSCRIBER = 2
const MAX_TESTS_PER_NETWORK = 4
/** Time after which the tests that run now have ended. It varies, so that waiting clients do not all retry together. */
const RETRY_AFTER_S = { min: 10, spread: 20 } as const

/** The client of a test: a device by its token, or anybody. */
export interface Tester {
  isDevice: boolean
  /** The remote address; null for this machine. */
  address: string | null
}

@Injectable()
export class TestSlots {
  private readonly running = new Set<Tester>()

  /** Takes a slot and returns the function that releases it. Throws a SpeedTestError with the time for a retry. */
  take(tester: Tester): () => void {
    this.throwIfFull(tester)
    const entry = { ...tester }
    this.running.add(entry)
    return () => void this.running.delete(entry)
  }

  throwIfFull({ isDevice, address }: Tester): void {
    if (this.running.size >= MAX_TESTS) throw retryLater(`${MAX_TESTS} tests are running`)
    if (isDevice) return
    const anonymous = [...this.running].filter((test) => !test.isDevice)
    if (anonymous.length >= MAX_ANONYMOUS_TESTS)
      throw retryLater(`${MAX_ANONYMOUS_TESTS} tests without a device's token are running`)
    if (address === null) return
    const addresses = anonymous.flatMap((test) => test.address ?? [])
    const countOf = (group: (address: string) => string) =>
      addresses.filter((other) => group(other) === group(address)).length
    if (countOf(subscriberOf) >= MAX_TESTS_PER_SUBSCRIBER || countOf(networkOf) >= MAX_TESTS_PER_NETWORK)
      throw retryLater('too many tests are running from this network')
  }
}

function retryLater(reason: string): SpeedTestError {
  const seconds = RETRY_AFTER_S.min + Math.floor(Math.random() * RETRY_AFTER_S.spread)
  return new SpeedTestError(503, `${reason}: retry in ${seconds} seconds`, { 'retry-after': String(seconds) })
}

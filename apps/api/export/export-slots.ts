/** Limits the exports that run at once: each of them occupies a database connection and a core. */
import { HttpException, HttpStatus, Injectable } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { onAnswerEnd } from '../http/bodies/answer-end.js'
import { remoteAddressOf, subscriberOf } from '../http/clients/client-address.js'

export const MAX_EXPORTS = 4
const MAX_EXPORTS_PER_SUBSCRIBER = 2
const RETRY_AFTER_S = 10

@Injectable()
export class ExportSlots {
  /** The subscribers of the running exports; null stands for this machine. */
  private readonly running = new Map<symbol, string | null>()

  /** Takes a slot until the answer is sent or the client disconnects. Throws 429 with `Retry-After` if none is free. */
  take(request: FastifyRequest, reply: FastifyReply): void {
    const address = remoteAddressOf(request)
    const subscriber = address === null ? null : subscriberOf(address)
    const ofSubscriber = [...this.running.values()].filter((other) => other === subscriber).length
    const isSubscriberFull = subscriber !== null && ofSubscriber >= MAX_EXPORTS_PER_SUBSCRIBER
    if (this.running.size >= MAX_EXPORTS || isSubscriberFull) {
      void reply.header('retry-after', RETRY_AFTER_S)
      throw new HttpException(
        `too many exports are running: retry in ${RETRY_AFTER_S} seconds`,
        HttpStatus.TOO_MANY_REQUESTS,
      )
    }
    const slot = Symbol('export')
    this.running.set(slot, subscriber)
    onAnswerEnd(reply, () => this.running.delete(slot))
  }
}

import type { FastifyReply } from 'fastify'

/**
 * Calls `release` once, when the answer has been sent or the client has disconnected. A client may disconnect while its
 * rights are looked up: the event has passed by then and would never come again, so `release` is called at once.
 */
export function onAnswerEnd({ raw }: FastifyReply, release: () => void): void {
  if (raw.closed || raw.destroyed) release()
  else raw.once('close', release)
}

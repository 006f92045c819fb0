/** A page whose items the database has already written as JSON: they go to the client unchanged. */
import type { Page } from './page.dto.js'

export class PreserializedPage<T> implements Page<T> {
  readonly #itemsJson: string

  constructor(
    /** JSON of an array of `T`. */
    itemsJson: string,
    readonly next: string | null,
  ) {
    this.#itemsJson = itemsJson
  }

  /** The parsed items, for a client that chose some of the fields. */
  get items(): T[] {
    return JSON.parse(this.#itemsJson) as T[]
  }

  toJsonText(): string {
    return `{"items":${this.#itemsJson},"next":${JSON.stringify(this.next)}}`
  }
}

/** Fastify's serializer for every reply. */
export const serializeReply = (body: unknown): string =>
  body instanceof PreserializedPage ? body.toJsonText() : JSON.stringify(body)

/** Minimum length, in characters, of an answer that is sent as bytes. Nearly every page of a hundred rows is longer. */
const MIN_LENGTH_AS_BYTES = 16 * 1024

/**
 * A hook that sends a long answer as bytes: as text it would stay in the JavaScript heap until its client has received
 * it.
 */
export function sendLongTextAsBytes(
  _request: unknown,
  _reply: unknown,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  const isLong = typeof payload === 'string' && payload.length > MIN_LENGTH_AS_BYTES
  done(null, isLong ? Buffer.from(payload) : payload)
}

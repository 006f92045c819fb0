/** A page whose items the database wrote as JSON. They go to the client as they are. */
import type { Page } from './page.dto.js'

export class PreserializedPage<T> implements Page<T> {
  readonly #json: string

  constructor(
    /** Of an array of `T`. */
    json: string,
    readonly next: string | null,
  ) {
    this.#json = json
  }

  /** Only read where a client chose among the fields. */
  get items(): T[] {
    return JSON.parse(this.#json) as T[]
  }

  toJsonText(): string {
    return `{"items":${this.#json},"next":${JSON.stringify(this.next)}}`
  }
}

/** What Fastify sends for an object. */
export const serializeReply = (body: unknown): string =>
  body instanceof PreserializedPage ? body.toJsonText() : JSON.stringify(body)

/** Characters; those of nearly all pages of a hundred rows. */
const MIN_LENGTH_AS_BYTES = 16 * 1024

/** A hook: a long answer goes as bytes, for as text it would stay in the heap until its client took it. */
export function sendLongTextAsBytes(
  _request: unknown,
  _reply: unknown,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  done(
    null,
    typeof payload === 'string' && payload.length > MIN_LENGTH_AS_BYTES ? Buffer.from(payload) : payload,
  )
}

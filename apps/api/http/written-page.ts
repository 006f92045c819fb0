/** A page whose items the database wrote as JSON. They go to the client as they are. */
import type { Page } from './page.dto.js'

export class WrittenPage<T> implements Page<T> {
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

  written(): string {
    return `{"items":${this.#json},"next":${JSON.stringify(this.next)}}`
  }
}

/** What Fastify sends for an object. */
export const serialized = (body: unknown): string =>
  body instanceof WrittenPage ? body.written() : JSON.stringify(body)

/** Characters; those of nearly all pages of a hundred rows. */
const LONG = 16 * 1024

/** A hook: a long answer goes as bytes, for as text it would stay in the heap until its client took it. */
export function asBytes(
  _request: unknown,
  _reply: unknown,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  done(null, typeof payload === 'string' && payload.length > LONG ? Buffer.from(payload) : payload)
}

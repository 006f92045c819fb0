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

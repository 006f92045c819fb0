import type { Config } from '#config'

/** What the server was started with; a class, so that Nest can hand it out by type. */
export class Settings {
  constructor(
    readonly config: Config,
    readonly version: string,
    /** Milliseconds since 1970. */
    readonly clock: () => number,
  ) {}
}

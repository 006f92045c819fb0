import type { Config } from '#config'

/** The settings that the server was started with. It is a class so that Nest can inject it by its type. */
export class Settings {
  constructor(
    readonly config: Config,
    readonly version: string,
    /** Current time, ms since 1970. */
    readonly clock: () => number,
  ) {}
}

/** Sends the warnings and errors of the framework, and of our own `Logger`, to the log of the server. */
import type { Log } from '#log'
import type { LoggerService } from '@nestjs/common'

export class NestLog implements LoggerService {
  constructor(private readonly out: Log) {}

  /** The framework tells each module and route that it starts. */
  log(): void {}

  /** Nest gives the name of the logger last. */
  warn(message: unknown, ...more: unknown[]): void {
    this.out.warn(String(message), { context: textOf(more.at(-1)) })
  }

  /** Nest gives the stack, if there is one, and then the name of the logger. */
  error(message: unknown, ...more: unknown[]): void {
    const stack = more.length > 1 ? textOf(more[0]) : undefined
    this.out.error(String(message), { context: textOf(more.at(-1)), stack })
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

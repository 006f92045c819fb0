/**
 * The log of the server: sentences for a person, or one JSON object a line for machines (pino). Whoever writes a field answers for
 * it: no token, no body, no query of an address.
 */
import pino, { type DestinationStream } from 'pino'

export type LogLevel = 'error' | 'warn' | 'info'

export interface LogOptions {
  format: 'text' | 'json'
  /** Lines of this level and of those before it are written: `error`, `warn`, `info`. */
  level: LogLevel
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface Log {
  info(text: string): void
  /** `fields` are for machines; the format `text` writes `context` before the sentence and `stack` after it, and no other. */
  warn(text: string, fields?: LogFields): void
  error(text: string, fields?: LogFields): void
  /** A line for machines about a request or a job, such as `request`. The format `text` leaves it out. */
  record(event: string, fields: LogFields, level?: LogLevel): void
  /** Whether records are written at all, so that nobody collects their fields for nothing. */
  readonly hasRecords: boolean
}

/** Bytes of one write at most, made of whole lines: several processes write to one pipe, which keeps such writes apart. */
const MAX_WRITE_BYTES = 4096

const STDERR = 2

/** A log on the standard error of the process, or on the given stream. */
export function openLog({ format, level }: LogOptions, stream?: DestinationStream): Log {
  return format === 'json' ? jsonLog(level, stream) : textLog(level, stream ?? process.stderr)
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info']

function textLog(level: LogLevel, stream: Pick<DestinationStream, 'write'>): Log {
  const written = LEVELS.slice(0, LEVELS.indexOf(level) + 1)
  const write = (at: LogLevel, text: string, { context, stack }: LogFields = {}) => {
    if (!written.includes(at)) return
    const lines = [context === undefined ? text : `${String(context)}: ${text}`, ...(stack ? [stack] : [])]
    stream.write(`${lines.join('\n')}\n`)
  }
  return {
    info: (text) => write('info', text),
    warn: (text, fields) => write('warn', text, fields),
    error: (text, fields) => write('error', text, fields),
    record: () => {},
    hasRecords: false,
  }
}

function jsonLog(level: LogLevel, stream?: DestinationStream): Log {
  // Written when the event loop is free; pino writes the rest when the process ends in order.
  const destination = stream ?? pino.destination({ dest: STDERR, sync: false, maxWrite: MAX_WRITE_BYTES })
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  return {
    info: (text) => logger.info(text),
    warn: (text, fields) => logger.warn(fields ?? {}, text),
    error: (text, fields) => logger.error(fields ?? {}, text),
    record: (event, fields, at = 'info') => logger[at](fields, event),
    hasRecords: true,
  }
}

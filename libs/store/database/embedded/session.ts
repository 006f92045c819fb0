/** PGlite has one session, which the connections take in turn; a connection keeps its turn until its transaction ends. */
import type { Engine } from './engine.js'
import {
  type Status,
  errorResponse,
  firstValue,
  queryMessage,
  readyForQuery,
  splitFrames,
  sqlOf,
  typeOf,
} from './frames.js'

export class Session {
  private holder: object | null = null
  private readonly queue: { connection: object; resume: () => void }[] = []

  constructor(private readonly engine: Engine) {}

  async serverVersion(): Promise<string> {
    return firstValue(await this.engine.exec(queryMessage('SHOW server_version'))) ?? '18'
  }

  /** Runs a batch of messages for a connection; the response always ends with one ReadyForQuery. */
  async run(connection: object, batch: Buffer): Promise<Buffer> {
    await this.turn(connection)
    let status: Status = 'I'
    try {
      const response = await this.execBatch(batch)
      status = response.status
      return response.bytes
    } finally {
      if (status === 'I') this.release(connection)
    }
  }

  /** Handles the end of a connection: rolls its open transaction back, and runs a last batch of messages for it. */
  async disconnect(connection: object, last: Buffer | null): Promise<void> {
    const position = this.queue.findIndex((waiting) => waiting.connection === connection)
    if (position >= 0) this.queue.splice(position, 1)
    try {
      if (this.holder === connection) await this.engine.exec(queryMessage('ROLLBACK'))
      this.release(connection)
      if (last) await this.run(connection, last)
    } catch {
      // There is nothing to roll back if the engine ended too.
    } finally {
      this.release(connection)
    }
  }

  private turn(connection: object): Promise<void> {
    if (this.holder === connection) return Promise.resolve()
    if (this.holder === null) {
      this.holder = connection
      return Promise.resolve()
    }
    return new Promise((resume) => this.queue.push({ connection, resume }))
  }

  private release(connection: object): void {
    if (this.holder !== connection) return
    const next = this.queue.shift()
    this.holder = next?.connection ?? null
    next?.resume()
  }

  private async execBatch(batch: Buffer): Promise<{ bytes: Buffer; status: Status }> {
    const requestFrames = splitFrames(batch).frames
    const responseFrames = splitFrames(await this.engine.exec(batch)).frames
    const isCopyIn = requestFrames.some((f) => typeOf(f) === 'c' || typeOf(f) === 'f')
    const forwarded = responseFrames.filter((f) => typeOf(f) !== 'Z' && !(isCopyIn && typeOf(f) === 'G'))
    if (isComplete(requestFrames, forwarded)) {
      // The stack that lost exceptions used up may run out here, in a statement that has nothing to do with them.
      if (codesIn(responseFrames).includes(STACK_DEPTH_EXCEEDED)) await this.failOnPurpose()
      const status = statusIn(responseFrames)
      return { bytes: Buffer.concat([...forwarded, readyForQuery(status)]), status }
    }
    return this.lostExceptionAnswer()
  }

  /**
   * Answers for a statement that a C++ exception (GEOS) ended without any message, at times even without ReadyForQuery;
   * the transaction would otherwise go on and commit. This becomes an error; a statement that is sure to fail ends an
   * open transaction and returns its status.
   */
  private async lostExceptionAnswer(): Promise<{ bytes: Buffer; status: Status }> {
    const status = await this.failOnPurpose()
    const error = errorResponse('XX000', 'the statement ended without a result: an exception in PostGIS')
    return { bytes: Buffer.concat([error, readyForQuery(status)]), status }
  }

  /**
   * Fails a statement on purpose, which ends an open transaction. Each lost exception uses up some of the engine's stack
   * (about 560 use up all), and once one left the engine silent: then it is restarted, and its connections end.
   */
  private async failOnPurpose(): Promise<Status> {
    const responseFrames = splitFrames(await this.engine.exec(queryMessage('SELECT 1/0'))).frames
    if (codesIn(responseFrames).some((code) => code === DIVISION_BY_ZERO || code === IN_FAILED_TRANSACTION))
      return statusIn(responseFrames)
    await this.engine.restart()
    return 'I'
  }
}

const DIVISION_BY_ZERO = '22012'
const IN_FAILED_TRANSACTION = '25P02'
const STACK_DEPTH_EXCEEDED = '54001'

/** SQLSTATE of each error in a response. */
function codesIn(frames: readonly Buffer[]): string[] {
  return frames
    .filter((f) => typeOf(f) === 'E')
    .map((f) => /\0C([0-9A-Z]{5})\0/.exec(f.toString('latin1'))?.[1] ?? '')
}

function statusIn(frames: readonly Buffer[]): Status {
  const last = frames.findLast((f) => typeOf(f) === 'Z')
  return last ? (String.fromCharCode(last[5]!) as Status) : 'I'
}

/**
 * Whether every statement of the request was answered, or an error was raised. A simple query counts as one statement.
 * After a lost exception the engine answers "empty query" or "portal suspended": the first is accepted only if the
 * query was empty, the second only if the client requested a number of rows.
 */
function isComplete(requestFrames: readonly Buffer[], responseFrames: readonly Buffer[]): boolean {
  if (responseFrames.some((f) => typeOf(f) === 'E')) return true
  const executes = requestFrames.filter((f) => typeOf(f) === 'E')
  const statements = executes.length + requestFrames.filter((f) => typeOf(f) === 'Q').length
  const isAnyEmpty = requestFrames.some((f) => (typeOf(f) === 'Q' || typeOf(f) === 'P') && isEmpty(sqlOf(f)))
  const ends = ['C', ...(isAnyEmpty ? ['I'] : []), ...(executes.some(hasRowLimit) ? ['s'] : [])]
  return responseFrames.filter((f) => ends.includes(typeOf(f))).length >= statements
}

/** The last four bytes of an Execute message; 0 asks for all rows. */
const hasRowLimit = (execute: Buffer) => execute.readInt32BE(execute.length - 4) > 0

const isEmpty = (sql: string) => sql.replace(/--.*$/gm, '').replace(/[;\s]/g, '') === ''

/** PGlite has one session: connections take turns, and one that is in a transaction keeps its turn. */
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
  private readonly queue: { who: object; go: () => void }[] = []

  constructor(private readonly engine: Engine) {}

  async serverVersion(): Promise<string> {
    return firstValue(await this.engine.exec(queryMessage('SHOW server_version'))) ?? '18'
  }

  /** Runs a batch of messages for a connection; the answer always ends with one ReadyForQuery. */
  async run(who: object, batch: Buffer): Promise<Buffer> {
    await this.turn(who)
    let status: Status = 'I'
    try {
      const answer = await this.execBatch(batch)
      status = answer.status
      return answer.bytes
    } finally {
      if (status === 'I') this.release(who)
    }
  }

  /** A connection is gone: what it left open is rolled back. */
  async disconnect(who: object, last: Buffer | null): Promise<void> {
    const waits = this.queue.findIndex((waiting) => waiting.who === who)
    if (waits >= 0) this.queue.splice(waits, 1)
    try {
      if (this.holder === who) await this.engine.exec(queryMessage('ROLLBACK'))
      this.release(who)
      if (last) await this.run(who, last)
    } catch {
      // The engine is gone too: there is nothing left to roll back.
    } finally {
      this.release(who)
    }
  }

  private turn(who: object): Promise<void> {
    if (this.holder === who) return Promise.resolve()
    if (this.holder === null) {
      this.holder = who
      return Promise.resolve()
    }
    return new Promise((go) => this.queue.push({ who, go }))
  }

  private release(who: object): void {
    if (this.holder !== who) return
    const next = this.queue.shift()
    this.holder = next?.who ?? null
    next?.go()
  }

  private async execBatch(batch: Buffer): Promise<{ bytes: Buffer; status: Status }> {
    const sent = splitFrames(batch).frames
    const got = splitFrames(await this.engine.exec(batch)).frames
    const copyIn = sent.some((f) => typeOf(f) === 'c' || typeOf(f) === 'f')
    const kept = got.filter((f) => typeOf(f) !== 'Z' && !(copyIn && typeOf(f) === 'G'))
    if (isComplete(sent, kept)) {
      // Stack that a lost exception left behind runs out here, in a statement of anybody.
      if (codesIn(got).includes(STACK_DEPTH_EXCEEDED)) await this.failOnPurpose()
      const status = statusIn(got)
      return { bytes: Buffer.concat([...kept, readyForQuery(status)]), status }
    }
    return this.lostExceptionAnswer()
  }

  /**
   * A C++ exception (GEOS) ends a statement without a word, at times even without ReadyForQuery, and a transaction would
   * go on and commit. Here it becomes an error; a statement that surely fails ends an open transaction and tells the status.
   */
  private async lostExceptionAnswer(): Promise<{ bytes: Buffer; status: Status }> {
    const status = await this.failOnPurpose()
    const error = errorResponse('XX000', 'the statement ended without a result: an exception in PostGIS')
    return { bytes: Buffer.concat([error, readyForQuery(status)]), status }
  }

  /**
   * Fails a statement on purpose, which ends an open transaction. Each lost exception leaves some of the engine's stack
   * behind (about 560 use it up), and once one left the engine mute: then it is started anew, and its connections end.
   */
  private async failOnPurpose(): Promise<Status> {
    const got = splitFrames(await this.engine.exec(queryMessage('SELECT 1/0'))).frames
    if (codesIn(got).some((code) => code === DIVISION_BY_ZERO || code === IN_FAILED_TRANSACTION))
      return statusIn(got)
    await this.engine.restart()
    return 'I'
  }
}

const DIVISION_BY_ZERO = '22012'
const IN_FAILED_TRANSACTION = '25P02'
const STACK_DEPTH_EXCEEDED = '54001'

/** SQLSTATE of each error in an answer. */
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
 * Whether every statement that was sent was answered, or an error was raised. A simple query counts as one statement.
 * After a swallowed exception the engine says "empty query" or "portal suspended": the first counts only where the
 * query was empty, the second only where the client asked for a number of rows.
 */
function isComplete(sent: readonly Buffer[], got: readonly Buffer[]): boolean {
  if (got.some((f) => typeOf(f) === 'E')) return true
  const executes = sent.filter((f) => typeOf(f) === 'E')
  const asked = executes.length + sent.filter((f) => typeOf(f) === 'Q').length
  const empty = sent.some((f) => (typeOf(f) === 'Q' || typeOf(f) === 'P') && isEmpty(sqlOf(f)))
  const ends = ['C', ...(empty ? ['I'] : []), ...(executes.some(hasRowLimit) ? ['s'] : [])]
  return got.filter((f) => ends.includes(typeOf(f))).length >= asked
}

/** The last four bytes of an Execute message; 0 asks for all rows. */
const hasRowLimit = (execute: Buffer) => execute.readInt32BE(execute.length - 4) > 0

const isEmpty = (sql: string) => sql.replace(/--.*$/gm, '').replace(/[;\s]/g, '') === ''

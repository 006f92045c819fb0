/** One client's connection: a stream that speaks PostgreSQL's wire protocol, and stands in for a socket to a server. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Duplex } from 'node:stream'
import {
  CANCEL_REQUEST,
  GSS_REQUEST,
  SSL_REQUEST,
  authenticationOk,
  backendKey,
  closeStatement,
  copyInResponse,
  errorResponse,
  parameterStatus,
  passwordRequest,
  readyForQuery,
  splitFrames,
  sqlOf,
  syncMessage,
  typeOf,
  withPrefix,
} from './frames.js'
import type { Session } from './session.js'

export interface ConnectionOptions {
  serverVersion: string
  /** The password that a client from another process must send; absent for this process's own connections. */
  password?: string
}

/** The engine takes the data of a COPY in one piece: more than this would not fit beside its own memory. */
const MAX_COPY_BYTES = 256 * 1024 * 1024
/** Our largest messages are batches of probes, which are smaller than this. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

const COPY_IN = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i

let connections = 0

export class Connection extends Duplex {
  private phase: 'startup' | 'password' | 'ready' = 'startup'
  private bytes: Buffer = Buffer.alloc(0)
  private batch: Buffer[] = []
  /** A COPY statement that is being received, with its data so far. */
  private copy: { parts: Buffer[]; size: number } | null = null
  private readonly prefix = `c${++connections}_`
  private readonly statements = new Set<string>()

  constructor(
    private readonly session: Session,
    private readonly options: ConnectionOptions,
  ) {
    super({ allowHalfOpen: false })
  }

  // The methods of a socket that `pg` calls.
  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }
  setNoDelay = (): this => this
  setKeepAlive = (): this => this
  setTimeout = (): this => this
  ref = (): this => this
  unref = (): this => this

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.bytes = this.bytes.length ? Buffer.concat([this.bytes, chunk]) : chunk
    this.consume().then(() => done(), done)
  }

  override _final(done: (error?: Error) => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const last = this.statements.size
      ? Buffer.concat([...[...this.statements].map(closeStatement), syncMessage()])
      : null
    void this.session.disconnect(this, last).then(() => done(error))
  }

  private async consume(): Promise<void> {
    while (this.phase === 'startup') if (!this.startup()) return
    const { frames, rest } = splitFrames(this.bytes)
    this.bytes = rest
    if (rest.length > MAX_MESSAGE_BYTES) throw new Error('message exceeds 64 MiB')
    for (const message of frames) await this.accept(message)
  }

  /** Handles the first message; false if it has not arrived completely. */
  private startup(): boolean {
    if (this.bytes.length < 8) return false
    const length = this.bytes.readInt32BE(0)
    if (length < 8 || length > 10_000) throw new Error('invalid startup message')
    if (this.bytes.length < length) return false
    const code = this.bytes.readInt32BE(4)
    this.bytes = this.bytes.subarray(length)
    if (code === SSL_REQUEST || code === GSS_REQUEST) this.push('N')
    else if (code === CANCEL_REQUEST) this.destroy()
    else if (this.options.password === undefined) this.welcome()
    else this.askPassword()
    return true
  }

  private askPassword(): void {
    this.phase = 'password'
    this.push(passwordRequest())
  }

  private welcome(): void {
    this.phase = 'ready'
    const settings = {
      server_version: this.options.serverVersion,
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
    }
    const parameters = Object.entries(settings).map(([name, value]) => parameterStatus(name, value))
    this.push(Buffer.concat([authenticationOk(), ...parameters, backendKey(), readyForQuery('I')]))
  }

  private async accept(message: Buffer): Promise<void> {
    const type = typeOf(message)
    if (this.phase === 'password') return this.checkPassword(message)
    if (type === 'X') return void this.end()
    if (this.copy) return this.acceptCopy(type, message)
    if (type === 'Q') return this.acceptQuery(message)
    // After a failed COPY `pg` still sends the rest of the data, which is ignored.
    if (type === 'd' || type === 'c' || type === 'f') return
    this.batch.push(this.named(type, message))
    // A flush is answered at the next sync, because the engine runs whole batches.
    if (type === 'S') await this.run(this.batch.splice(0))
  }

  private checkPassword(message: Buffer): void {
    const password = message.subarray(5, -1).toString()
    if (typeOf(message) === 'p' && isSameSecret(password, this.options.password!)) return this.welcome()
    this.push(errorResponse('28P01', 'password authentication failed', 'FATAL'))
    this.end()
  }

  private async acceptQuery(message: Buffer): Promise<void> {
    if (!COPY_IN.test(sqlOf(message))) return this.run([message])
    this.copy = { parts: [Buffer.from(message)], size: 0 }
    this.push(copyInResponse())
  }

  private async acceptCopy(type: string, message: Buffer): Promise<void> {
    const copy = this.copy!
    if (type === 'd') {
      copy.size += message.length
      // Beyond the limit data is counted and dropped: the error can be sent only after the end of the data.
      if (copy.size <= MAX_COPY_BYTES) copy.parts.push(Buffer.from(message))
      return
    }
    if (type !== 'c' && type !== 'f') return
    this.copy = null
    if (copy.size <= MAX_COPY_BYTES) return this.run([...copy.parts, message])
    const failed = errorResponse('54000', `COPY of more than ${MAX_COPY_BYTES} bytes: send it in parts`)
    this.push(Buffer.concat([failed, readyForQuery('I')]))
  }

  private named(type: string, message: Buffer): Buffer {
    const prefixed = withPrefix(message, this.prefix)
    if (prefixed.name && type === 'P') this.statements.add(prefixed.name)
    if (prefixed.name && type === 'C') this.statements.delete(prefixed.name)
    return Buffer.from(prefixed.message)
  }

  private async run(messages: readonly Buffer[]): Promise<void> {
    const response = await this.session.run(this, Buffer.concat(messages))
    if (!this.destroyed) this.push(response)
  }
}

/** Compares digests, so that the time it takes reveals nothing of the secret, not even its length. */
function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

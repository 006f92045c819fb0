/** PGlite with PostGIS in a worker thread: takes and gives bytes of the wire protocol, one batch of messages at a time. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const urlOf = (name: string) => pathToFileURL(require.resolve(name)).href

/**
 * The worker's whole program as text. It must run both from TypeScript sources (tests) and from the build, but a worker
 * cannot load `.ts` files or files that the compiler did not copy.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads')
async function main() {
  const { PGlite } = await import(workerData.pglite)
  const { postgis } = await import(workerData.postgis)
  const db = await PGlite.create({ dataDir: workerData.dir, extensions: { postgis } })
  parentPort.on('message', async ({ id, bytes, close }) => {
    try {
      if (close) await db.close()
      else await db.execProtocolRawStream(bytes, { onRawData: (data) => parentPort.postMessage({ id, data: data.slice() }) })
      parentPort.postMessage({ id, done: true })
    } catch (error) {
      parentPort.postMessage({ id, done: true, error: String(error && error.message || error) })
    }
  })
  parentPort.postMessage({ ready: true })
}
main().catch((error) => { throw error })
`

interface Reply {
  id?: number
  data?: Uint8Array
  done?: boolean
  ready?: boolean
  error?: string
}

interface PendingRequest {
  chunks: Buffer[]
  resolve: (response: Buffer) => void
  reject: (error: Error) => void
}

export class Engine {
  private readonly pendingRequests = new Map<number, PendingRequest>()
  private next = 0
  private closedError: Error | null = null
  private worker!: Worker
  /** Resolves when the worker runs; requests wait for it. */
  private started: Promise<void> = Promise.resolve()

  private constructor(
    private readonly dir: string,
    /** Called when the worker ended unexpectedly or was restarted: the connections' sessions are lost. */
    private readonly onDeath: (error: Error) => void,
  ) {}

  /** Opens a folder. The first opening creates the database (5 to 12 s); later ones take about 2 s. */
  static async open(dir: string, onDeath: (error: Error) => void): Promise<Engine> {
    const engine = new Engine(dir, onDeath)
    engine.started = engine.start()
    await engine.started
    return engine
  }

  /** Opens the folder again, as after a crash: committed data are kept, everything else is lost. */
  async restart(): Promise<void> {
    this.started = this.replace()
    this.fail(new Error('the embedded database was restarted'))
    try {
      await this.started
    } catch (error) {
      this.end(error as Error)
      throw error
    }
  }

  private async replace(): Promise<void> {
    this.worker.removeAllListeners('exit')
    await this.worker.terminate()
    await this.start()
  }

  private async start(): Promise<void> {
    const workerData = {
      dir: this.dir,
      pglite: urlOf('@electric-sql/pglite'),
      postgis: urlOf('@electric-sql/pglite-postgis'),
    }
    const worker = new Worker(WORKER, { eval: true, workerData, execArgv: [] })
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', reject)
    })
    worker.on('message', (reply: Reply) => this.receive(reply))
    worker.on('error', (error: unknown) => this.end(error as Error))
    worker.on('exit', () => this.end(new Error('the embedded database ended')))
    this.worker = worker
  }

  /** Runs one batch of messages and returns everything that the engine answered. */
  exec(bytes: Buffer): Promise<Buffer> {
    return this.sendRequest({ bytes: new Uint8Array(bytes) })
  }

  async close(): Promise<void> {
    if (!this.closedError) await this.sendRequest({ close: true })
    this.closedError ??= new Error('the embedded database is closed')
    await this.worker.terminate()
  }

  private async sendRequest(message: { bytes?: Uint8Array; close?: boolean }): Promise<Buffer> {
    await this.started
    if (this.closedError) throw this.closedError
    const id = ++this.next
    return new Promise((resolve, reject) => {
      this.pendingRequests.set(id, { chunks: [], resolve, reject })
      this.worker.postMessage({ id, ...message })
    })
  }

  private receive({ id, data, done, error }: Reply): void {
    const request = id === undefined ? undefined : this.pendingRequests.get(id)
    if (!request) return
    if (data) request.chunks.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    if (!done) return
    this.pendingRequests.delete(id!)
    if (error) request.reject(new Error(error))
    else request.resolve(Buffer.concat(request.chunks))
  }

  private end(error: Error): void {
    if (this.closedError) return
    this.closedError = error
    this.fail(error)
  }

  private fail(error: Error): void {
    for (const { reject } of this.pendingRequests.values()) reject(error)
    this.pendingRequests.clear()
    this.onDeath(error)
  }
}

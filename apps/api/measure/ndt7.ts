/**
 * An ndt7 server (protocol version 0.11): the target of our own page and agent, and of any other ndt7 client.
 * https://github.com/m-lab/ndt-server/blob/main/spec/ndt7-protocol.md
 */
import type { Direction, SpeedTest } from '#store/probes'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { ServerObservation } from './observation.js'
import { type TestRequest, SpeedTestError, testRequestOf } from './request.js'
import type { TestSlots } from './slots.js'

const SUBPROTOCOL = 'net.measurementlab.ndt.v7'
/** The protocol's largest message, and the size from which the reference server lets it grow. */
const MAX_MESSAGE_BYTES = 2 ** 24
const MIN_LOAD_MESSAGE_BYTES = 2 ** 13
const MAX_LOAD_MESSAGE_BYTES = 2 ** 20
/** A message grows while it is at most this part of what was sent, so that a slow line gets small ones. */
const GROWTH = 16
/** Messages under way at once: one being written by the system, one waiting. */
const MAX_IN_FLIGHT = 2
/** The protocol's length of a test, and how much later it is cut. */
const TEST_MS = 10_000
const GRACE_MS = 3_000
/** Measurements come at random moments around this, never closer or farther than the bounds. */
const CADENCE_MS = { mean: 250, min: 25, max: 625 } as const
/** Clients report ten times a second at most; one that floods is sent away. */
const MAX_CLIENT_TEXTS = 1_000

const CLOSE_NORMAL = 1000
const CLOSE_UNSUPPORTED = 1003

/** Random, so that nothing on the way can make it smaller. */
const RANDOM_PAYLOAD = randomBytes(MAX_LOAD_MESSAGE_BYTES)

export interface Ndt7Options {
  slots: TestSlots
  /** The device of a one-test token; undefined where the token is not good. */
  deviceOf(token: string, direction: Direction): Promise<string | undefined>
  /** Called once per test with what the server saw. */
  onTestEnded(test: SpeedTest): Promise<void>
}

/** Answers upgrades under /ndt/v7/ of a running HTTP server; others are refused, for nothing else takes them. */
export function serveNdt7(http: Server, options: Ndt7Options): { close(): Promise<void> } {
  const running = new Set<Promise<void>>()
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => SUBPROTOCOL,
  })
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    void upgrade(sockets, request, socket as Socket, head, options, running)
  })
  return {
    /** Cuts the tests that run and waits until what was seen of them is kept. */
    close: async () => {
      for (const ws of sockets.clients) ws.terminate()
      sockets.close()
      await Promise.all(running)
    },
  }
}

async function upgrade(
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  { slots, deviceOf, onTestEnded: ended }: Ndt7Options,
  running: Set<Promise<void>>,
): Promise<void> {
  try {
    const wanted = testRequestOf(request)
    const release = slots.take()
    socket.once('close', release)
    const deviceId = wanted.token === null ? null : await deviceOf(wanted.token, wanted.direction)
    if (deviceId === undefined)
      throw new SpeedTestError(401, 'the test token is not known, has expired or was used')
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const test = new Ndt7Test(ws, socket, wanted, deviceId)
      const done = test.run().then(ended)
      running.add(done)
      void done.finally(() => running.delete(done))
    })
  } catch (error) {
    refuse(socket, error)
  }
}

function refuse(socket: Socket, error: unknown): void {
  const refusal =
    error instanceof SpeedTestError ? error : new SpeedTestError(500, 'the test could not be started')
  // Who keeps its side open would hold its slot.
  socket.once('finish', () => socket.destroy())
  socket.end(refusal.httpResponse())
}

class Ndt7Test {
  private readonly seen: ServerObservation
  private timers: NodeJS.Timeout[] = []
  private ended: SpeedTest['ended'] = 'client'
  private texts = 0

  constructor(
    private readonly ws: WebSocket,
    socket: Socket,
    private readonly wanted: TestRequest,
    deviceId: string | null,
  ) {
    this.seen = new ServerObservation(wanted.direction, ws, socket, deviceId)
  }

  /** Resolves with the observation when the connection is closed. */
  run(): Promise<SpeedTest> {
    const { ws } = this
    return new Promise((done) => {
      ws.on('error', () => ws.terminate())
      ws.on('close', () => {
        this.timers.forEach(clearTimeout)
        done(this.seen.result(this.ended))
      })
      ws.on('message', (_data, isBinary) => this.received(isBinary))
      // Before the load, so that one round trip is that of an idle line.
      this.seen.ping()
      this.after(TEST_MS, () => this.end('complete'))
      this.tick()
      if (this.wanted.direction === 'download')
        for (let i = 0; i < MAX_IN_FLIGHT; i++) this.send(MIN_LOAD_MESSAGE_BYTES)
    })
  }

  private received(isBinary: boolean): void {
    if (isBinary && this.wanted.direction === 'download') return this.ws.close(CLOSE_UNSUPPORTED)
    if (!isBinary && ++this.texts > MAX_CLIENT_TEXTS) return this.ws.close(CLOSE_UNSUPPORTED)
    if (this.seen.bytes >= this.wanted.maxBytes) this.end('max_bytes')
  }

  /** One message after the other, each when the system has taken the one before it. */
  private send(size: number): void {
    if (this.ws.readyState !== this.ws.OPEN || this.ended !== 'client') return
    const next = size < MAX_LOAD_MESSAGE_BYTES && this.seen.bytes >= size * GROWTH ? size * 2 : size
    this.ws.send(
      RANDOM_PAYLOAD.subarray(0, Math.min(next, this.wanted.maxBytes)),
      { binary: true },
      (failed) => {
        if (failed) return
        if (this.seen.bytes >= this.wanted.maxBytes) this.end('max_bytes')
        else this.send(next)
      },
    )
  }

  private tick(): void {
    this.after(cadence(), () => {
      if (this.ws.readyState !== this.ws.OPEN || this.ended !== 'client') return
      this.seen.ping()
      this.ws.send(this.seen.measurement())
      this.tick()
    })
  }

  /** The last measurement is the result, so it goes out before the close; who does not answer the close is cut. */
  private end(why: 'complete' | 'max_bytes'): void {
    if (this.ended !== 'client' || this.ws.readyState !== this.ws.OPEN) return
    this.ended = why
    this.seen.ping()
    this.ws.send(this.seen.measurement())
    this.ws.close(CLOSE_NORMAL)
    this.after(GRACE_MS, () => this.ws.terminate())
  }

  private after(ms: number, work: () => void): void {
    this.timers.push(setTimeout(work, ms))
  }
}

/** Memoryless, as the protocol asks: a fixed beat could fall in step with something on the line. */
const cadence = (): number =>
  Math.min(CADENCE_MS.max, Math.max(CADENCE_MS.min, -Math.log(1 - Math.random()) * CADENCE_MS.mean))

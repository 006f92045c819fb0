/**
 * An ndt7 server (protocol version 0.11) for our own page and agent, and for any other ndt7 client.
 * https://github.com/m-lab/ndt-server/blob/main/spec/ndt7-protocol.md
 */
import { databaseFaultOf } from '#store/database'
import type { Direction, SpeedTest } from '#store/probes'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { DATABASE_PROBLEMS } from '../http/database-problems.js'
import { forwardedAddressOf } from '../http/clients/client-address.js'
import { ServerObservation } from './observation.js'
import { SUBPROTOCOL, SpeedTestError, type TestRequest, testRequestOf } from './request.js'
import type { TestSlots } from './slots.js'

/** The protocol's largest message. */
const MAX_MESSAGE_BYTES = 2 ** 24
/** The size of the first messages, as in the reference server. */
const MIN_LOAD_MESSAGE_BYTES = 2 ** 13
const MAX_LOAD_MESSAGE_BYTES = 2 ** 20
/** Messages grow only up to this part of the bytes sent so far, so that a slow line gets small ones. */
const GROWTH = 16
/** Messages in flight: one that the system is writing, and one that waits. */
const MAX_IN_FLIGHT = 2
/** The protocol's length of a test. */
const TEST_MS = 10_000
/** A connection that the client does not close after a test is cut after this time. */
const GRACE_MS = 3_000
/** Measurements are sent at random intervals with this mean, within the bounds. */
const CADENCE_MS = { mean: 250, min: 25, max: 625 } as const
/** Clients report ten times per second at most. A client that floods is disconnected. */
const MAX_CLIENT_TEXTS = 1_000

const CLOSE_NORMAL = 1000
const CLOSE_UNSUPPORTED = 1003

/** Random bytes, which nothing on the way can compress. */
const RANDOM_PAYLOAD = randomBytes(MAX_LOAD_MESSAGE_BYTES)

export interface Ndt7Options {
  slots: TestSlots
  /** The path and query of a request, without a path prefix. */
  pathOf(request: IncomingMessage): string
  /** Whether an address is that of a proxy that is believed about who asks. */
  isTrustedProxy(address: string): boolean
  /** Id of the device of a token for one test; undefined if the token is invalid. */
  deviceOf(token: string, direction: Direction): Promise<string | undefined>
  /** Called once per test with the server's observation. */
  onTestEnded(test: SpeedTest): Promise<void>
}

/** Answers upgrade requests of a running HTTP server under /ndt/v7/ and refuses all others, since nothing else uses upgrades. */
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
    /** Cuts the running tests and waits until their observations are stored. */
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
  { slots, pathOf, isTrustedProxy, deviceOf, onTestEnded }: Ndt7Options,
  running: Set<Promise<void>>,
): Promise<void> {
  try {
    const testRequest = testRequestOf(pathOf(request), request.headers)
    const { token, direction } = testRequest
    const address = forwardedAddressOf(request.socket.remoteAddress, forwardedForOf(request), isTrustedProxy)
    const release = slots.take({ isDevice: token !== null, address })
    socket.once('close', release)
    const deviceId = token === null ? null : await deviceOf(token, direction)
    if (deviceId === undefined)
      throw new SpeedTestError(401, 'the test token is unknown, has expired or was used')
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const test = new Ndt7Test(ws, socket, testRequest, deviceId).run().then(onTestEnded)
      running.add(test)
      void test.finally(() => running.delete(test))
    })
  } catch (error) {
    refuse(socket, error)
  }
}

/** Several headers count as one list. */
const forwardedForOf = ({ headers }: IncomingMessage): string | undefined =>
  [headers['x-forwarded-for']].flat().join(',')

function refuse(socket: Socket, error: unknown): void {
  const refusal = error instanceof SpeedTestError ? error : faultOf(error)
  // A client that keeps its side open would keep its slot.
  socket.once('finish', () => socket.destroy())
  socket.end(refusal.httpResponse())
}

function faultOf(error: unknown): SpeedTestError {
  const fault = databaseFaultOf(error)
  if (!fault) return new SpeedTestError(500, 'the test could not be started')
  const { detail, retrySeconds } = DATABASE_PROBLEMS[fault]
  return new SpeedTestError(503, detail, { 'retry-after': String(retrySeconds) })
}

class Ndt7Test {
  private readonly observation: ServerObservation
  private timers: NodeJS.Timeout[] = []
  private ended: SpeedTest['ended'] = 'client'
  private texts = 0

  constructor(
    private readonly ws: WebSocket,
    socket: Socket,
    private readonly request: TestRequest,
    deviceId: string | null,
  ) {
    this.observation = new ServerObservation(request.direction, ws, socket, deviceId)
  }

  /** Resolves with the observation when the connection is closed. */
  run(): Promise<SpeedTest> {
    const { ws } = this
    return new Promise((resolve) => {
      ws.on('error', () => ws.terminate())
      ws.on('close', () => {
        this.timers.forEach(clearTimeout)
        resolve(this.observation.result(this.ended))
      })
      ws.on('message', (_data, isBinary) => this.received(isBinary))
      // The ping comes before the load, so that one round trip is measured on an idle line.
      this.observation.ping()
      this.after(TEST_MS, () => this.end('complete'))
      this.tick()
      if (this.request.direction === 'download')
        for (let i = 0; i < MAX_IN_FLIGHT; i++) this.send(MIN_LOAD_MESSAGE_BYTES)
    })
  }

  private received(isBinary: boolean): void {
    if (isBinary && this.request.direction === 'download') return this.ws.close(CLOSE_UNSUPPORTED)
    if (!isBinary && ++this.texts > MAX_CLIENT_TEXTS) return this.ws.close(CLOSE_UNSUPPORTED)
    if (this.observation.bytes >= this.request.maxBytes) this.end('max_bytes')
  }

  /** Sends one message after the other, each when the system has taken the one before it. */
  private send(size: number): void {
    if (this.ws.readyState !== this.ws.OPEN || this.ended !== 'client') return
    const next = size < MAX_LOAD_MESSAGE_BYTES && this.observation.bytes >= size * GROWTH ? size * 2 : size
    this.ws.send(
      RANDOM_PAYLOAD.subarray(0, Math.min(next, this.request.maxBytes)),
      { binary: true },
      (error) => {
        if (error) return
        if (this.observation.bytes >= this.request.maxBytes) this.end('max_bytes')
        else this.send(next)
      },
    )
  }

  private tick(): void {
    this.after(randomInterval(), () => {
      if (this.ws.readyState !== this.ws.OPEN || this.ended !== 'client') return
      this.observation.ping()
      this.ws.send(this.observation.measurement())
      this.tick()
    })
  }

  /** The last measurement is the result, so it is sent before the close. A client that does not answer the close is cut. */
  private end(reason: 'complete' | 'max_bytes'): void {
    if (this.ended !== 'client' || this.ws.readyState !== this.ws.OPEN) return
    this.ended = reason
    this.observation.ping()
    this.ws.send(this.observation.measurement())
    this.ws.close(CLOSE_NORMAL)
    this.after(GRACE_MS, () => this.ws.terminate())
  }

  private after(ms: number, work: () => void): void {
    this.timers.push(setTimeout(work, ms))
  }
}

/**
 * A random interval in ms, exponentially distributed as the protocol requires: a fixed interval could resonate with
 * something on the line.
 */
const randomInterval = (): number =>
  Math.min(CADENCE_MS.max, Math.max(CADENCE_MS.min, -Math.log(1 - Math.random()) * CADENCE_MS.mean))

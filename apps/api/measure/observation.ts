/** One ndt7 sub-test as our server sees it: what surely arrived, when, and the round trip by WebSocket ping. */
import type { Direction, SpeedTest } from '#store/probes'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

const MICROSECONDS_PER_MS = 1_000
const BITS_PER_BYTE = 8

export class ServerObservation {
  readonly id = randomUUID()
  private readonly startedAt = new Date()
  private readonly start = performance.now()
  private readonly bytesReadAtStart: number
  private readonly bytesWrittenAtStart: number
  /** Bytes that had been sent before a ping whose pong came: the client has read all of them. */
  private acked = { bytes: 0, ms: 0 }
  /** Pings without a pong yet, by their random text: a client must not tell a pong of a load that it did not get. */
  private readonly pings = new Map<string, { before: number; sentAt: number }>()
  private minRttMs: number | null = null
  private rttMs: number | null = null
  private lastReadMs = 0

  constructor(
    readonly direction: Direction,
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    private readonly deviceId: string | null,
  ) {
    this.bytesReadAtStart = socket.bytesRead
    this.bytesWrittenAtStart = socket.bytesWritten
    ws.on('pong', (data) => this.pong(data))
    socket.on('data', () => (this.lastReadMs = this.elapsedMs))
  }

  get elapsedMs(): number {
    return performance.now() - this.start
  }

  /** Bytes of the load so far: received of an upload, handed to the system of a download. */
  get bytes(): number {
    return this.direction === 'upload' ? this.socket.bytesRead - this.bytesReadAtStart : this.sent()
  }

  /** A ping waits its turn behind the load, so its pong says that the load before it arrived. */
  ping(): void {
    if (this.ws.readyState !== this.ws.OPEN) return
    const name = randomUUID()
    this.pings.set(name, {
      before: this.socket.bytesWritten - this.bytesWrittenAtStart,
      sentAt: performance.now(),
    })
    this.ws.ping(name)
  }

  /** ndt7's measurement, section 6 of the protocol. */
  measurement(): string {
    const elapsed = Math.round(this.elapsedMs * MICROSECONDS_PER_MS)
    const { remoteAddress, remotePort, localAddress, localPort } = this.socket
    return JSON.stringify({
      AppInfo: { NumBytes: this.bytes, ElapsedTime: elapsed },
      ConnectionInfo: {
        Client: endpoint(remoteAddress, remotePort),
        Server: endpoint(localAddress, localPort),
        UUID: this.id,
        StartTime: this.startedAt.toISOString(),
      },
      Origin: 'server',
      Test: this.direction,
      TCPInfo: this.tcpInfo(elapsed),
    })
  }

  result(ended: SpeedTest['ended']): SpeedTest {
    const { bytes, ms } =
      this.direction === 'upload' ? { bytes: this.bytes, ms: this.lastReadMs } : this.acknowledgedLoad()
    return {
      id: this.id,
      direction: this.direction,
      deviceId: this.deviceId,
      startedAt: this.startedAt,
      bytes,
      durationMs: ms,
      bps: ms > 0 ? Math.round((bytes * BITS_PER_BYTE * 1000) / ms) : 0,
      minRttMs: this.minRttMs,
      ended,
    }
  }

  /** The client's clock begins half a round trip after ours, and its pong needs the other half. */
  private acknowledgedLoad(): { bytes: number; ms: number } {
    return { bytes: this.acked.bytes, ms: Math.max(this.acked.ms - (this.minRttMs ?? 0), 0) }
  }

  /**
   * Node cannot read TCP_INFO. Clients expect these members; they hold what this process knows, and RTTSource says that
   * the round trip is the application's. BBRInfo is left out: nothing here measures it.
   */
  private tcpInfo(elapsed: number): object {
    const rtt = (ms: number | null) => (ms === null ? undefined : Math.round(ms * MICROSECONDS_PER_MS))
    return {
      ElapsedTime: elapsed,
      BytesReceived: this.socket.bytesRead - this.bytesReadAtStart,
      BytesSent: this.sent(),
      BytesAcked: this.acked.bytes,
      MinRTT: rtt(this.minRttMs),
      RTT: rtt(this.rttMs),
      RTTSource: 'websocket-ping',
    }
  }

  /** Node counts what waits in this process as written. */
  private sent(): number {
    return this.socket.bytesWritten - this.bytesWrittenAtStart - this.socket.writableLength
  }

  private pong(data: Buffer): void {
    const name = data.toString()
    const ping = this.pings.get(name)
    this.pings.delete(name)
    if (!ping || ping.before < this.acked.bytes) return
    this.rttMs = performance.now() - ping.sentAt
    this.minRttMs = Math.min(this.minRttMs ?? Infinity, this.rttMs)
    this.acked = { bytes: ping.before, ms: this.elapsedMs }
  }
}

const endpoint = (address: string | undefined, port: number | undefined): string =>
  address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

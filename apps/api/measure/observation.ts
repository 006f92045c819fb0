/**
 * One ndt7 test as the server observes it: the bytes that certainly arrived, their time, and the round trip by
 * WebSocket ping.
 */
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
  /** Bytes that were sent before a ping whose pong came back, so that the client has read all of them. */
  private acknowledged = { bytes: 0, ms: 0 }
  /**
   * Pings without a pong yet, by their payload. It is random, so that a client cannot acknowledge a load that it did not
   * get.
   */
  private readonly pings = new Map<string, { bytesBefore: number; sentAt: number }>()
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

  /** Bytes of the load so far: those received in an upload, those passed to the system in a download. */
  get bytes(): number {
    return this.direction === 'upload' ? this.socket.bytesRead - this.bytesReadAtStart : this.bytesSent()
  }

  /** A ping is queued behind the load, so that its pong proves the arrival of the load before it. */
  ping(): void {
    if (this.ws.readyState !== this.ws.OPEN) return
    const payload = randomUUID()
    this.pings.set(payload, {
      bytesBefore: this.socket.bytesWritten - this.bytesWrittenAtStart,
      sentAt: performance.now(),
    })
    this.ws.ping(payload)
  }

  /** A measurement message as in section 6 of the ndt7 protocol. */
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

  /**
   * The acknowledged bytes with their time by the client's clock, which starts half a round trip after ours; the pong
   * needs the other half.
   */
  private acknowledgedLoad(): { bytes: number; ms: number } {
    return { bytes: this.acknowledged.bytes, ms: Math.max(this.acknowledged.ms - (this.minRttMs ?? 0), 0) }
  }

  /**
   * Node cannot read TCP_INFO. Clients expect these members, so they contain what this process knows, and RTTSource states
   * that the round trip is measured by the application. BBRInfo is omitted, since nothing here measures it.
   */
  private tcpInfo(elapsed: number): object {
    const rtt = (ms: number | null) => (ms === null ? undefined : Math.round(ms * MICROSECONDS_PER_MS))
    return {
      ElapsedTime: elapsed,
      BytesReceived: this.socket.bytesRead - this.bytesReadAtStart,
      BytesSent: this.bytesSent(),
      BytesAcked: this.acknowledged.bytes,
      MinRTT: rtt(this.minRttMs),
      RTT: rtt(this.rttMs),
      RTTSource: 'websocket-ping',
    }
  }

  /** Bytes that were sent. Node also counts those that still wait in this process as written. */
  private bytesSent(): number {
    return this.socket.bytesWritten - this.bytesWrittenAtStart - this.socket.writableLength
  }

  private pong(data: Buffer): void {
    const payload = data.toString()
    const ping = this.pings.get(payload)
    this.pings.delete(payload)
    if (!ping || ping.bytesBefore < this.acknowledged.bytes) return
    this.rttMs = performance.now() - ping.sentAt
    this.minRttMs = Math.min(this.minRttMs ?? Infinity, this.rttMs)
    this.acknowledged = { bytes: ping.bytesBefore, ms: this.elapsedMs }
  }
}

const endpoint = (address: string | undefined, port: number | undefined): string =>
  address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** The results of public speed tests, each with its own units. */
import { UnreadableResultError, type ProbeDraft } from './draft.js'
import { isObject } from '../file/json-object.js'
import { type Json, memberAt, numberAt, scaledAt, textAt, timeAt } from './json.js'

const BITS = 8
const KBIT = 1e3
const MBIT = 1e6

/** Ookla's CLI, `speedtest --format=json`: bytes per second, milliseconds, percent. */
export function ookla(document: Json): ProbeDraft {
  if (document.type !== 'result') {
    const time = timeAt(document, 'timestamp')
    return { tool: 'ookla', outcome: 'failed', measuredAt: time }
  }
  const loss = numberAt(document, 'packetLoss')
  return {
    tool: 'ookla',
    outcome: 'ok',
    measuredAt: timeAt(document, 'timestamp'),
    downloadBps: scaledAt(document, 'download.bandwidth', BITS),
    uploadBps: scaledAt(document, 'upload.bandwidth', BITS),
    latencyMs: numberAt(document, 'ping.latency'),
    loadedLatencyMs: numberAt(document, 'download.latency.iqm'),
    jitterMs: numberAt(document, 'ping.jitter'),
    lossRatio: loss === null ? null : loss / 100,
    downloadBytes: numberAt(document, 'download.bytes'),
    uploadBytes: numberAt(document, 'upload.bytes'),
    downloadMs: numberAt(document, 'download.elapsed'),
    uploadMs: numberAt(document, 'upload.elapsed'),
    operator: textAt(document, 'isp'),
    clientAddress: textAt(document, 'interface.externalIp'),
    ...idOf(textAt(document, 'result.id')),
  }
}

/** The Python speedtest-cli, `--json`: bits per second, milliseconds. */
export function speedtestCli(document: Json): ProbeDraft {
  return {
    tool: 'speedtest-cli',
    outcome: 'ok',
    measuredAt: timeAt(document, 'timestamp'),
    downloadBps: scaledAt(document, 'download', 1),
    uploadBps: scaledAt(document, 'upload', 1),
    latencyMs: numberAt(document, 'ping'),
    downloadBytes: numberAt(document, 'bytes_received'),
    uploadBytes: numberAt(document, 'bytes_sent'),
    operator: textAt(document, 'client.isp'),
    clientAddress: textAt(document, 'client.ip'),
  }
}

/** librespeed-cli, `--json`: Mbit/s, milliseconds. */
export function librespeedCli(document: Json): ProbeDraft {
  return {
    tool: 'librespeed',
    outcome: 'ok',
    measuredAt: timeAt(document, 'timestamp'),
    downloadBps: scaledAt(document, 'download', MBIT),
    uploadBps: scaledAt(document, 'upload', MBIT),
    latencyMs: numberAt(document, 'ping'),
    jitterMs: numberAt(document, 'jitter'),
    downloadBytes: numberAt(document, 'bytes_received'),
    uploadBytes: numberAt(document, 'bytes_sent'),
    clientAddress: textAt(document, 'client.ip'),
  }
}

/** LibreSpeed's telemetry as its page posts it: Mbit/s and milliseconds, written as texts. */
export function librespeedTelemetry(document: Json): ProbeDraft {
  return {
    tool: 'librespeed',
    outcome: 'ok',
    measuredAt: timeAt(document, 'timestamp'),
    downloadBps: scaledAt(document, 'dl', MBIT),
    uploadBps: scaledAt(document, 'ul', MBIT),
    latencyMs: numberAt(document, 'ping'),
    jitterMs: numberAt(document, 'jitter'),
    clientAddress: textAt(document, 'ip'),
  }
}

/** Cloudflare's `getSummary()`: bits per second, milliseconds, a ratio; it has no time. */
export function cloudflare(document: Json): ProbeDraft {
  return {
    tool: 'cloudflare',
    outcome: 'ok',
    measuredAt: timeAt(document, 'timestamp'),
    downloadBps: scaledAt(document, 'download', 1),
    uploadBps: scaledAt(document, 'upload', 1),
    latencyMs: numberAt(document, 'latency'),
    loadedLatencyMs: numberAt(document, 'downLoadedLatency'),
    jitterMs: numberAt(document, 'jitter'),
    lossRatio: numberAt(document, 'packetLoss'),
  }
}

/** Giga Meter: kbit/s, milliseconds, bytes; the ndt7 results in the same document name the tests. */
export function giga(document: Json): ProbeDraft {
  const down = numberAt(document, 'Download')
  const up = numberAt(document, 'Upload')
  const uuid = (side: string) =>
    textAt(memberAt(document, 'Results'), [side, 'LastServerMeasurement', 'ConnectionInfo', 'UUID'])
  return {
    tool: 'giga',
    outcome: down === null && up === null ? 'failed' : 'ok',
    measuredAt: timeAt(document, 'Timestamp') ?? timeAt(document, 'timestamp'),
    downloadBps: down === null ? null : Math.round(down * KBIT),
    uploadBps: up === null ? null : Math.round(up * KBIT),
    latencyMs: numberAt(document, 'Latency'),
    downloadBytes: numberAt(document, 'DataDownloaded'),
    uploadBytes: numberAt(document, 'DataUploaded'),
    operator: textAt(document, 'ClientInfo.ISP'),
    clientAddress: textAt(document, 'ip_address') ?? textAt(document, 'ClientInfo.IP'),
    downloadTest: uuid('NDTResult.S2C'),
    uploadTest: uuid('NDTResult.C2S'),
    ...idOf(textAt(document, 'UUID')),
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** The document's own id if it is a UUID, so that one result that arrives in two ways is one probe. */
const idOf = (id: string | null) => (id !== null && UUID.test(id) ? { id: id.toLowerCase() } : {})

/** iperf3, `-J`: bits per second, microseconds. The lines of `--json-stream` are assembled to such a document before. */
export function iperf3(document: Json): ProbeDraft {
  const seconds = numberAt(document, 'start.timestamp.timesecs')
  const measuredAt = seconds === null ? null : new Date(seconds * 1000).toISOString()
  if (textAt(document, 'error') !== null) return { tool: 'iperf3', outcome: 'failed', measuredAt }
  const received = memberAt(document, 'end.sum_received') ?? memberAt(document, 'end.sum')
  if (!isObject(received))
    throw new UnreadableResultError('end.sum_received', 'end.sum_received is missing: the test was cut short')
  const both = memberAt(document, 'end.sum_received_bidir_reverse')
  const isReverse = numberAt(document, 'start.test_start.reverse') === 1
  const [down, up] = isObject(both) ? [both, received] : isReverse ? [received, null] : [null, received]
  const ms = (sum: unknown) => scaledAt(sum, 'seconds', 1000)
  const rtt = numberAt(document, 'end.streams.0.sender.min_rtt')
  const lost = numberAt(document, 'end.sum.lost_percent')
  return {
    tool: 'iperf3',
    outcome: 'ok',
    measuredAt,
    downloadBps: scaledAt(down, 'bits_per_second', 1),
    uploadBps: scaledAt(up, 'bits_per_second', 1),
    downloadBytes: numberAt(down, 'bytes'),
    uploadBytes: numberAt(up, 'bytes'),
    downloadMs: ms(down),
    uploadMs: ms(up),
    latencyMs: rtt ? rtt / 1000 : null,
    jitterMs: numberAt(document, 'end.sum.jitter_ms'),
    lossRatio: lost === null ? null : lost / 100,
  }
}

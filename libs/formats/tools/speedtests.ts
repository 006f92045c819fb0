/** The results of public speed tests, each with its own units. */
import { UnreadableResultError, type ProbeDraft } from './draft.js'
import { type Json, memberAt, numberAt, scaledAt, textAt, timeAt } from './json.js'

const BITS = 8
const KBIT = 1e3
const MBIT = 1e6

/**
 * Ookla's CLI, `speedtest --format=json`: bytes per second, milliseconds, percent. It logs errors on lines of their own, and
 * shows its progress on others; a test that failed is a log line of the level `error`, or a document with an `error` alone.
 */
export function ookla(document: Json): ProbeDraft {
  const { type, level, error } = document
  const measuredAt = timeAt(document, 'timestamp')
  if ((type === 'log' && level === 'error') || (type === undefined && typeof error === 'string'))
    return { tool: 'ookla', outcome: 'failed', measuredAt }
  if (type !== undefined && type !== 'result')
    throw new UnreadableResultError('type', `is a line of the type ${JSON.stringify(type)}, not a result`)
  const loss = numberAt(document, 'packetLoss')
  return {
    tool: 'ookla',
    outcome: 'ok',
    measuredAt,
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

/** speedtest-cli and librespeed-cli write 0 for a direction that they were told to skip. */
const measuredSpeed = (bps: number | null): number | null => (bps === 0 ? null : bps)

/**
 * The Python speedtest-cli, `--json`: bits per second, milliseconds. Before version 2 it wrote UTC without a Z
 * (`datetime.utcnow().isoformat()`).
 */
export function speedtestCli(document: Json): ProbeDraft {
  return {
    tool: 'speedtest-cli',
    outcome: 'ok',
    measuredAt: timeAt(document, 'timestamp', 'utc'),
    downloadBps: measuredSpeed(scaledAt(document, 'download', 1)),
    uploadBps: measuredSpeed(scaledAt(document, 'upload', 1)),
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
    downloadBps: measuredSpeed(scaledAt(document, 'download', MBIT)),
    uploadBps: measuredSpeed(scaledAt(document, 'upload', MBIT)),
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

/**
 * Giga Meter: kbit/s, milliseconds, bytes; the ndt7 results in the same document name the tests. The first API writes its
 * members in capitals, the second the same figures in small letters.
 */
export function giga(document: Json): ProbeDraft {
  const either = (name: string): string =>
    memberAt(document, name) === undefined ? name.toLowerCase() : name
  const uuid = (side: string) =>
    textAt(memberAt(document, 'Results'), [side, 'LastServerMeasurement', 'ConnectionInfo', 'UUID'])
  return {
    tool: 'giga',
    outcome: 'ok',
    measuredAt: timeAt(document, either('Timestamp')),
    downloadBps: scaledAt(document, either('Download'), KBIT),
    uploadBps: scaledAt(document, either('Upload'), KBIT),
    latencyMs: numberAt(document, either('Latency')),
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

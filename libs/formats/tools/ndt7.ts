/**
 * Reads results of ndt7 in four forms: `clientResult` (https://github.com/m-lab/ndt7-js), `archive`
 * (https://github.com/m-lab/ndt-server), `goSummary` and `oldGoSummary` (https://github.com/m-lab/ndt7-client-go from 0.5 on,
 * and before). The client counts in Mbit/s and seconds, the server in bytes and microseconds.
 */
import { UnreadableResultError, type ProbeDraft } from './draft.js'
import { isObject } from '../file/json-object.js'
import { type Json, memberAt, numberAt, scaledAt, textAt, timeAt } from './json.js'

const BPS_PER_MBIT = 1e6
const BITS_PER_BYTE = 8
const US_PER_MS = 1e3
const US_PER_S = 1e6

/** The last measurements of the client: of one direction, or of both under `download` and `upload`. */
export function clientResult(document: Json): ProbeDraft {
  const isOneDirection = isObject(document.LastClientMeasurement) || isObject(document.LastServerMeasurement)
  const test = textAt(document, 'LastServerMeasurement.Test')
  if (isOneDirection && test === null)
    throw new UnreadableResultError('Test', 'the result does not say whether it is a download or an upload')
  const down = isOneDirection ? (test === 'download' ? document : null) : sideOf(document, 'download')
  const up = isOneDirection ? (test === 'upload' ? document : null) : sideOf(document, 'upload')
  const sides = { download: directionOf(down, 'BytesAcked'), upload: directionOf(up, 'BytesReceived') }
  return {
    ...draftOf(sides),
    measuredAt: startOf(down) ?? startOf(up) ?? timeAt(document, 'timestamp'),
    clientAddress: addressOf(textAt(down ?? up, 'LastServerMeasurement.ConnectionInfo.Client')),
  }
}

const sideOf = (document: Json, name: 'download' | 'upload'): unknown =>
  document[name] ?? document[name === 'download' ? 'Download' : 'Upload'] ?? null

const startOf = (side: unknown): string | null =>
  timeAt(side, 'LastServerMeasurement.ConnectionInfo.StartTime')

interface Direction {
  bps: number | null
  bytes: number | null
  ms: number | null
  rttMs: number | null
  /** TCP's smoothed round trip at the end of the test, so under its load. */
  loadedRttMs: number | null
  lossRatio: number | null
  testId: string | null
}

/**
 * `bytesMember` counts what arrived: bytes of a download that the client acknowledged (`BytesAcked`), bytes of an upload that
 * the server received (`BytesReceived`).
 */
function directionOf(side: unknown, bytesMember: string): Direction | null {
  if (!isObject(side)) return null
  const tcp = 'LastServerMeasurement.TCPInfo'
  const bytes = numberAt(side, `${tcp}.${bytesMember}`)
  const elapsedUs = numberAt(side, `${tcp}.ElapsedTime`)
  const serverBps =
    bytes !== null && bytes > 0 && elapsedUs
      ? Math.round((bytes * BITS_PER_BYTE * US_PER_S) / elapsedUs)
      : null
  const elapsedS = numberAt(side, 'LastClientMeasurement.ElapsedTime')
  const minRttUs = numberAt(side, `${tcp}.MinRTT`)
  const smoothedRttUs = numberAt(side, `${tcp}.RTT`)
  // Our own server sets `RTTSource` because its round trips come from WebSocket pings. Those also wait behind the load, so
  // they are not TCP's round trip under load and are left out.
  const isTcpRtt = textAt(side, `${tcp}.RTTSource`) === null
  const sentBytes = numberAt(side, `${tcp}.BytesSent`)
  const retransmittedBytes = numberAt(side, `${tcp}.BytesRetrans`)
  return {
    bps: serverBps ?? scaledAt(side, 'LastClientMeasurement.MeanClientMbps', BPS_PER_MBIT),
    bytes: numberAt(side, 'LastClientMeasurement.NumBytes') ?? bytes,
    ms: elapsedS === null ? null : elapsedS * 1000,
    rttMs: minRttUs === null ? null : minRttUs / US_PER_MS,
    loadedRttMs: isTcpRtt && smoothedRttUs !== null ? smoothedRttUs / US_PER_MS : null,
    lossRatio: sentBytes && retransmittedBytes !== null ? retransmittedBytes / sentBytes : null,
    testId: textAt(side, 'LastServerMeasurement.ConnectionInfo.UUID'),
  }
}

function draftOf({ download, upload }: { download: Direction | null; upload: Direction | null }): ProbeDraft {
  return {
    tool: 'ndt7',
    measuredAt: null,
    outcome: 'ok',
    downloadBps: download?.bps ?? null,
    uploadBps: upload?.bps ?? null,
    latencyMs: download?.rttMs ?? upload?.rttMs ?? null,
    loadedLatencyMs: download?.loadedRttMs ?? null,
    lossRatio: download?.lossRatio ?? null,
    downloadBytes: download?.bytes ?? null,
    uploadBytes: upload?.bytes ?? null,
    downloadMs: download?.ms ?? null,
    uploadMs: upload?.ms ?? null,
    downloadTest: download?.testId ?? null,
    uploadTest: upload?.testId ?? null,
  }
}

/** The address of an endpoint such as `1.2.3.4:567` or `[::1]:567`. */
const addressOf = (endpoint: string | null): string | null =>
  endpoint === null ? null : (/^\[(.+)\]:\d+$|^([^:]+):\d+$/.exec(endpoint)?.slice(1).find(Boolean) ?? null)

/** One file of the server's archive: the test of one direction, of which the server's last measurement counts. */
export function archive(document: Json): ProbeDraft {
  const name = isObject(document.Download) ? 'Download' : 'Upload'
  const list = memberAt(document, `${name}.ServerMeasurements`)
  const last = Array.isArray(list) ? list.at(-1) : null
  const measured = directionOf(
    { LastServerMeasurement: last },
    name === 'Download' ? 'BytesAcked' : 'BytesReceived',
  )
  const elapsedUs = numberAt(last, 'TCPInfo.ElapsedTime')
  const direction = measured && {
    ...measured,
    ms: elapsedUs === null ? null : elapsedUs / US_PER_MS,
    testId: textAt(document, `${name}.UUID`),
  }
  const isDown = name === 'Download'
  return {
    ...draftOf({ download: isDown ? direction : null, upload: isDown ? null : direction }),
    measuredAt: timeAt(document, `${name}.StartTime`) ?? timeAt(document, 'StartTime'),
    clientAddress: textAt(document, 'ClientIP'),
  }
}

/** The summary of `ndt7-client -format=json -quiet`, which names the units of its values. */
export function goSummary(document: Json): ProbeDraft {
  const side = (name: 'Download' | 'Upload'): Direction | null =>
    isObject(document[name])
      ? {
          bps: inUnit(document, `${name}.Throughput`, 'Mbit/s', BPS_PER_MBIT),
          bytes: null,
          ms: null,
          rttMs: inUnit(document, `${name}.Latency`, 'ms', 1),
          loadedRttMs: null,
          lossRatio: inUnit(document, `${name}.Retransmission`, '%', 0.01),
          testId: textAt(document, `${name}.UUID`),
        }
      : null
  const draft = draftOf({ download: side('Download'), upload: side('Upload') })
  return { ...draft, clientAddress: textAt(document, 'ClientIP') }
}

/** The summary of ndt7-client-go before 0.5, with one figure for each direction. */
export function oldGoSummary(document: Json): ProbeDraft {
  const side = (name: 'Download' | 'Upload'): Direction | null =>
    isObject(document[name])
      ? {
          ...NO_FIGURES,
          bps: inUnit(document, name, 'Mbit/s', BPS_PER_MBIT),
          testId: textAt(document, `${name}UUID`),
        }
      : null
  const draft = draftOf({ download: side('Download'), upload: side('Upload') })
  return {
    ...draft,
    latencyMs: inUnit(document, 'RTT', 'ms', 1),
    lossRatio: inUnit(document, 'DownloadRetrans', '%', 0.01),
    clientAddress: textAt(document, 'ClientIP'),
  }
}

const NO_FIGURES: Direction = {
  loadedRttMs: null,
  bps: null,
  bytes: null,
  ms: null,
  rttMs: null,
  lossRatio: null,
  testId: null,
}

function inUnit(document: Json, path: string, unit: string, factor: number): number | null {
  const value = numberAt(document, `${path}.Value`)
  const unitText = textAt(document, `${path}.Unit`)
  if (value !== null && unitText !== unit)
    throw new UnreadableResultError(
      `${path}.Unit`,
      `${path}.Unit is ${JSON.stringify(unitText)}: expected ${unit}`,
    )
  return value === null ? null : factor === BPS_PER_MBIT ? Math.round(value * factor) : value * factor
}

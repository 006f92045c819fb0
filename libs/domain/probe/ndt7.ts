/** Reads what an ndt7 client says of a test (its completion messages), and the probe that it makes. */

const BITS = 8

/** One direction; times of the client in s, of the server in µs. */
export interface Ndt7Side {
  LastClientMeasurement?: { ElapsedTime: number; NumBytes: number; MeanClientMbps: number }
  LastServerMeasurement?: {
    AppInfo: { NumBytes: number; ElapsedTime: number }
    ConnectionInfo: { UUID: string }
    TCPInfo: { BytesReceived: number; ElapsedTime: number; MinRTT?: number }
  }
}

export interface Ndt7Sides {
  download?: Ndt7Side | undefined
  upload?: Ndt7Side | undefined
}

/** The fields of a probe that a speed test fills. */
export interface Ndt7Result {
  downloadBps: number
  uploadBps: number
  latencyMs: number | null
  loadedLatencyMs: number | null
  downloadBytes: number
  uploadBytes: number
  downloadMs: number
  uploadMs: number
  downloadTest: string | undefined
  uploadTest: string | undefined
  raw: object
}

/**
 * The download as the client counted it, the upload as the server received it: bytes that the client sent may still be under
 * way. `loadedLatencyMs` was measured beside the download. Null where a direction has no result.
 */
export function resultOfNdt7(
  { download, upload }: Ndt7Sides,
  loadedLatencyMs: number | null,
): Ndt7Result | null {
  const down = receivedBy(download)
  const up = upload?.LastServerMeasurement?.TCPInfo
  if (!down || !up || up.ElapsedTime <= 0) return null
  const rtt = download?.LastServerMeasurement?.TCPInfo.MinRTT
  return {
    downloadBps: Math.round((down.bytes * BITS * 1000) / down.ms),
    uploadBps: Math.round((up.BytesReceived * BITS * 1e6) / up.ElapsedTime),
    latencyMs: rtt === undefined ? null : rtt / 1000,
    loadedLatencyMs,
    downloadBytes: down.bytes,
    uploadBytes: up.BytesReceived,
    downloadMs: down.ms,
    uploadMs: up.ElapsedTime / 1000,
    downloadTest: download?.LastServerMeasurement?.ConnectionInfo.UUID,
    uploadTest: upload?.LastServerMeasurement?.ConnectionInfo.UUID,
    raw: { download, upload },
  }
}

/** Bytes of both directions, also of a test that failed. */
export const bytesOfNdt7 = ({ download, upload }: Ndt7Sides): number =>
  (receivedBy(download)?.bytes ?? 0) + (upload?.LastServerMeasurement?.TCPInfo.BytesReceived ?? 0)

/** The client measures four times a second. A short test of a fast line ends before that, so the server's figure is taken. */
function receivedBy(download: Ndt7Side | undefined): { bytes: number; ms: number } | null {
  const counted = download?.LastClientMeasurement
  if (counted) return { bytes: counted.NumBytes, ms: counted.ElapsedTime * 1000 }
  const sent = download?.LastServerMeasurement?.AppInfo
  return sent && sent.ElapsedTime > 0 ? { bytes: sent.NumBytes, ms: sent.ElapsedTime / 1000 } : null
}

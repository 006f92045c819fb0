/** What an ndt7 client says of a test (its completion messages), and the probe that it makes. */

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
  downloadBytes: number
  uploadBytes: number
  downloadMs: number
  uploadMs: number
  downloadTest: string | undefined
  uploadTest: string | undefined
  raw: object
}

/** Download as the client counted it, upload as the server received it: what was sent may still be on its way. */
export function resultOfNdt7({ download, upload }: Ndt7Sides): Ndt7Result | null {
  const down = receivedBy(download)
  const up = upload?.LastServerMeasurement?.TCPInfo
  if (!down || !up || up.ElapsedTime <= 0) return null
  const rtt = download?.LastServerMeasurement?.TCPInfo.MinRTT
  return {
    downloadBps: Math.round((down.bytes * BITS * 1000) / down.ms),
    uploadBps: Math.round((up.BytesReceived * BITS * 1e6) / up.ElapsedTime),
    latencyMs: rtt === undefined ? null : rtt / 1000,
    downloadBytes: down.bytes,
    uploadBytes: up.BytesReceived,
    downloadMs: down.ms,
    uploadMs: up.ElapsedTime / 1000,
    downloadTest: download?.LastServerMeasurement?.ConnectionInfo.UUID,
    uploadTest: upload?.LastServerMeasurement?.ConnectionInfo.UUID,
    raw: { download, upload },
  }
}

/** Of both directions, also of a test that failed. */
export const bytesOfNdt7 = ({ download, upload }: Ndt7Sides): number =>
  (receivedBy(download)?.bytes ?? 0) + (upload?.LastServerMeasurement?.TCPInfo.BytesReceived ?? 0)

/** The client measures four times a second; a short test of a fast line is over before, and the server's figure is left. */
function receivedBy(download: Ndt7Side | undefined): { bytes: number; ms: number } | null {
  const own = download?.LastClientMeasurement
  if (own) return { bytes: own.NumBytes, ms: own.ElapsedTime * 1000 }
  const sent = download?.LastServerMeasurement?.AppInfo
  return sent && sent.ElapsedTime > 0 ? { bytes: sent.NumBytes, ms: sent.ElapsedTime / 1000 } : null
}

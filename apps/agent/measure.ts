/** One speed test of the site's line, by the ndt7 client. */
import { type Side, ndt7 } from './ndt7-client.js'

const BITS = 8

export type Measured =
  | { outcome: 'ok' | 'failed'; probe: object; usedBytes: number }
  /** The server is full: nothing is said of the line. */
  | { outcome: 'busy' }

const TIMEOUT_MS = 20_000

/** `maxBytes` of each direction; without a token the server measures all the same, for nobody. */
export async function measure(
  server: string,
  token: string | null,
  maxBytes: number | null,
): Promise<Measured> {
  const ticket = token === null ? null : await ticketOf(server, token)
  if (ticket === 'busy') return { outcome: 'busy' }
  if (ticket === 'unreachable') return { outcome: 'failed', probe: {}, usedBytes: 0 }
  const { code, download, upload } = await ndt7(server, {
    client_name: 'taghtiya-agent',
    ...(ticket && { token: ticket }),
    ...(maxBytes !== null && { max_bytes: String(maxBytes) }),
  })
  const down = receivedBy(download)
  const up = upload?.LastServerMeasurement?.TCPInfo
  const usedBytes = (down?.bytes ?? 0) + (up?.BytesReceived ?? 0)
  if (code !== 0 || !down || !up || up.ElapsedTime <= 0) return { outcome: 'failed', probe: {}, usedBytes }
  const rtt = download?.LastServerMeasurement?.TCPInfo.MinRTT
  const probe = {
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
  return { outcome: 'ok', probe, usedBytes }
}

/** The client measures four times a second; a short test of a fast line is over before, and the server's figure is left. */
function receivedBy(download: Side | undefined): { bytes: number; ms: number } | null {
  const own = download?.LastClientMeasurement
  if (own) return { bytes: own.NumBytes, ms: own.ElapsedTime * 1000 }
  const sent = download?.LastServerMeasurement?.AppInfo
  return sent && sent.ElapsedTime > 0 ? { bytes: sent.NumBytes, ms: sent.ElapsedTime / 1000 } : null
}

/** A token for this test; null where the device's own is refused: the result then waits for another one. */
async function ticketOf(server: string, token: string): Promise<string | null | 'busy' | 'unreachable'> {
  try {
    const answer = await fetch(`${server}/api/v1/tests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (answer.status === 503) return 'busy'
    return answer.ok ? ((await answer.json()) as { token: string }).token : null
  } catch {
    return 'unreachable'
  }
}

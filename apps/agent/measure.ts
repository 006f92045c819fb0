/** One speed test of the site's line with the ndt7 client. */
import { LoadedLatency, bytesOfNdt7, resultOfNdt7 } from '#domain/probe'
import { setTimeout as sleep } from 'node:timers/promises'
import { ndt7 } from './ndt7-client.js'

/** A test that ran, with the fields of its probe and the bytes that it used; or `busy`. */
export type MeasureResult =
  | { outcome: 'ok' | 'failed'; probe: object; usedBytes: number }
  /** The server runs as many tests as it can; this says nothing about the line. */
  | { outcome: 'busy' }

const TIMEOUT_MS = 20_000

/**
 * Measures the line. `maxBytes` is the limit of each direction. Without a token the server measures as well, but the result
 * belongs to no device.
 */
export async function measure(
  server: string,
  token: string | null,
  maxBytes: number | null,
): Promise<MeasureResult> {
  const testToken = token === null ? null : await requestTestToken(server, token)
  if (testToken === 'busy') return { outcome: 'busy' }
  if (testToken === 'unreachable') return { outcome: 'failed', probe: {}, usedBytes: 0 }
  const loadedLatency = new LoadedLatency({
    ping: () => ping(server),
    now: () => performance.now(),
    sleep,
  })
  const metadata = {
    client_name: 'taghtiya-agent',
    ...(testToken && { token: testToken }),
    ...(maxBytes !== null && { max_bytes: String(maxBytes) }),
  }
  const { code, ...sides } = await ndt7(server, metadata, {
    start: () => void loadedLatency.begin(),
    end: () => loadedLatency.end(),
  })
  loadedLatency.end()
  const probe = code === 0 ? resultOfNdt7(sides, loadedLatency.median()) : null
  return { outcome: probe ? 'ok' : 'failed', probe: probe ?? {}, usedBytes: bytesOfNdt7(sides) }
}

/** The smallest answer of the server, on a connection that stays open. */
async function ping(server: string): Promise<void> {
  const answer = await fetch(`${server}/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  await answer.arrayBuffer()
}

/** The token for one test; null where the device's token is refused, so that the result waits in the spool for a new one. */
async function requestTestToken(
  server: string,
  token: string,
): Promise<string | null | 'busy' | 'unreachable'> {
  try {
    const response = await fetch(`${server}/api/v1/tests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.status === 503) return 'busy'
    return response.ok ? ((await response.json()) as { token: string }).token : null
  } catch {
    return 'unreachable'
  }
}

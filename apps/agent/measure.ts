/** One speed test of the site's line, by the ndt7 client. */
import { bytesOfNdt7, resultOfNdt7 } from '#domain/probe'
import { ndt7 } from './ndt7-client.js'

export type MeasureResult =
  | { outcome: 'ok' | 'failed'; probe: object; usedBytes: number }
  /** The server is full: nothing is said of the line. */
  | { outcome: 'busy' }

const TIMEOUT_MS = 20_000

/** `maxBytes` of each direction; without a token the server measures all the same, for nobody. */
export async function measure(
  server: string,
  token: string | null,
  maxBytes: number | null,
): Promise<MeasureResult> {
  const ticket = token === null ? null : await requestTestToken(server, token)
  if (ticket === 'busy') return { outcome: 'busy' }
  if (ticket === 'unreachable') return { outcome: 'failed', probe: {}, usedBytes: 0 }
  const { code, ...sides } = await ndt7(server, {
    client_name: 'taghtiya-agent',
    ...(ticket && { token: ticket }),
    ...(maxBytes !== null && { max_bytes: String(maxBytes) }),
  })
  const probe = code === 0 ? resultOfNdt7(sides) : null
  return { outcome: probe ? 'ok' : 'failed', probe: probe ?? {}, usedBytes: bytesOfNdt7(sides) }
}

/** A token for this test; null where the device's own is refused: the result then waits for another one. */
async function requestTestToken(
  server: string,
  token: string,
): Promise<string | null | 'busy' | 'unreachable'> {
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

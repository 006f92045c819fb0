/** What a client asks for when it begins an ndt7 sub-test, and how it is told no before the upgrade. */
import type { Direction } from '#store/probes'
import { type IncomingMessage, STATUS_CODES } from 'node:http'

const SUBPROTOCOL = 'net.measurementlab.ndt.v7'
/** The protocol's limit for the metadata in the query. */
const MAX_QUERY_LENGTH = 4_096
/** Below this a test says nothing (M-Lab's least number of bytes). */
const MIN_MAX_BYTES = 8_192

export interface TestRequest {
  direction: Direction
  token: string | null
  /** The server ends the test after so many bytes; Infinity where the client did not ask for it. */
  maxBytes: number
}

export class SpeedTestError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }

  /** The whole HTTP answer, as problem+json. */
  httpResponse(): string {
    const title = STATUS_CODES[this.status]
    const body = JSON.stringify({ type: 'about:blank', title, status: this.status, detail: this.message })
    const headers = {
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
      ...this.headers,
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    return [`HTTP/1.1 ${this.status} ${title}`, ...lines, '', body].join('\r\n')
  }
}

/** Throws a Refusal that names what is wrong. */
export function testRequestOf({ url, headers }: IncomingMessage): TestRequest {
  const address = url ?? '/'
  if (!URL.canParse(address, 'http://server')) throw new SpeedTestError(404, 'this is no address')
  const { pathname, search, searchParams } = new URL(address, 'http://server')
  const direction = /^\/ndt\/v7\/(download|upload)$/.exec(pathname)?.[1] as Direction | undefined
  if (!direction) throw new SpeedTestError(404, 'tests are at /ndt/v7/download and /ndt/v7/upload')
  if (headers['sec-websocket-protocol'] !== SUBPROTOCOL)
    throw new SpeedTestError(400, `the header Sec-WebSocket-Protocol must be ${SUBPROTOCOL}`)
  if (search.length > MAX_QUERY_LENGTH)
    throw new SpeedTestError(400, `the query is longer than ${MAX_QUERY_LENGTH} characters`)
  const names = [...searchParams.keys()]
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new SpeedTestError(400, `the query names ${twice.slice(0, 100)} twice`)
  return { direction, token: searchParams.get('token'), maxBytes: maxBytesOf(searchParams) }
}

/** `max_bytes` is ours; `early_exit` is the reference server's, in megabytes, of which it takes only 250. */
function maxBytesOf(query: URLSearchParams): number {
  const early = query.get('early_exit')
  if (early !== null && early !== '250')
    throw new SpeedTestError(400, `early_exit is "${early.slice(0, 100)}": only 250 is known`)
  const asked = query.get('max_bytes')
  if (asked === null) return early === null ? Infinity : 250e6
  if (!/^\d{1,12}$/.test(asked) || Number(asked) < MIN_MAX_BYTES)
    throw new SpeedTestError(
      400,
      `max_bytes is "${asked.slice(0, 100)}": a number from ${MIN_MAX_BYTES} is needed`,
    )
  return Number(asked)
}

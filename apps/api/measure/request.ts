/** The request that starts an ndt7 test, and its refusal before the upgrade to WebSocket. */
import type { Direction } from '#store/probes'
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http'
import { PROBLEM_MEDIA_TYPE } from '../http/media-types.js'
import { plainProblem } from '../http/problem.js'

export const SUBPROTOCOL = 'net.measurementlab.ndt.v7'
/** The protocol's limit for the metadata in the query. */
const MAX_QUERY_LENGTH = 4_096
/** M-Lab's minimum: fewer bytes say nothing about the line. */
const MIN_MAX_BYTES = 8_192

export interface TestRequest {
  direction: Direction
  token: string | null
  /** Number of bytes after which the server ends the test; Infinity if the client set no limit. */
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

  /** The HTTP response as text, with problem details as its body. */
  httpResponse(): string {
    const body = JSON.stringify(plainProblem(this.status, this.message))
    const headers = {
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
      ...this.headers,
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    return [`HTTP/1.1 ${this.status} ${STATUS_CODES[this.status]}`, ...lines, '', body].join('\r\n')
  }
}

/** Throws a SpeedTestError that names what is invalid. */
export function testRequestOf(address: string, headers: IncomingHttpHeaders): TestRequest {
  if (!URL.canParse(address, 'http://server')) throw new SpeedTestError(404, 'invalid URL')
  const { pathname, search, searchParams } = new URL(address, 'http://server')
  const direction = /^\/ndt\/v7\/(download|upload)$/.exec(pathname)?.[1] as Direction | undefined
  if (!direction) throw new SpeedTestError(404, 'tests are at /ndt/v7/download and /ndt/v7/upload')
  if (headers['sec-websocket-protocol'] !== SUBPROTOCOL)
    throw new SpeedTestError(400, `the header Sec-WebSocket-Protocol must be ${SUBPROTOCOL}`)
  if (search.length > MAX_QUERY_LENGTH)
    throw new SpeedTestError(400, `the query is longer than ${MAX_QUERY_LENGTH} characters`)
  const names = [...searchParams.keys()]
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined)
    throw new SpeedTestError(400, `the query has ${repeated.slice(0, 100)} more than once`)
  return { direction, token: searchParams.get('token'), maxBytes: maxBytesOf(searchParams) }
}

/**
 * `max_bytes` is our own parameter. `early_exit` is that of the reference server, in megabytes, which supports no other
 * value than 250.
 */
function maxBytesOf(query: URLSearchParams): number {
  const earlyExit = query.get('early_exit')
  if (earlyExit !== null && earlyExit !== '250')
    throw new SpeedTestError(400, `early_exit is "${earlyExit.slice(0, 100)}": only 250 is supported`)
  const maxBytes = query.get('max_bytes')
  if (maxBytes === null) return earlyExit === null ? Infinity : 250e6
  if (!/^\d{1,12}$/.test(maxBytes) || Number(maxBytes) < MIN_MAX_BYTES)
    throw new SpeedTestError(
      400,
      `max_bytes is "${maxBytes.slice(0, 100)}": a number from ${MIN_MAX_BYTES} is needed`,
    )
  return Number(maxBytes)
}

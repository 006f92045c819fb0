/** Requests: one large, or many small ones from autocannon. */
import type { IngestResult } from '#ingest'
import autocannon from 'autocannon'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { buffer, text } from 'node:stream/consumers'

/** Sends NDJSON, in chunks as the server takes them. node:http: fetch gives up after five minutes. */
export async function postNdjson(
  url: string,
  token: string,
  chunks: Iterable<Buffer>,
): Promise<IngestResult> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
  const post = request(`${url}/api/v1/probes`, { method: 'POST', headers })
  const answered = once(post, 'response') as Promise<[IncomingMessage]>
  await pipeline(Readable.from(chunks), post)
  const [answer] = await answered
  const body = await text(answer)
  if (answer.statusCode !== 200)
    throw new Error(`the server answered ${answer.statusCode}: ${body.slice(0, 500)}`)
  return JSON.parse(body) as IngestResult
}

/** Fails unless all was accepted: a server that refuses quickly must not look fast. */
export function mustAccept({ accepted, duplicates, rejected }: IngestResult, expected: number): void {
  if (accepted === expected) return
  const first = JSON.stringify(rejected[0] ?? null)
  throw new Error(`accepted ${accepted} of ${expected}, ${duplicates} duplicates, first refusal: ${first}`)
}

/** Requests a second, over the time in which answers came; fails where any answer was not 2xx. */
export async function rate(options: autocannon.Options): Promise<number> {
  const result = await autocannon(options)
  mustAnswer(result, options.url)
  return result['2xx'] / result.duration
}

function mustAnswer(result: autocannon.Result, url: string): void {
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${bad} of ${result.requests.total} requests to ${url} failed`)
}

/** The body as it travels: fetch would unpack it. */
export async function packed(url: string): Promise<Buffer> {
  const get = request(url, { headers: { 'accept-encoding': 'gzip' } }).end()
  const [answer] = (await once(get, 'response')) as [IncomingMessage]
  const bytes = await buffer(answer)
  if (answer.statusCode === 200 && answer.headers['content-encoding'] === 'gzip') return bytes
  throw new Error(`${url} answered ${answer.statusCode}, encoding ${answer.headers['content-encoding']}`)
}

export interface Load {
  /** Requests a second. */
  rate: number
  /** Milliseconds in which 99 of 100 were answered. */
  p99: number
}

const CONNECTIONS = 16
const SECONDS = 5
const WARM_UP_SECONDS = 2

/** 16 connections that ask for the addresses in turn, unpacked; fails where any answer was not 2xx. */
export async function load(urls: readonly string[]): Promise<Load> {
  const [first] = urls
  const requests = urls.map((url) => ({ path: url.slice(new URL(url).origin.length) }))
  const options = { url: new URL(first!).origin, requests, connections: CONNECTIONS }
  await rate({ ...options, duration: WARM_UP_SECONDS })
  const result = await autocannon({ ...options, duration: SECONDS })
  mustAnswer(result, options.url)
  return { rate: result['2xx'] / result.duration, p99: result.latency.p99 }
}

/** Posts a message to a subscriber's URL and refuses addresses of private networks (server-side request forgery). */
import { webhookUrlRefusal } from '#domain/event'
import { lookup } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIPv6 } from 'node:net'

const TIMEOUT_MS = 10_000

/** Addresses that are not reachable from the internet, or are not a single machine (RFC 6890 and its successors). */
const NON_PUBLIC_V4 = blockListOf('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
])
/** IPv6 addresses that are assigned to networks (RFC 4291). */
const PUBLIC_V6 = blockListOf('ipv6', [['2000::', 3]])
/** Ranges inside 2000::/3 that embed an IPv4 address, or are reserved for protocols or examples. */
const NON_PUBLIC_V6 = blockListOf('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

function blockListOf(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family)
  return list
}

/** Whether an IPv4 or IPv6 address is a single machine on the internet. */
export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) return PUBLIC_V6.check(address, 'ipv6') && !NON_PUBLIC_V6.check(address, 'ipv6')
  return !NON_PUBLIC_V4.check(address, 'ipv4')
}

const isLoopback = (address: string) => address === '127.0.0.1' || address === '::1'

export type HostResolver = (host: string) => Promise<{ address: string; family: number }[]>

const resolveByDns: HostResolver = (host) => lookup(host, { all: true, verbatim: true })

/**
 * The address to which the message is sent. The name is resolved only once, because a second look-up may give another address.
 * Throws where any address of the name is not public; loopback is allowed only for tests.
 */
export async function resolvePublicAddress(
  url: URL,
  allowsLoopback: boolean,
  resolve: HostResolver = resolveByDns,
): Promise<{ address: string; family: number }> {
  const addresses = await resolve(url.hostname.replace(/^\[|\]$/g, ''))
  for (const { address } of addresses)
    if (!isPublicAddress(address) && !(allowsLoopback && isLoopback(address)))
      throw new Error(`${url.hostname} resolves to ${address}, which is not a public address`)
  if (!addresses[0]) throw new Error(`${url.hostname} does not resolve`)
  return addresses[0]
}

export interface WebhookMessage {
  url: string
  headers: Record<string, string>
  body: string
}

/**
 * Sends a message; it is delivered when the receiver answers 2xx. Throws an error with the reason otherwise. Redirects are not
 * followed, and the body of the answer is not read.
 */
export async function postWebhook(
  { url: text, headers, body }: WebhookMessage,
  allowsLoopback: boolean,
  resolve?: HostResolver,
): Promise<void> {
  const refusal = webhookUrlRefusal(text, allowsLoopback)
  if (refusal) throw new Error(`the URL ${refusal}`)
  const url = new URL(text)
  const { address, family } = await resolvePublicAddress(url, allowsLoopback, resolve)
  const status = await new Promise<number>((resolveStatus, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      maxHeaderSize: 8 * 1024,
      lookup: (_host, options, done) =>
        options.all ? done(null, [{ address, family }]) : done(null, address, family),
    })
    request.on('error', reject)
    // A status such as 101 emits neither `response` nor `error`. After a response this has no effect.
    request.on('close', () => reject(new Error('the receiver closed the connection without an answer')))
    request.on('response', (response) => {
      resolveStatus(response.statusCode ?? 0)
      response.destroy()
    })
    request.end(body)
  })
  if (status < 200 || status > 299) throw new Error(`the receiver answered ${status}`)
}

/** The address that a request comes from, and the subscriber and network that it belongs to. */
import type { FastifyRequest } from 'fastify'

const LOOPBACK = /^(::ffff:)?127\.|^::1$/

export const isLoopback = (address: string): boolean => LOOPBACK.test(address)

/**
 * The remote address of a request; null for this machine. Behind a proxy on this machine it is the address from which
 * the proxy got the request.
 */
export const remoteAddressOf = ({ ip }: Pick<FastifyRequest, 'ip'>): string | null =>
  isLoopback(ip) ? null : ip

/**
 * The same for a request that Fastify does not see. A trusted proxy appends to `X-Forwarded-For` the address from
 * which it got the request. The header is not trusted from others.
 */
export function forwardedAddressOf(
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean = isLoopback,
): string | null {
  if (remoteAddress !== undefined && !isTrusted(remoteAddress)) return remoteAddress
  const addresses = (forwardedFor ?? '').split(',').map((address) => address.trim())
  const address = addresses.findLast((one) => one !== '' && !isTrusted(one)) ?? remoteAddress ?? ''
  return address === '' || isLoopback(address) ? null : address
}

/** The part of an address that one subscriber has: a whole IPv4 address, or the first 64 bits of an IPv6 address. */
export const subscriberOf = (address: string): string => prefixOf(address, { bytes: 4, groups: 4 })

/** The network around a subscriber: the first 24 bits of an IPv4 address, or the first 48 of an IPv6 address. */
export const networkOf = (address: string): string => prefixOf(address, { bytes: 3, groups: 3 })

/** The first bytes of an IPv4 address, or the first groups of 16 bits of an IPv6 address. */
function prefixOf(address: string, { bytes, groups }: { bytes: number; groups: number }): string {
  const ipv4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1]
  return ipv4
    ? ipv4.split('.').slice(0, bytes).join('.')
    : groupsOf(address.toLowerCase()).slice(0, groups).join(':')
}

/** The eight groups of an IPv6 address without leading zeros; `::` stands for as many zeros as are missing. */
function groupsOf(ipv6: string): string[] {
  const [head, tail] = ipv6.split('::').map((part) =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => group.replace(/^0+(?=.)/, '')),
  ) as [string[], string[]?]
  const missing = Math.max(0, 8 - head.length - (tail?.length ?? 0))
  return tail ? [...head, ...Array<string>(missing).fill('0'), ...tail] : head
}

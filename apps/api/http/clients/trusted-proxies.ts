/** The proxies that are believed about who asks: those on this machine, and those that TRUST_PROXY names. */
import { BlockList, isIP } from 'node:net'
import { isLoopback } from './client-address.js'

export type IsTrustedProxy = (address: string) => boolean

/** `proxies` are addresses and networks (`10.0.4.2`, `10.0.4.0/24`), as the configuration has checked them. */
export function trustedProxies(proxies: readonly string[]): IsTrustedProxy {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address, bits] = proxy.split('/') as [string, string?]
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => isLoopback(address) || (isIP(address) !== 0 && list.check(address, familyOf(address)))
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4')

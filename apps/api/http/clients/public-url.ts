/** The address under which clients know this server: links in answers begin with it. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Settings } from '../../settings.js'
import { type IsTrustedProxy, trustedProxies } from './trusted-proxies.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Scheme, host and path prefix, without a slash at the end: `https://obs.example.ma/coverage`. */
    publicUrl: string
  }
}

export function registerPublicUrl(server: FastifyInstance, { config }: Settings): void {
  const isTrustedProxy = trustedProxies(config.trustedProxies)
  server.decorateRequest('publicUrl', '')
  server.addHook('onRequest', async (request) => {
    const [first] = config.publicUrls
    const named = config.publicUrls.find((url) => hostOfUrl(url) === request.host)
    request.publicUrl = named ?? first ?? requestedUrlOf(request, isTrustedProxy)
  })
  const prefixes = prefixesOf(config)
  // Addresses in the page are relative to the root, which ends with a slash.
  server.addHook('onRequest', async ({ method, originalUrl }, reply) => {
    const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(originalUrl) ?? []
    if (SAFE_METHODS.includes(method) && prefixes.includes(path))
      return reply.redirect(`${path}/${query}`, 308)
  })
}

const SAFE_METHODS = ['GET', 'HEAD']

const PREFIX_PATTERN = /^(\/[\w.~-]+)+$/

/**
 * The address that the client used. `X-Forwarded-…` is trusted from a proxy on this machine, and from those of TRUST_PROXY. The header `Host` is
 * repeated only if it is an address or `localhost`: a client can write any name there, and a cache would store the
 * links. A server with a name needs PUBLIC_URL, or a proxy that sends `X-Forwarded-Host`.
 */
function requestedUrlOf(request: FastifyRequest, isTrustedProxy: IsTrustedProxy): string {
  const isProxied = isTrustedProxy(request.socket.remoteAddress ?? '')
  const prefix = isProxied ? String(request.headers['x-forwarded-prefix'] ?? '') : ''
  const isForwarded = isProxied && request.headers['x-forwarded-host'] !== undefined
  const name = HOST_PATTERN.exec(request.host)?.[1]
  const isTrusted = name !== undefined && (isForwarded || isOwnName(name))
  const scheme = request.protocol === 'https' ? 'https' : 'http'
  const host = isTrusted ? request.host : localHostOf(request)
  return `${scheme}://${host}${PREFIX_PATTERN.test(prefix) ? prefix : ''}`
}

/** A name or an address, and a port. */
const HOST_PATTERN = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i

/** Whether a host is named by its address or as this machine. */
const isOwnName = (name: string): boolean =>
  name.toLowerCase() === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0

function localHostOf({ socket }: FastifyRequest): string {
  const { localAddress = '127.0.0.1', localPort = 0 } = socket
  return localAddress.includes(':') ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`
}

/** The path prefixes of PUBLIC_URL, without a slash at the end. */
const prefixesOf = ({ publicUrls }: Settings['config']): string[] =>
  publicUrls.map((url) => new URL(url).pathname).filter((path) => path !== '/')

/** Removes the path prefix of PUBLIC_URL from the address of a request, for a proxy that does not remove it. */
export function withoutPrefix({ config }: Settings): (request: Pick<IncomingMessage, 'url'>) => string {
  const prefixes = prefixesOf(config)
  return ({ url = '/' }) => {
    const prefix = prefixes.find((path) => /^([/?]|$)/.test(url.slice(path.length)) && url.startsWith(path))
    return prefix === undefined ? url : url.slice(prefix.length).replace(/^(?!\/)/, '/')
  }
}

export const hostOfUrl = (url: string): string | null => (URL.canParse(url) ? new URL(url).host : null)

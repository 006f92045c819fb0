/** The server as browsers know it when they make or use a passkey (the “relying party” of WebAuthn). */
import { ConflictException } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { isIP } from 'node:net'
import { refusal } from '../http/problem.js'

export interface RelyingParty {
  /** The host name to which passkeys belong, without scheme and port. */
  id: string
  /** Scheme, host and port from which an answer must come. */
  origin: string
}

/** The relying party of a request, from PUBLIC_URL where it is set. Passkeys belong to a name: an address has none (409). */
export function relyingPartyOf({ publicUrl }: FastifyRequest): RelyingParty {
  const { hostname, origin } = new URL(publicUrl)
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0)
    throw new ConflictException(
      refusal(
        'passkeys_need_name',
        `Passkeys need a server with a name: ${hostname} is an address. Set PUBLIC_URL, or use localhost.`,
      ),
    )
  return { id: hostname, origin }
}

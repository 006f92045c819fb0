/** The means by which a new person signs in for the first time: a one-time password, or a link that expires. */
import { randomBytes } from 'node:crypto'
import { hashPassword, newToken, sha256 } from './secrets.js'

export const CREDENTIAL_KINDS = ['password', 'link'] as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number]

/** A link that is sent by hand may lie in a mailbox over a weekend. */
const INVITATION_HOURS = 72

export interface FirstCredential {
  /** The one-time password; null for a link. */
  password: string | null
  /** Token of the link; null for a password. */
  token: string | null
  passwordHash: string
  invitation: { hash: Buffer; hours: number } | null
}

/** Makes a secret that is shown once. The account of a link has a password that nobody knows. */
export async function firstCredential(kind: CredentialKind): Promise<FirstCredential> {
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await hashPassword(password)
  if (kind === 'password') return { password, token: null, passwordHash, invitation: null }
  const token = newToken()
  return {
    password: null,
    token,
    passwordHash,
    invitation: { hash: sha256(token), hours: INVITATION_HOURS },
  }
}

/** The address of the link. What follows `#` is not sent to the server, so no log has it. */
export const invitationLink = (publicUrl: string, token: string): string => `${publicUrl}/#invite=${token}`

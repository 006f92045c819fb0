/** Secrets: random tokens stored as SHA-256, passwords as argon2id. */
import { hash, verify } from '@node-rs/argon2'
import { createHash, randomBytes } from 'node:crypto'

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** 256 random bits, with a prefix that leak scanners can look for. */
export const newToken = (): string => `tgt_${randomBytes(32).toString('base64url')}`

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 45 ms on the machine of the benches. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export const hashPassword = (password: string): Promise<string> => hash(password, ARGON2ID)

/** A hash to verify against if the name is unknown, so that the answer takes as long as for a known name. */
const DUMMY_PASSWORD_HASH = hashPassword(randomBytes(16).toString('hex'))

export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  const isRight = await verify(stored ?? (await DUMMY_PASSWORD_HASH), password)
  return isRight && stored !== undefined
}

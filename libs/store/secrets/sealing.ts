/** Seals a text for the database: AES-256-GCM with a random nonce, bound to the place where it is stored. Pure but for the nonce. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

export const KEY_BYTES = 32
/** NIST SP 800-38D recommends 96 bits; a key seals far fewer than the 2^32 texts for which random nonces are allowed. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ALGORITHM = 'aes-256-gcm'

export interface SecretKey {
  /** Names the key without telling anything of it: 16 hexadecimal digits. */
  id: string
  bytes: Buffer
}

/** The column and the row of a sealed text. A text that was copied into another place cannot be opened there. */
export interface SealedPlace {
  table: string
  column: string
  /** Value of the row's primary key. */
  row: string
}

/** A secret cannot be sealed or opened; the message says why, and what to do. */
export class SecretsError extends Error {}

export const newSecretKey = (): SecretKey => secretKeyOf(randomBytes(KEY_BYTES))

export const secretKeyOf = (bytes: Buffer): SecretKey => ({
  id: createHash('sha256').update('taghtiya key ').update(bytes).digest('hex').slice(0, 16),
  bytes,
})

const FORM = /^sealed:([0-9a-f]{16}):([\w-]+)$/

/** The id of the key with which a stored text was sealed; null if it is not sealed. */
export const sealingKeyIdOf = (stored: string): string | null => FORM.exec(stored)?.[1] ?? null

/** The text as it is stored: `sealed:`, the key's id, and nonce, tag and ciphertext in base64url. */
export function seal({ id, bytes }: SecretKey, text: string, place: SealedPlace): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, bytes, nonce).setAAD(boundTo(place))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return `sealed:${id}:${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
}

/** The text that was sealed for this place. Throws SecretsError if it was changed, or sealed for another place. */
export function unseal({ bytes }: SecretKey, stored: string, place: SealedPlace): string {
  const box = Buffer.from(FORM.exec(stored)?.[2] ?? '', 'base64url')
  try {
    const decipher = createDecipheriv(ALGORITHM, bytes, box.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(boundTo(place))
      .setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    const text = decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([text, decipher.final()]).toString('utf8')
  } catch {
    const { table, column, row } = place
    throw new SecretsError(
      `${table}.${column} of "${row}" cannot be opened: it was changed, or belongs to another row`,
    )
  }
}

const boundTo = ({ table, column, row }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([table, column, row]))

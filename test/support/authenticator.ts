/** An authenticator in software: it makes passkeys and signs with them as a browser and its device do. */
import { type KeyObject, createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { NewPasskeyBody, PasskeyAnswer } from '../../apps/api/passkeys/passkeys.dto.js'

const FLAG_USER_PRESENT = 0x01
const FLAG_NEW_CREDENTIAL = 0x40

export interface SoftwarePasskey {
  id: string
  rpId: string
  privateKey: KeyObject
  /** Number of signatures; the test may set it back, as a copy of the key would have it. */
  counter: number
}

interface Question {
  challenge: string
  rpId: string
}

const text = (bytes: Buffer) => bytes.toString('base64url')
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()

const clientData = (type: string, challenge: string, origin: string): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))

function authenticatorData(rpId: string, flags: number, counter: number, rest: Buffer = Buffer.alloc(0)) {
  const head = Buffer.alloc(5)
  head.writeUInt8(flags, 0)
  head.writeUInt32BE(counter, 1)
  return Buffer.concat([sha256(rpId), head, rest])
}

/** CBOR (RFC 8949) of a byte string of 24 bytes to 64 KiB, with the shortest form of its length, as authenticators must write it. */
const cborBytes = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 0xff]),
    bytes,
  ])
/** CBOR of a text that is shorter than 24 bytes. */
const cborText = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)])

/** The public key of P-256 in COSE's form: key type EC2, algorithm ES256, curve P-256, x and y. */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const coordinate = (label: number, value: string) =>
    Buffer.concat([Buffer.from([label]), cborBytes(Buffer.from(value, 'base64url'))])
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
    coordinate(0x21, x),
    coordinate(0x22, y),
  ])
}

/** Makes a passkey for a question of the server, with the body that a browser at `origin` would send. */
export function makePasskey(
  { challenge, rpId }: Question,
  origin: string,
  name: string,
): { passkey: SoftwarePasskey; body: NewPasskeyBody } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  const length = Buffer.from([id.length >> 8, id.length & 0xff])
  const credential = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)])
  const data = authenticatorData(rpId, FLAG_USER_PRESENT | FLAG_NEW_CREDENTIAL, 0, credential)
  const attestation = Buffer.concat([
    Buffer.from([0xa3]),
    cborText('fmt'),
    cborText('none'),
    cborText('attStmt'),
    Buffer.from([0xa0]),
    cborText('authData'),
    cborBytes(data),
  ])
  return {
    passkey: { id: text(id), rpId, privateKey, counter: 0 },
    body: {
      name,
      id: text(id),
      clientData: text(clientData('webauthn.create', challenge, origin)),
      attestation: text(attestation),
      transports: ['internal'],
    },
  }
}

/** Answers a question of the server with a passkey, as a browser at `origin` would. */
export function answerWith(passkey: SoftwarePasskey, { challenge }: Question, origin: string): PasskeyAnswer {
  const client = clientData('webauthn.get', challenge, origin)
  const data = authenticatorData(passkey.rpId, FLAG_USER_PRESENT, ++passkey.counter)
  const signature = createSign('sha256')
    .update(Buffer.concat([data, sha256(client)]))
    .sign(passkey.privateKey)
  return {
    id: passkey.id,
    clientData: text(client),
    authenticatorData: text(data),
    signature: text(signature),
  }
}

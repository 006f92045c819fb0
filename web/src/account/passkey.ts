/** Makes and uses passkeys with the browser (WebAuthn). The server has all bytes in base64url, for which older browsers have no function. */
import type { Schemas } from '../api/schemas.js'

type Creation = Schemas['PasskeyCreation']
type Request = Schemas['PasskeyRequest']
export type PasskeyAnswer = Schemas['PasskeyAnswer']
export type NewPasskey = Schemas['NewPasskeyBody']

/** Whether the browser knows passkeys; it does so only over https and on this machine. */
export const knowsPasskeys = (): boolean => 'PublicKeyCredential' in globalThis

/** The reason why the browser made or used no passkey: there is one already, or the person did not go on. */
export class PasskeyError extends Error {
  constructor(readonly reason: 'passkey_there' | 'passkey_cancelled') {
    super(reason)
  }
}

/** Lets the browser make a passkey. Throws PasskeyError. */
export async function makePasskey(creation: Creation, name: string): Promise<NewPasskey> {
  const { challenge, rpId, userId, userName, algorithms, passkeys } = creation
  const credential = await asked(
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(challenge),
        rp: { id: rpId, name: 'Taghtiya' },
        user: { id: bytesOf(userId), name: userName, displayName: userName },
        pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: passkeys.map(descriptorOf),
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
        attestation: 'none',
      },
    }),
  )
  const response = credential.response as AuthenticatorAttestationResponse
  return {
    name,
    id: credential.id,
    clientData: textOf(response.clientDataJSON),
    attestation: textOf(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  }
}

/** Lets the browser answer with one of the account's passkeys. Throws PasskeyError. */
export async function answerWithPasskey({ challenge, rpId, passkeys }: Request): Promise<PasskeyAnswer> {
  const credential = await asked(
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(challenge),
        rpId,
        allowCredentials: passkeys.map(descriptorOf),
        userVerification: 'preferred',
      },
    }),
  )
  const response = credential.response as AuthenticatorAssertionResponse
  return {
    id: credential.id,
    clientData: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
  }
}

async function asked(question: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const credential = await question.catch((error: unknown) => {
    const isThere = error instanceof DOMException && error.name === 'InvalidStateError'
    throw new PasskeyError(isThere ? 'passkey_there' : 'passkey_cancelled')
  })
  if (!credential) throw new PasskeyError('passkey_cancelled')
  return credential as PublicKeyCredential
}

const descriptorOf = ({ id, transports }: Creation['passkeys'][number]): PublicKeyCredentialDescriptor => ({
  type: 'public-key',
  id: bytesOf(id),
  transports: transports as AuthenticatorTransport[],
})

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))

const textOf = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

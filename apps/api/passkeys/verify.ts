/** Verifies what browsers answer with passkeys (WebAuthn, levels 2 and 3). Each function throws an Error with the reason of a refusal. */
import type { PasskeyHandle, StoredPasskey } from '#store/people'
import type { NewPasskeyBody, PasskeyAnswer } from './passkeys.dto.js'
import type { RelyingParty } from './relying-party.js'

/** EdDSA, ECDSA with P-256, and RSA with SHA-256 (COSE): what authenticators have. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257]

/** Uses up the challenge of an answer; false if it is none of the account's. */
export type TakeChallenge = (challenge: string) => Promise<boolean>

/** Few servers ever need it, and loaded modules stay in memory. */
const loadPackage = () => import('@simplewebauthn/server')
type Transports = Parameters<
  Awaited<ReturnType<typeof loadPackage>>['verifyAuthenticationResponse']
>[0]['credential']['transports']

interface VerifiedPasskey extends PasskeyHandle {
  publicKey: Uint8Array
  counter: number
}

/** Verifies a new passkey. The password was asked for, so that touching the authenticator suffices. */
export async function verifyNewPasskey(
  body: NewPasskeyBody,
  { id: rpId, origin }: RelyingParty,
  takeChallenge: TakeChallenge,
): Promise<VerifiedPasskey> {
  const { verifyRegistrationResponse } = await loadPackage()
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: {
      id: body.id,
      rawId: body.id,
      type: 'public-key',
      response: { clientDataJSON: body.clientData, attestationObject: body.attestation },
      clientExtensionResults: {},
    },
    expectedChallenge: takeChallenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: false,
    supportedAlgorithmIDs: [...ALGORITHMS],
  })
  if (!verified || !registrationInfo) throw new Error('the attestation is not right')
  const { id, publicKey, counter } = registrationInfo.credential
  return { id, publicKey, counter, transports: body.transports ?? [] }
}

/** Verifies the signature of a passkey, and returns the authenticator's counter of signatures. */
export async function verifyPasskey(
  answer: PasskeyAnswer,
  passkey: StoredPasskey,
  { id: rpId, origin }: RelyingParty,
  takeChallenge: TakeChallenge,
): Promise<number> {
  const { verifyAuthenticationResponse } = await loadPackage()
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      id: answer.id,
      rawId: answer.id,
      type: 'public-key',
      response: {
        clientDataJSON: answer.clientData,
        authenticatorData: answer.authenticatorData,
        signature: answer.signature,
      },
      clientExtensionResults: {},
    },
    expectedChallenge: takeChallenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: false,
    credential: {
      id: passkey.id,
      publicKey: new Uint8Array(passkey.publicKey),
      // The counter is compared by the statement that stores the new one: two processes may verify at once.
      counter: 0,
      transports: passkey.transports as Transports,
    },
  })
  if (!verified) throw new Error('the signature is not right')
  return authenticationInfo.newCounter
}

/** Requests about people: their accounts, their sessions, and the links by which they set a password. */
import { DELETE, GET, PATCH, POST, PUT, unwrapResponse } from '../api/client.js'
import type { Schemas } from '../api/schemas.js'

export type Person = Schemas['AccountRow']
export type Role = Person['role']
export type NewPerson = Schemas['AccountBody']
export type PersonChange = Schemas['AccountChangeBody']
/** A password or a link that is shown once. */
export type Credential = Schemas['ShownCredential']
export type CredentialKind = Schemas['ResetBody']['by']
export type Session = Schemas['SessionRow'] & { isCurrent?: boolean }
export type Invitation = Schemas['Invitation']

export type SecondFactorState = Schemas['SecondFactorState']
export type NewSecondFactor = Schemas['NewSecondFactor']
export type Passkey = Schemas['PasskeyRow']
type RecoveryCodes = Schemas['RecoveryCodes']

const named = (name: string) => ({ path: { name } })

export const peopleApi = {
  list: async (signal: AbortSignal): Promise<Person[]> =>
    (await unwrapResponse<Schemas['AccountRowPage']>(GET('/api/v1/accounts', { signal }))).items,
  add: (body: NewPerson) => unwrapResponse<Schemas['NewAccount']>(POST('/api/v1/accounts', { body })),
  change: (name: string, body: PersonChange) =>
    unwrapResponse<Person>(PATCH('/api/v1/accounts/{name}', { params: named(name), body })),
  remove: (name: string) => unwrapResponse<void>(DELETE('/api/v1/accounts/{name}', { params: named(name) })),
  reset: (name: string, by: CredentialKind) =>
    unwrapResponse<Credential>(POST('/api/v1/accounts/{name}/reset', { params: named(name), body: { by } })),
  sessionsOf: async (name: string, signal: AbortSignal): Promise<Session[]> =>
    (
      await unwrapResponse<Schemas['SessionRowPage']>(
        GET('/api/v1/accounts/{name}/sessions', { params: named(name), signal }),
      )
    ).items,
  endSessionOf: (name: string, id: string) =>
    unwrapResponse<void>(DELETE('/api/v1/accounts/{name}/sessions/{id}', { params: { path: { name, id } } })),
  endSessionsOf: (name: string) =>
    unwrapResponse<void>(DELETE('/api/v1/accounts/{name}/sessions', { params: named(name) })),
  ownSessions: async (signal: AbortSignal): Promise<Session[]> =>
    (await unwrapResponse<Schemas['OwnSessionPage']>(GET('/api/v1/sessions', { signal }))).items,
  endOwnSession: (id: string) =>
    unwrapResponse<void>(DELETE('/api/v1/sessions/{id}', { params: { path: { id } } })),
  endOtherSessions: () => unwrapResponse<void>(DELETE('/api/v1/sessions')),
  invitation: (token: string) =>
    unwrapResponse<Invitation>(POST('/api/v1/invitations/read', { body: { token } })),
  accept: (token: string, password: string) =>
    unwrapResponse<void>(POST('/api/v1/invitations/accept', { body: { token, password } })),
  secondFactor: (signal: AbortSignal) =>
    unwrapResponse<SecondFactorState>(GET('/api/v1/session/second-factor', { signal })),
  beginSecondFactor: (password: string) =>
    unwrapResponse<NewSecondFactor>(POST('/api/v1/session/second-factor', { body: { password } })),
  confirmSecondFactor: (code: string) =>
    unwrapResponse<RecoveryCodes>(POST('/api/v1/session/second-factor/confirm', { body: { code } })),
  renewRecoveryCodes: (password: string) =>
    unwrapResponse<RecoveryCodes>(
      POST('/api/v1/session/second-factor/recovery-codes', { body: { password } }),
    ),
  removeSecondFactor: (password: string) =>
    unwrapResponse<void>(POST('/api/v1/session/second-factor/remove', { body: { password } })),
  passkeys: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['PasskeyRowPage']>(GET('/api/v1/session/passkeys', { signal }))).items,
  beginPasskey: (password: string) =>
    unwrapResponse<Schemas['PasskeyCreation']>(
      POST('/api/v1/session/passkeys/challenge', { body: { password } }),
    ),
  addPasskey: (body: Schemas['NewPasskeyBody']) =>
    unwrapResponse<Schemas['AddedPasskey']>(POST('/api/v1/session/passkeys', { body })),
  renamePasskey: (id: string, name: string) =>
    unwrapResponse<Passkey>(
      PATCH('/api/v1/session/passkeys/{id}', { params: { path: { id } }, body: { name } }),
    ),
  removePasskey: (id: string, password: string) =>
    unwrapResponse<void>(
      POST('/api/v1/session/passkeys/{id}/remove', { params: { path: { id } }, body: { password } }),
    ),
  removeSecondFactorOf: (name: string) =>
    unwrapResponse<void>(DELETE('/api/v1/accounts/{name}/second-factor', { params: named(name) })),
  signInRules: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['SignInRulePage']>(GET('/api/v1/sign-in-rules', { signal }))).items,
  changeSignInRule: (role: Role, secondFactor: boolean) =>
    unwrapResponse<Schemas['SignInRule']>(
      PUT('/api/v1/sign-in-rules/{role}', { params: { path: { role } }, body: { secondFactor } }),
    ),
}

/** An OpenID Connect provider on this machine, for tests. Its forms sign in whoever gives a login, without a password. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export interface TestProvider {
  issuer: string
  /** Claims of a person by login; they may be changed between two sign-ins. */
  people: Record<string, Record<string, unknown>>
  close(): Promise<void>
}

export const CLIENT = { id: 'taghtiya', secret: 'a secret of the tests' }

/** `appUrl` is where the client runs: its redirects are allowed. */
export async function startProvider(appUrl: string): Promise<TestProvider> {
  const people: TestProvider['people'] = {}
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${appUrl}/api/v1/session/oidc/callback`],
        post_logout_redirect_uris: [`${appUrl}/`],
      },
    ],
    cookies: { keys: ['a key of the tests'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], roles: ['roles'] },
    scopes: ['openid', 'profile', 'roles'],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: `subject-of-${id}`, ...people[id] }),
    }),
  })
  server.on('request', provider.callback())
  return {
    issuer,
    people,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

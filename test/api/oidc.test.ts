/** Signing in at an OpenID Connect provider, which runs beside the test. */
import type { OidcConfig } from '#config'
import { acceptInvitation, firstCredential, hashPassword, resetAccount } from '#store/people'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type CookieJar, walk } from '../support/oidc-browser.js'
import { CLIENT, type TestProvider, startProvider } from '../support/oidc-provider.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let provider: TestProvider
const oidc: OidcConfig = {
  issuer: '',
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  name: 'Ministry',
  scope: 'openid profile roles',
  roleClaim: 'roles',
  roles: { planners: 'planner', admins: 'administrator', iam: 'operator:iam' },
}
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database, { oidc })
  provider = await startProvider(server.url)
  oidc.issuer = provider.issuer
  await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await provider?.close()
  await server?.close()
  await database?.drop()
})
beforeEach(async () => {
  await database.source.query(`DELETE FROM account WHERE name NOT LIKE 'test-%'`)
  await database.source.query('DELETE FROM account_identity')
})

const isHome = (url: string) => url.startsWith(`${server.url}/#`) || url === `${server.url}/`
const enter = async (login: string, jar: CookieJar = new Map()) => ({
  jar,
  url: await walk(`${server.url}/api/v1/session/oidc`, { jar, login, isEnd: isHome }),
})
async function who(jar: CookieJar) {
  const cookie = `taghtiya_session=${jar.get('taghtiya_session') ?? ''}`
  const answer = await fetch(`${server.url}/api/v1/session`, { headers: { cookie } })
  return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : null
}

test('a person with a role gets an account at the first sign-in, and the same at the next', async () => {
  provider.people['leila'] = { preferred_username: 'leila', roles: ['planners', 'others'] }
  const first = await enter('leila')
  expect(first.url).toBe(`${server.url}/`)
  expect(await who(first.jar)).toMatchObject({
    name: 'leila',
    role: 'planner',
    mustChangePassword: false,
    isExternal: true,
  })
  // The provider's answer is used up.
  expect(first.jar.has('taghtiya_oidc')).toBe(false)
  const changes = await database.source.query(
    `SELECT author, action, detail FROM change WHERE subject = 'leila' ORDER BY id`,
  )
  expect(changes).toEqual([
    { author: provider.issuer, action: 'add account', detail: { role: 'planner', operator: null } },
    { author: 'leila', action: 'sign in', detail: { address: '127.0.0.1', provider: provider.issuer } },
  ])
  // The name at the provider may change, the person stays.
  provider.people['leila'] = { preferred_username: 'leila.a', roles: ['admins'] }
  expect(await who((await enter('leila')).jar)).toMatchObject({ name: 'leila', role: 'administrator' })
  provider.people['leila'] = { preferred_username: 'leila', roles: ['iam'] }
  expect(await who((await enter('leila')).jar)).toMatchObject({ role: 'operator', operator: 'iam' })
})

test('nobody gets an account without a role, or by another person’s name', async () => {
  provider.people['karim'] = { preferred_username: 'karim', roles: ['others'] }
  const none = await enter('karim')
  expect(none.url).toBe(`${server.url}/#oidc=no_role`)
  expect(await who(none.jar)).toBeNull()
  provider.people['evil'] = { preferred_username: 'test-administrator', roles: ['planners'] }
  const taken = await enter('evil')
  expect([taken.url, await who(taken.jar)]).toEqual([`${server.url}/#oidc=name`, null])
  provider.people['evil'] = { preferred_username: 'test_admlnistrator', roles: ['planners'] }
  expect((await enter('evil')).url).toBe(`${server.url}/#oidc=name`)
  provider.people['nameless'] = { roles: ['planners'] }
  expect((await enter('nameless')).url).toBe(`${server.url}/#oidc=no_name`)
  expect(await database.source.query('SELECT * FROM account_identity')).toEqual([])
})

test('an administrator’s word counts: a disabled or removed person does not come back by the provider', async () => {
  provider.people['sara'] = { preferred_username: 'sara', roles: ['planners'] }
  await enter('sara')
  await database.source.query(`UPDATE account SET disabled_at = now() WHERE name = 'sara'`)
  expect((await enter('sara')).url).toBe(`${server.url}/#oidc=disabled`)
  await database.source.query(`UPDATE account SET disabled_at = NULL, removed_at = now() WHERE name = 'sara'`)
  expect((await enter('sara')).url).toBe(`${server.url}/#oidc=removed`)
  provider.people['sara'] = { preferred_username: 'sara', roles: [] }
  expect((await enter('sara')).url).toBe(`${server.url}/#oidc=no_role`)
  const events = await database.source.query(
    `SELECT author, subject, detail FROM change WHERE action = 'fail to sign in' AND subject = 'sara' ORDER BY id`,
  )
  const detail = { address: '127.0.0.1', provider: provider.issuer }
  expect(events).toEqual(
    ['disabled', 'removed', 'no_role'].map((reason) => ({
      author: 'anonymous',
      subject: 'sara',
      detail: { ...detail, reason },
    })),
  )
})

test('an answer counts only in the browser that left, once, and unchanged', async () => {
  provider.people['omar'] = { preferred_username: 'omar', roles: ['planners'] }
  const jar: CookieJar = new Map()
  const isCallback = (url: string) => url.includes('/oidc/callback')
  const callback = await walk(`${server.url}/api/v1/session/oidc`, { jar, login: 'omar', isEnd: isCallback })
  const open = (url: string, from: CookieJar) => walk(url, { jar: from, login: 'omar', isEnd: isHome })
  const failed = `${server.url}/#oidc=failed`
  // The victim’s browser, to which an attacker sends an answer of the attacker’s own.
  expect(await open(callback, new Map())).toBe(failed)
  const changed = new URL(callback)
  changed.searchParams.set('state', 'another')
  expect(await open(changed.href, new Map(jar))).toBe(failed)
  const copy = new Map(jar)
  expect(await open(callback, jar)).toBe(`${server.url}/`)
  expect(await open(callback, copy)).toBe(failed)
})

test('its password opens nothing here, and a role that needs a second factor leaves it to the provider', async () => {
  provider.people['hind'] = { preferred_username: 'hind', roles: ['planners'] }
  await enter('hind')
  for (const password of ['any', '']) {
    const body = JSON.stringify({ name: 'hind', password })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${server.url}/api/v1/session`, { method: 'POST', body, headers })).status).toBe(401)
  }
  await database.source.query(
    `INSERT INTO sign_in_rule (role, second_factor, changed_by) VALUES ('planner', true, 'test')`,
  )
  expect(await who((await enter('hind')).jar)).toMatchObject({ mustAddFactor: false })
  await database.source.query('DELETE FROM sign_in_rule')
})

test('a person of the provider whom an administrator gave a password needs the second factor that the role needs', async () => {
  provider.people['yasmine'] = { preferred_username: 'yasmine', roles: ['planners'] }
  const { jar } = await enter('yasmine')
  await database.source.query(
    `INSERT INTO sign_in_rule (role, second_factor, changed_by) VALUES ('planner', true, 'test')`,
  )
  try {
    await resetAccount(database.source, 'yasmine', await firstCredential('link'), 'test')
    expect(await who(jar)).toBeNull()
    // The provider answers for who comes from it: there is no password to be set first.
    expect(await who((await enter('yasmine')).jar)).toMatchObject({
      isExternal: true,
      mustAddFactor: false,
      mustChangePassword: false,
    })
    const link = await firstCredential('link')
    await resetAccount(database.source, 'yasmine', link, 'test')
    const password = 'a password of the tests'
    await acceptInvitation(database.source, link.invitation!.hash, await hashPassword(password))
    const signedIn = await callJson(`${server.url}/api/v1/session`, 'POST', {
      body: { name: 'yasmine', password },
    })
    expect(signedIn.body).toMatchObject({ isExternal: false, mustAddFactor: true })
    const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
    const plan = { code: 'P-1', nameFr: 'Douar', comment: 'new', lat: 34, lng: -5 }
    const refused = await callJson(`${server.url}/api/v1/plan`, 'POST', { body: plan, headers: { cookie } })
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'second_factor_first' }])
  } finally {
    await database.source.query('DELETE FROM sign_in_rule')
  }
})

test('signing out leads to the provider; one that is away is said so', async () => {
  const end = await fetch(`${server.url}/api/v1/session/oidc/end`, { redirect: 'manual' })
  expect(end.headers.get('location')).toMatch(`${provider.issuer}/session/end`)
  const away = await serve(database, { oidc: { ...oidc, issuer: 'http://127.0.0.1:9' } })
  const answer = await fetch(`${away.url}/api/v1/session/oidc`, { redirect: 'manual' })
  expect(answer.headers.get('location')).toBe(`${away.url}/#oidc=failed`)
  await away.close()
  const none = await serve(database)
  expect((await fetch(`${none.url}/api/v1/session/oidc`)).status).toBe(404)
  await none.close()
})

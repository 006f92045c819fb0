/** The life of an account over HTTP: invited, signed in, seen, disabled, reset, removed. */
import type { AccountRow, SessionRow } from '#store/people'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let admin: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  admin = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

interface Body {
  items: (AccountRow & SessionRow & { isCurrent: boolean })[]
  password: string | null
  link: string | null
  code: string
  detail: string
}

async function call(method: string, path: string, body?: unknown, cookie = admin, more = {}) {
  const headers = { cookie, 'x-forwarded-for': `203.0.113.${Math.floor(Math.random() * 250)}`, ...more }
  const answer = await callJson<Body>(`${server.url}/api/v1${path}`, method, { body, headers })
  return { ...answer, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}
const rowOf = async (name: string) =>
  (await call('GET', '/accounts')).body.items.find((account) => account.name === name)
const tokenOf = (link: string | null) => link!.split('#invite=')[1]!
const PASSWORD = 'a sentence of my own'

test('a person is invited by a link, sets a password once, and signs in', async () => {
  const added = await call('POST', '/accounts', { name: 'Leïla A.', role: 'planner', by: 'link' })
  expect(added.status).toBe(201)
  expect(added.body.password).toBeNull()
  expect(added.body.link).toMatch(new RegExp(`^${server.url}/#invite=tgt_`))
  expect(await rowOf('Leïla A.')).toMatchObject({ lastSignInAt: null, invitedUntil: expect.any(String) })
  const token = tokenOf(added.body.link)
  expect((await call('POST', '/invitations/read', { token }, '')).body).toMatchObject({ name: 'Leïla A.' })
  const accept = (password: string) => call('POST', '/invitations/accept', { token, password }, '')
  expect((await accept('short')).status).toBe(400)
  // What is refused does not use up the link.
  expect((await accept('MotDePasse2026')).body).toMatchObject({ status: 422, code: 'password_refused' })
  expect((await accept(PASSWORD)).status).toBe(204)
  expect((await accept(PASSWORD)).body).toMatchObject({ status: 410, code: 'invitation_over' })
  expect((await call('POST', '/invitations/read', { token }, '')).status).toBe(410)
  const signed = await call('POST', '/session', { name: 'Leïla A.', password: PASSWORD }, '')
  expect(signed.body).toMatchObject({ role: 'planner', mustChangePassword: false })
  expect(await rowOf('Leïla A.')).toMatchObject({
    lastSignInAt: expect.any(String),
    sessions: 1,
    invitedUntil: null,
  })
})

test('a disabled person is signed out, is told so after the right password only, and comes back', async () => {
  const { body } = await call('POST', '/accounts', { name: 'omar', role: 'analyst' })
  const signed = await call('POST', '/session', { name: 'omar', password: body.password }, '')
  const path = '/accounts/omar'
  expect((await call('PATCH', path, { disabled: true })).body).toMatchObject({
    disabledAt: expect.any(String),
    role: 'analyst',
  })
  expect((await call('GET', '/session', undefined, signed.cookie)).status).toBe(401)
  const again = (password: string | null) => call('POST', '/session', { name: 'omar', password }, '')
  expect((await again(body.password)).body).toMatchObject({ status: 403, code: 'account_disabled' })
  expect((await again('wrong')).body.code).toBe('wrong_name_or_password')
  await call('PATCH', path, { disabled: false })
  expect((await again(body.password)).status).toBe(200)
})

test('a role changes at once; operators have an operator and nobody else has', async () => {
  const { body } = await call('POST', '/accounts', { name: 'sara', role: 'planner', by: 'password' })
  const { cookie } = await call('POST', '/session', { name: 'sara', password: body.password }, '')
  await call('POST', '/session/password', { current: body.password, next: PASSWORD }, cookie)
  expect((await call('GET', '/quarantine', undefined, cookie)).status).toBe(403)
  expect((await call('PATCH', '/accounts/sara', { role: 'administrator' })).status).toBe(200)
  expect((await call('GET', '/quarantine', undefined, cookie)).status).toBe(200)
  expect((await call('PATCH', '/accounts/sara', { role: 'operator' })).status).toBe(422)
  expect((await call('PATCH', '/accounts/sara', { role: 'planner', operator: 'iam' })).status).toBe(422)
  expect(
    (await call('PATCH', '/accounts/sara', { role: 'operator', operator: 'Maroc Telecom' })).body,
  ).toMatchObject({ role: 'operator', operator: 'iam' })
  expect((await call('PATCH', '/accounts/sara', { role: 'analyst' })).body).toMatchObject({ operator: null })
  expect((await call('PATCH', '/accounts/nobody', { role: 'analyst' })).body).toMatchObject({
    status: 404,
    detail: 'no account has the name "nobody"',
  })
})

test('a lost password: the old one and the sessions end, the new one is the person’s own', async () => {
  const { body } = await call('POST', '/accounts', { name: 'hind', role: 'planner' })
  const { cookie } = await call('POST', '/session', { name: 'hind', password: body.password }, '')
  const reset = await call('POST', '/accounts/hind/reset', { by: 'link' })
  expect((await call('GET', '/session', undefined, cookie)).status).toBe(401)
  expect((await call('POST', '/session', { name: 'hind', password: body.password }, '')).status).toBe(401)
  const token = tokenOf(reset.body.link)
  expect((await call('POST', '/invitations/accept', { token, password: PASSWORD }, '')).status).toBe(204)
  const byPassword = await call('POST', '/accounts/hind/reset', { by: 'password' })
  const signed = await call('POST', '/session', { name: 'hind', password: byPassword.body.password }, '')
  expect(signed.body).toMatchObject({ mustChangePassword: true })
})

test('the last administrator cannot be disabled, demoted or removed, and the refusal says why', async () => {
  await database.source.query(`UPDATE account SET role = 'public' WHERE name NOT LIKE 'test-%'`)
  for (const attempt of [
    call('PATCH', '/accounts/test-administrator', { disabled: true }),
    call('PATCH', '/accounts/test-administrator', { role: 'planner' }),
    call('DELETE', '/accounts/test-administrator'),
  ])
    expect((await attempt).body).toMatchObject({ status: 409, code: 'last_administrator' })
})

test('a removed account is listed no more, and nobody takes its name', async () => {
  await call('POST', '/accounts', { name: 'karim', role: 'planner' })
  expect((await call('DELETE', '/accounts/karim')).status).toBe(204)
  expect(await rowOf('karim')).toBeUndefined()
  expect((await call('DELETE', '/accounts/karim')).status).toBe(404)
  expect((await call('POST', '/accounts', { name: 'karim', role: 'planner' })).status).toBe(409)
})

test('one sees and ends one’s own sessions, an administrator everybody’s, and nobody else’s', async () => {
  const own = await signIn(server, database, 'analyst', { name: 'samir' })
  const other = (
    await call('POST', '/session', { name: 'samir', password: 'a password of the tests' }, '', {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'x-forwarded-for': '198.51.100.4',
    })
  ).cookie
  const { items } = (await call('GET', '/sessions', undefined, own)).body
  expect(items).toHaveLength(2)
  const foreign = items.find(({ isCurrent }) => !isCurrent)!
  expect(foreign).toMatchObject({ address: '198.51.100.4', userAgent: expect.stringContaining('Firefox') })
  const stranger = await signIn(server, database, 'planner')
  expect((await call('DELETE', `/sessions/${foreign.id}`, undefined, stranger)).status).toBe(404)
  expect((await call('GET', '/accounts/samir/sessions', undefined, stranger)).status).toBe(403)
  expect((await call('DELETE', `/sessions/${foreign.id}`, undefined, own)).status).toBe(204)
  expect((await call('GET', '/session', undefined, other)).status).toBe(401)
  expect((await call('GET', '/session', undefined, own)).status).toBe(200)
  const [one] = (await call('GET', '/accounts/samir/sessions')).body.items
  expect((await call('DELETE', `/accounts/samir/sessions/${one!.id}`)).status).toBe(204)
  expect((await call('GET', '/session', undefined, own)).status).toBe(401)

  const again = { name: 'samir', password: 'a password of the tests' }
  const cookies = [await call('POST', '/session', again, ''), await call('POST', '/session', again, '')]
  expect((await call('DELETE', '/sessions', undefined, cookies[0]!.cookie)).status).toBe(204)
  expect((await call('GET', '/session', undefined, cookies[1]!.cookie)).status).toBe(401)
  expect((await call('DELETE', '/accounts/samir/sessions')).status).toBe(204)
  expect((await call('GET', '/session', undefined, cookies[0]!.cookie)).status).toBe(401)
})

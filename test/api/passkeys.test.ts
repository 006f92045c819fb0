/** Passkeys over HTTP: added, used, named, removed; every answer that is not right, new and of this server is refused. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type SoftwarePasskey, answerWith, makePasskey } from '../support/authenticator.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type TestServer, serve, signIn } from '../support/server.js'

const ORIGIN = 'https://obs.example.ma'
const PASSWORD = 'a password of the tests'

let database: TestDatabase
let server: TestServer
let admin: string
let now = Date.parse('2026-03-01T09:00:00Z')
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database, { publicUrls: [ORIGIN] }, null, () => now)
  admin = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

interface Body {
  id: string
  challenge: string
  rpId: string
  passkeys: { id: string }[]
  recoveryCodes: string[] | null
  code: string
  fields: Record<string, string>
  mustAddFactor: boolean
  items: { id: string; name: string; lastUsedAt: string | null; hasSecondFactor: boolean }[]
}

let addresses = 0
async function call(method: string, path: string, body?: unknown, cookie = '') {
  const headers = { cookie, 'x-forwarded-for': `203.0.113.${++addresses % 250}` }
  const answer = await callJson<Body>(`${server.url}/api/v1${path}`, method, { body, headers })
  return { ...answer, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

async function question(name: string) {
  const { body } = await call('POST', '/session/challenge', { name, password: PASSWORD })
  return body
}
const enter = (name: string, passkey?: unknown, code?: string) =>
  call('POST', '/session', { name, password: PASSWORD, passkey, code })

/** An account with one passkey. */
async function withPasskey(name: string) {
  const cookie = await signIn(server, database, 'planner', { name })
  const added = await addPasskey(cookie, 'my phone')
  return { cookie, ...added }
}

async function addPasskey(cookie: string, name: string) {
  const creation = (await call('POST', '/session/passkeys/challenge', { password: PASSWORD }, cookie)).body
  const { passkey, body } = makePasskey(creation, ORIGIN, name)
  const added = await call('POST', '/session/passkeys', body, cookie)
  expect(added.status).toBe(201)
  return { passkey, body, recoveryCodes: added.body.recoveryCodes }
}

const lastChange = async (name: string) =>
  (
    await database.source.query(
      `SELECT action, detail FROM change WHERE subject = $1 AND action LIKE '%passkey' ORDER BY id DESC LIMIT 1`,
      [name],
    )
  )[0]

test('a person adds a passkey, signs in by password and passkey, and sees when it was used', async () => {
  const { passkey, cookie, recoveryCodes } = await withPasskey('leila')
  expect(recoveryCodes).toHaveLength(10)
  expect(await lastChange('leila')).toEqual({ action: 'add passkey', detail: { name: 'my phone' } })
  expect((await enter('leila')).body).toMatchObject({
    code: 'second_factor_needed',
    fields: { by: 'passkey' },
  })
  const asked = await question('leila')
  expect(asked).toMatchObject({
    rpId: 'obs.example.ma',
    passkeys: [{ id: passkey.id, transports: ['internal'] }],
  })
  const entered = await enter('leila', answerWith(passkey, asked, ORIGIN))
  expect(entered).toMatchObject({ status: 200, body: { mustAddFactor: false } })
  const { items } = (await call('GET', '/session/passkeys', undefined, entered.cookie)).body
  expect(items).toEqual([
    expect.objectContaining({ id: passkey.id, name: 'my phone', lastUsedAt: new Date(now).toISOString() }),
  ])
  // A second one has no new recovery codes, and either signs in; so does a recovery code, once.
  const second = await addPasskey(cookie, 'a key of the office')
  expect(second.recoveryCodes).toBeNull()
  for (const one of [passkey, second.passkey])
    expect((await enter('leila', answerWith(one, await question('leila'), ORIGIN))).status).toBe(200)
  expect((await enter('leila', undefined, recoveryCodes![0])).status).toBe(200)
  expect((await enter('leila', undefined, recoveryCodes![0])).status).toBe(401)
})

test('an answer that was seen before, of another site, account or key, too late or changed is refused', async () => {
  const { passkey } = await withPasskey('omar')
  const other = await withPasskey('hind')
  const refused = async (answer: unknown, name = 'omar') => {
    const { status, body, cookie } = await enter(name, answer)
    expect([status, body.code, cookie]).toEqual([401, 'wrong_passkey', ''])
  }
  const first = answerWith(passkey, await question('omar'), ORIGIN)
  expect((await enter('omar', first)).status).toBe(200)
  await refused(first)
  for (const origin of ['https://obs.example.ma.evil.example', 'http://obs.example.ma', `${ORIGIN}:444`])
    await refused(answerWith(passkey, await question('omar'), origin))
  const elsewhere: SoftwarePasskey = { ...passkey, rpId: 'evil.example' }
  await refused(answerWith(elsewhere, await question('omar'), ORIGIN))
  // A challenge is for one account and for one purpose, and used up by a wrong answer.
  await refused(answerWith(passkey, await question('hind'), ORIGIN))
  await refused(answerWith(other.passkey, await question('omar'), ORIGIN))
  const creation = await call('POST', '/session/passkeys/challenge', { password: PASSWORD }, other.cookie)
  await refused(answerWith(other.passkey, creation.body, ORIGIN), 'hind')
  const own: SoftwarePasskey = { ...passkey, privateKey: other.passkey.privateKey }
  const asked = await question('omar')
  await refused(answerWith(own, asked, ORIGIN))
  await refused(answerWith(passkey, asked, ORIGIN))
  const invented = { challenge: Buffer.alloc(32, 7).toString('base64url'), rpId: 'obs.example.ma' }
  await refused(answerWith(passkey, invented, ORIGIN))
  const late = await question('omar')
  now += 5 * 60_000 + 1
  await refused(answerWith(passkey, late, ORIGIN))
  // It ends the counting of attempts, too.
  expect((await enter('omar', answerWith(passkey, await question('omar'), ORIGIN))).status).toBe(200)
  // Two sessions from one answer at the same moment: one.
  const raced = answerWith(passkey, await question('omar'), ORIGIN)
  const answers = await Promise.all([enter('omar', raced), enter('omar', raced)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401])
})

test('what a browser sends begins no line of the log', async () => {
  const { passkey } = await withPasskey('rachid')
  const written: string[] = []
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0),
  )
  const origin = 'https://evil.example\n[Nest] 1  - LOG [sign-in] administrator signed in'
  try {
    await enter('rachid', answerWith(passkey, await question('rachid'), origin))
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  const lines = written.join('').split('\n')
  expect(lines.filter((line) => line.includes('evil.example'))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith('[Nest] 1  - LOG'))).toEqual([])
})

test('a copied passkey is found by its counter, and the log says so', async () => {
  const { passkey } = await withPasskey('sara')
  passkey.counter = 10
  expect((await enter('sara', answerWith(passkey, await question('sara'), ORIGIN))).status).toBe(200)
  passkey.counter = 5
  const copied = await enter('sara', answerWith(passkey, await question('sara'), ORIGIN))
  expect([copied.status, copied.body.code]).toEqual([401, 'wrong_passkey'])
  expect(await lastChange('sara')).toEqual({
    action: 'refuse copied passkey',
    detail: { name: 'my phone', counter: 6, expectedAbove: 11 },
  })
  passkey.counter = 11
  expect((await enter('sara', answerWith(passkey, await question('sara'), ORIGIN))).status).toBe(200)
})

test('a new passkey takes the password, an own and unused challenge, and this site', async () => {
  const cookie = await signIn(server, database, 'analyst', { name: 'nadia' })
  const begin = (password: string) => call('POST', '/session/passkeys/challenge', { password }, cookie)
  expect((await begin('wrong')).body.code).toBe('wrong_current_password')
  const send = (body: object) => call('POST', '/session/passkeys', body, cookie)
  const made = makePasskey((await begin(PASSWORD)).body, ORIGIN, 'one')
  expect((await send({ ...made.body, name: '   ' })).status).toBe(400)
  expect((await send({ ...made.body, attestation: 'not base64url!' })).status).toBe(400)
  expect((await send({ ...made.body, attestation: 'AAAA' })).body.code).toBe('wrong_passkey')
  // The challenge was used by the wrong answer.
  expect((await send(made.body)).body.code).toBe('wrong_passkey')
  const wrong = makePasskey((await begin(PASSWORD)).body, 'https://evil.example', 'two')
  expect((await send(wrong.body)).body.code).toBe('wrong_passkey')
  const right = makePasskey((await begin(PASSWORD)).body, ORIGIN, 'three')
  expect((await send(right.body)).status).toBe(201)
  expect((await call('GET', '/session/passkeys', undefined, cookie)).body.items).toHaveLength(1)
})

test('a passkey is renamed and removed by its owner alone; the last one stays where the role needs it', async () => {
  const { passkey, cookie } = await withPasskey('amal')
  const stranger = await signIn(server, database, 'planner', { name: 'driss' })
  const path = `/session/passkeys/${passkey.id}`
  const rename = (who: string) => call('PATCH', path, { name: 'the blue key' }, who)
  expect((await rename(stranger)).status).toBe(404)
  expect(await rename(cookie)).toMatchObject({ status: 200, body: { name: 'the blue key' } })
  const remove = (who: string, password = PASSWORD) => call('POST', `${path}/remove`, { password }, who)
  expect((await remove(stranger)).status).toBe(404)
  expect((await remove(cookie, 'wrong')).status).toBe(401)
  await call('PUT', '/sign-in-rules/planner', { secondFactor: true }, admin)
  expect((await call('GET', '/session', undefined, cookie)).body.mustAddFactor).toBe(false)
  expect((await call('GET', '/session', undefined, stranger)).body.mustAddFactor).toBe(true)
  expect((await remove(cookie)).body.code).toBe('second_factor_required')
  await call('PUT', '/sign-in-rules/planner', { secondFactor: false }, admin)
  expect((await remove(cookie)).status).toBe(204)
  expect((await enter('amal')).status).toBe(200)
  const [{ codes }] = await database.source.query(
    `SELECT count(*)::int AS codes FROM recovery_code WHERE account_name = 'amal'`,
  )
  expect(codes).toBe(0)
})

test('an administrator helps who lost the passkey', async () => {
  const { cookie } = await withPasskey('zineb')
  const rowOf = async () =>
    (await call('GET', '/accounts', undefined, admin)).body.items.find(({ name }) => name === 'zineb')
  expect(await rowOf()).toMatchObject({ hasSecondFactor: true })
  expect((await call('DELETE', '/accounts/zineb/second-factor', undefined, admin)).status).toBe(204)
  expect((await call('GET', '/session', undefined, cookie)).status).toBe(401)
  expect((await enter('zineb')).status).toBe(200)
})

test('a server that has only an address says that passkeys need a name', async () => {
  const unnamed = await serve(database)
  try {
    const cookie = await signIn(unnamed, database, 'analyst', { name: 'kenza' })
    const answer = await callJson<Body>(`${unnamed.url}/api/v1/session/passkeys/challenge`, 'POST', {
      body: { password: PASSWORD },
      headers: { cookie },
    })
    expect([answer.status, answer.body.code]).toEqual([409, 'passkeys_need_name'])
  } finally {
    await unnamed.close()
  }
})

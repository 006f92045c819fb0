/** Signing in by two factors over HTTP: set up, asked for, required by role, recovered, removed. */
import { type TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let admin: string
/** The server's time, ms since 1970; each test moves it on, because a code works once. */
let now = Date.parse('2026-03-01T09:00:00Z')
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database, {}, null, () => now)
  admin = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

interface Body {
  uri: string
  recoveryCodes: string[]
  code: string
  mustAddFactor: boolean
  items: { name: string; hasSecondFactor: boolean }[]
}

let addresses = 0
async function call(method: string, path: string, body: unknown, cookie: string) {
  // Each call from an address of its own, so that the limit by address does not interfere.
  const headers = { cookie, 'x-forwarded-for': `203.0.113.${++addresses % 250}` }
  const answer = await callJson<Body>(`${server.url}/api/v1${path}`, method, { body, headers })
  return { ...answer, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}
const PASSWORD = 'a password of the tests'
const FACTOR = '/session/second-factor'

async function withFactor(name: string) {
  const cookie = await signIn(server, database, 'planner', { name })
  const { body } = await call('POST', FACTOR, { password: PASSWORD }, cookie)
  const totp = URI.parse(body.uri) as TOTP
  /** The code of the next period. */
  const nextCode = () => totp.generate({ timestamp: (now += 30_000) })
  const confirmed = await call('POST', `${FACTOR}/confirm`, { code: nextCode() }, cookie)
  const enter = (code?: string) => call('POST', '/session', { name, password: PASSWORD, code }, '')
  return { cookie, nextCode, recoveryCodes: confirmed.body.recoveryCodes, enter }
}

test('a person sets it up, and signs in by password and code', async () => {
  const { nextCode, enter, recoveryCodes } = await withFactor('leila')
  expect(recoveryCodes).toHaveLength(10)
  expect(await enter()).toMatchObject({ status: 401, body: { code: 'second_factor_needed' }, cookie: '' })
  expect((await enter('000000')).body.code).toBe('wrong_code')
  const code = nextCode()
  expect(await enter(code)).toMatchObject({ status: 200, body: { failedSignIns: 1 } })
  expect((await enter(code)).body.code).toBe('wrong_code')
  expect((await enter(recoveryCodes[0])).status).toBe(200)
  expect((await enter(recoveryCodes[0])).status).toBe(401)
  // Without the password a code tells nothing.
  const wrong = await call('POST', '/session', { name: 'leila', password: 'wrong', code: nextCode() }, '')
  expect(wrong.body.code).toBe('wrong_name_or_password')
})

test('setting up and removing take the password; an administrator helps who lost it', async () => {
  const { cookie, enter } = await withFactor('omar')
  expect((await call('POST', FACTOR, { password: PASSWORD }, cookie)).status).toBe(409)
  expect((await call('POST', `${FACTOR}/remove`, { password: 'wrong' }, cookie)).status).toBe(401)
  const renewed = await call('POST', `${FACTOR}/recovery-codes`, { password: PASSWORD }, cookie)
  expect(renewed.body.recoveryCodes).toHaveLength(10)
  const { items } = (await call('GET', '/accounts', undefined, admin)).body
  expect(items.find(({ name }) => name === 'omar')).toMatchObject({ hasSecondFactor: true })
  expect((await call('DELETE', '/accounts/omar/second-factor', undefined, admin)).status).toBe(204)
  expect((await call('GET', '/session', undefined, cookie)).status).toBe(401)
  expect((await enter()).status).toBe(200)
  expect((await call('DELETE', '/accounts/omar/second-factor', undefined, admin)).status).toBe(404)
})

test('a role that needs it: nothing else before, and it is not removed', async () => {
  expect((await call('PUT', '/sign-in-rules/planner', { secondFactor: true }, admin)).status).toBe(200)
  expect((await call('PUT', '/sign-in-rules/king', { secondFactor: true }, admin)).status).toBe(404)
  const cookie = await signIn(server, database, 'planner', { name: 'sara' })
  expect((await call('GET', '/session', undefined, cookie)).body.mustAddFactor).toBe(true)
  const refused = await call('GET', '/subscriptions', undefined, cookie)
  expect([refused.status, refused.body.code]).toEqual([403, 'second_factor_first'])
  const own = await withFactor('sara')
  expect((await call('GET', '/subscriptions', undefined, own.cookie)).status).toBe(200)
  const kept = await call('POST', `${FACTOR}/remove`, { password: PASSWORD }, own.cookie)
  expect([kept.status, kept.body.code]).toEqual([409, 'second_factor_required'])
  await call('PUT', '/sign-in-rules/planner', { secondFactor: false }, admin)
  expect((await call('POST', `${FACTOR}/remove`, { password: PASSWORD }, own.cookie)).status).toBe(204)
})

test('codes are guessed no faster from the person’s own address', async () => {
  const { enter, nextCode } = await withFactor('hind')
  expect((await enter(nextCode())).status).toBe(200)
  const statuses: number[] = []
  for (let i = 0; i < 30; i++) {
    now += 10
    statuses.push((await enter(String(100_000 + i))).status)
  }
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(25)
  expect(statuses.at(-1)).toBe(429)
})

/** Two people act on one account at the same moment: the later answer never undoes what the earlier one took away. */
import { takeLock } from '#store/database'
import { erasePerson } from '#store/personal'
import { firstCredential, hashPassword, resetAccount } from '#store/people'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryRunner } from 'typeorm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type TestServer, serve, signIn } from '../support/server.js'

const PASSWORD = 'a password of the tests'
/** Time in which a request comes to the place where it must wait. */
const REACHED_MS = 600

let database: TestDatabase
let server: TestServer
let admin: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  admin = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

let addresses = 0
const call = (method: string, path: string, body: unknown, cookie = '') =>
  callJson<{ code?: string; role?: string; areas?: string[] | null }>(server.url + path, method, {
    body,
    headers: { cookie, 'x-forwarded-for': `203.0.113.${++addresses}` },
  })

/** Begins a request while another change of accounts is under way, which ends before the request is answered. */
async function during<T>(
  work: (runner: QueryRunner) => Promise<unknown>,
  request: () => Promise<T>,
): Promise<T> {
  const runner = database.source.createQueryRunner()
  await runner.startTransaction()
  try {
    await takeLock(runner, 'accounts')
    await work(runner)
    const answer = request()
    await sleep(REACHED_MS)
    await runner.commitTransaction()
    return await answer
  } finally {
    await runner.release()
  }
}

/** Writes a reset, as another administrator’s request does it. */
const reset = (name: string) => async (runner: QueryRunner) => {
  const passwordHash = await hashPassword('what the administrator gave')
  await runner.query(`UPDATE account SET password_hash = $2, must_change_password = true WHERE name = $1`, [
    name,
    passwordHash,
  ])
  await runner.query(`DELETE FROM session WHERE account_name = $1`, [name])
}

test('who knows the old password does not undo a reset by setting another one meanwhile', async () => {
  const cookie = await signIn(server, database, 'planner', { name: 'leila' })
  const change = { current: PASSWORD, next: 'the thief chose these words' }
  const answer = await during(reset('leila'), () => call('POST', '/api/v1/session/password', change, cookie))
  expect([answer.status, answer.body.code]).toEqual([401, 'wrong_current_password'])
  const [account] = await database.source.query(
    `SELECT must_change_password FROM account WHERE name = 'leila'`,
  )
  expect(account).toEqual({ must_change_password: true })
  const thief = { name: 'leila', password: change.next }
  expect((await call('POST', '/api/v1/session', thief)).status).toBe(401)
})

test('a session that was ended sets no password, though the password is right', async () => {
  const cookie = await signIn(server, database, 'planner', { name: 'samir' })
  const change = { current: PASSWORD, next: 'the thief chose these words' }
  const signOut = (runner: QueryRunner) => runner.query(`DELETE FROM session WHERE account_name = 'samir'`)
  const answer = await during(signOut, () => call('POST', '/api/v1/session/password', change, cookie))
  expect(answer.status).toBe(401)
  expect((await call('POST', '/api/v1/session', { name: 'samir', password: PASSWORD })).status).toBe(200)
})

test('a sign-in that began before a reset begins no session after it', async () => {
  await signIn(server, database, 'planner', { name: 'omar' })
  const own = { name: 'omar', password: PASSWORD }
  const answer = await during(reset('omar'), () => call('POST', '/api/v1/session', own))
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []])
  expect(await database.source.query(`SELECT 1 FROM session WHERE account_name = 'omar'`)).toEqual([])
})

test('a change that names one field keeps what another administrator changed meanwhile', async () => {
  await signIn(server, database, 'planner', { name: 'hind' })
  const bind = async (runner: QueryRunner) => {
    await runner.query(`UPDATE account SET role = 'analyst' WHERE name = 'hind'`)
    await runner.query(
      `INSERT INTO account_area SELECT 'hind', code, vintage FROM current_area WHERE code = '01'`,
    )
  }
  const enable = () => call('PATCH', '/api/v1/accounts/hind', { disabled: false }, admin)
  const answer = await during(bind, enable)
  expect([answer.status, answer.body]).toMatchObject([200, { role: 'analyst', areas: ['01'] }])
})

test('an administrator is not erased while the only other one is disabled', async () => {
  await signIn(server, database, 'administrator', { name: 'second' })
  const disable = (runner: QueryRunner) =>
    runner.query(`UPDATE account SET disabled_at = now() WHERE name = 'second'`)
  const erasure = { name: 'test-administrator', author: 'second', comment: 'asked for', devices: [] }
  expect(await during(disable, () => erasePerson(database.source, erasure))).toEqual({
    refused: 'last administrator',
  })
  await database.source.query(`UPDATE account SET disabled_at = NULL WHERE name = 'second'`)
  // An administrator with a one-time password may have lost it.
  await resetAccount(database.source, 'second', await firstCredential('password'), 'test')
  expect(await erasePerson(database.source, erasure)).toEqual({ refused: 'last administrator' })
})

test('a site is not taken over by who is bound, while somebody else adds it outside', async () => {
  const cookie = await signIn(server, database, 'planner', { name: 'bound' })
  await call('PATCH', '/api/v1/accounts/bound', { areas: ['01.051'] }, admin)
  const site = {
    code: 'S-NEW',
    name: 'École',
    type: 'school',
    communeCode: '01.051.01.01',
    lat: 35.2447,
    lng: -3.9317,
  }
  const runner = database.source.createQueryRunner()
  await runner.startTransaction()
  await takeLock(runner, 'sites')
  const answer = call('POST', '/api/v1/sites', site, cookie)
  await sleep(REACHED_MS)
  await runner.query(
    `INSERT INTO site (code, name, type, commune_code, lat, lng, cell, simulated, created_by)
     VALUES ('S-NEW', 'Ailleurs', 'school', '03.231.01.01', 34, -5, 0, false, 'test')`,
  )
  await runner.commitTransaction()
  await runner.release()
  expect((await answer).status).toBe(403)
  expect(await database.source.query(`SELECT name FROM site WHERE code = 'S-NEW'`)).toEqual([
    { name: 'Ailleurs' },
  ])
})

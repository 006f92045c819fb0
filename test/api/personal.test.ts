/** Personal data over HTTP and on the command line: exported and erased by administrators, with their authors in the log. */
import { hashPassword, insertAccount } from '#store/people'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { runCli } from '../support/process.js'
import { type TestServer, serve, signIn } from '../support/server.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-person-'))
let database: TestDatabase
let server: TestServer
let cookie: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  cookie = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
  rmSync(folder, { recursive: true })
})

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = { cookie }) =>
  callJson<Record<string, never>>(`${server.url}/api/v1/personal-data/${path}`, method, { body, headers })
const log = () => database.source.query('SELECT author, action, subject FROM change ORDER BY id DESC LIMIT 1')

test('a person is exported and erased; the session ends with the account', async () => {
  const session = await signIn(server, database, 'planner', { name: 'leila' })
  const who = () => callJson(`${server.url}/api/v1/session`, 'GET', { headers: { cookie: session } })
  expect((await who()).status).toBe(200)
  const data = await call('GET', 'leila')
  expect(data.body).toMatchObject({
    name: 'leila',
    tables: { account: [{ role: 'planner' }], session: [{}] },
  })
  expect(data.text).not.toContain('argon2')
  expect(await log()).toEqual([
    { author: 'test-administrator', action: 'export personal data', subject: 'leila' },
  ])
  expect((await call('POST', 'leila/erasure', { comment: ' ' })).status).toBe(400)
  const erased = await call('POST', 'leila/erasure', { comment: 'Request of 1 March.' })
  expect(erased.body).toMatchObject({
    pseudonym: expect.stringMatching(/^erased /),
    rows: { account: 1, session: 1 },
  })
  expect((await who()).status).toBe(401)
  expect((await call('GET', 'leila')).status).toBe(404)
  expect((await call('POST', 'leila/erasure', { comment: 'again' })).status).toBe(404)
  const body = { name: erased.body['pseudonym'], password: 'a password of the tests' }
  const signedIn = await callJson(`${server.url}/api/v1/session`, 'POST', { body })
  expect(signedIn.status).toBe(401)
})

test('nobody erases themselves or the last administrator, and planners erase nobody', async () => {
  expect((await call('POST', 'test-administrator/erasure', { comment: 'x' })).body).toMatchObject({
    code: 'erasure_of_oneself',
  })
  const planner = { cookie: await signIn(server, database, 'planner') }
  expect((await call('POST', 'test-administrator/erasure', { comment: 'x' }, planner)).status).toBe(403)
  expect((await call('GET', 'test-administrator', undefined, planner)).status).toBe(403)
})

test('the command line does the same', async () => {
  const passwordHash = await hashPassword('a password of the tests')
  const account = { name: 'omar', role: 'planner' as const, mustChangePassword: false, passwordHash }
  await insertAccount(database.source.manager, account, 'test')
  const file = join(folder, 'omar.json')
  expect(await runCli(database.env, 'person', 'export', 'omar', '--out', file)).toMatchObject({ code: 0 })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ name: 'omar' })
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(await runCli(database.env, 'person', 'erase', 'omar')).toMatchObject({ code: 2 })
  const erase = ['person', 'erase', 'omar', '--comment', 'asked for']
  expect(await runCli(database.env, ...erase)).toMatchObject({
    code: 0,
    out: expect.stringContaining('"erased '),
  })
  expect(await runCli(database.env, ...erase)).toMatchObject({
    code: 1,
    err: expect.stringContaining('no account'),
  })
  const last = ['person', 'erase', 'test-administrator', '--comment', 'x']
  expect(await runCli(database.env, ...last)).toMatchObject({
    code: 1,
    err: expect.stringContaining('last administrator'),
  })
  expect(await runCli(database.env, 'audit', 'verify')).toMatchObject({ code: 0 })
})

/** What programs may do with an API key: the rights of its role, never a person's, and only until it ends. */
import { RIGHTS, type Role, isForPersons } from '#domain/account'
import { KEY_ROLES } from '#store/keys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { madeKey } from '../support/api-key.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { rightsOfRoutes } from '../support/routes.js'
import { type TestServer, builtDocument, serve, signIn, siteWithDevice } from '../support/server.js'
import { callJson } from '../support/json-client.js'

let database: TestDatabase
let server: TestServer
let cookie: string
const keys = {} as Record<(typeof KEY_ROLES)[number], string>
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  server = await serve(database)
  cookie = await signIn(server, database, 'administrator')
  await siteWithDevice(database)
  for (const role of KEY_ROLES) {
    const operator = role === 'operator' ? 'iam' : null
    keys[role] = (await madeKey(database, { name: `test ${role}`, role, operator, days: 1 })).key
  }
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

type Body = Record<string, never> & { id: string; key: string; items: Record<string, unknown>[] }
const asPerson = (method: string, path: string, body?: unknown) =>
  callJson<Body>(server.url + path, method, { body, headers: { cookie } })
const asProgram = (key: string, path: string, method = 'GET') =>
  callJson<Body>(server.url + path, method, { headers: { authorization: `Bearer ${key}` } })
const log = (
  action: string,
): Promise<{ author: string; subject: string; detail: Record<string, unknown> }[]> =>
  database.source.query('SELECT author, subject, detail FROM change WHERE action = $1 ORDER BY id', [action])

test('an administrator makes a key, sees its use, gives it another end, and revokes it', async () => {
  const made = await asPerson('POST', '/api/v1/keys', { name: 'nightly report', role: 'planner', days: 30 })
  expect(made.status).toBe(201)
  expect(made.headers.get('cache-control')).toContain('no-store')
  const { id, key } = made.body
  expect((await asProgram(key, '/api/v1/subscriptions')).status).toBe(200)
  const listed = await asPerson('GET', '/api/v1/keys')
  expect(listed.text).not.toContain('tgk_')
  expect(listed.body.items.find((one) => one['id'] === id)).toMatchObject({
    name: 'nightly report',
    createdBy: 'test-administrator',
    lastUsedAt: expect.any(String),
  })
  expect((await asPerson('PATCH', `/api/v1/keys/${id}`, { days: 366 })).status).toBe(200)
  expect((await asPerson('PATCH', `/api/v1/keys/${id}`, { days: 367 })).status).toBe(400)
  expect((await asPerson('DELETE', `/api/v1/keys/${id}`)).status).toBe(204)
  expect((await asPerson('DELETE', `/api/v1/keys/${id}`)).status).toBe(404)
  for (let i = 0; i < 3; i++)
    expect(await asProgram(key, '/api/v1/subscriptions')).toMatchObject({
      status: 401,
      body: { code: 'api_key_refused', fields: { name: 'nightly report', state: 'revoked' } },
    })
  // Three refusals for the same reason are one row.
  expect(await log('refuse api key')).toEqual([
    { author: 'key:nightly report', subject: id, detail: { reason: 'revoked' } },
  ])
})

test('names and operators are checked', async () => {
  const add = async (body: object) =>
    (await asPerson('POST', '/api/v1/keys', { days: 1, role: 'public', ...body })).status
  expect(await add({ name: 'test public' })).toBe(409)
  expect(await add({ name: 'key:x' })).toBe(422)
  expect(await add({ name: 'admin', role: 'administrator' })).toBe(400)
  expect(await add({ name: 'of nobody', role: 'operator' })).toBe(400)
  expect(await add({ name: 'of iam', role: 'analyst', operator: 'iam' })).toBe(422)
  expect(await add({ name: 'of iam', role: 'operator', operator: 'iam' })).toBe(201)
})

test('what a program does stands under the name of its key', async () => {
  const made = await callJson<Body>(`${server.url}/api/v1/subscriptions`, 'POST', {
    body: { url: 'https://ministry.example/hook', kinds: ['zone.born'] },
    headers: { authorization: `Bearer ${keys.planner}` },
  })
  expect(made.status).toBe(201)
  expect(await log('add subscription')).toMatchObject([{ author: 'key:test planner', subject: made.body.id }])
})

test('an unknown key is nobody, also where nobody has to sign in; a key is no token of a device', async () => {
  const unknown = `tgk_${'x'.repeat(43)}`
  for (const path of ['/api/v1/subscriptions', '/api/v1/probes'])
    expect(await asProgram(unknown, path)).toMatchObject({ status: 401, body: { code: 'api_key_refused' } })
  expect((await asProgram(keys.planner, '/api/v1/probes', 'POST')).status).toBe(401)
})

test('on every route that needs a role a key has the rights of its own role, and the document says so', async () => {
  const routes = Object.entries(builtDocument().paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  )
  const ofPeople = routes.filter(({ operation }) => operation.security!.some((one) => 'session' in one))
  expect(ofPeople.length).toBeGreaterThan(20)
  const rightOf = rightsOfRoutes()
  for (const { path, method, operation } of ofPeople) {
    const right = rightOf({ path, method })!
    const roles: readonly Role[] = RIGHTS[right].roles
    expect([path, operation.security!.some((one) => 'key' in one)]).toEqual([path, !isForPersons(right)])
    const url = operation.parameters
      .filter((one) => one.in === 'path')
      .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path)
    for (const own of KEY_ROLES) {
      const { status, text } = await asProgram(keys[own], url, method)
      const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined
      const expected = isForPersons(right) ? 'person_needed' : roles.includes(own) ? null : 'role_needed'
      if (expected) expect([method, path, own, status, code]).toEqual([method, path, own, 403, expected])
      else
        expect([method, path, own, status, code]).not.toEqual([
          method,
          path,
          own,
          expect.toSatisfy((n: number) => n === 401 || n === 403),
          expect.anything(),
        ])
    }
  }
})

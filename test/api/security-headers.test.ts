/** Headers that every answer has, and what none says: the rows V5.5, V7.4, V14.3 and V14.4 of docs/asvs.md. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

const PATHS = ['/health/live', '/api/v1/rules', '/ogc', '/api/v1/accounts', '/nothing', '/api/v1/runs/x']

test.each(PATHS)(
  '%s is answered with a policy, and without the names of programs or a stack',
  async (path) => {
    const answer = await fetch(server.url + path)
    const policy = answer.headers.get('content-security-policy') ?? ''
    for (const directive of [
      `default-src 'self'`,
      `frame-ancestors 'none'`,
      `object-src 'none'`,
      `base-uri 'self'`,
    ])
      expect(policy).toContain(directive)
    expect(policy).not.toContain('unsafe-eval')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('permissions-policy')).toContain('geolocation=(self)')
    for (const name of ['server', 'x-powered-by'])
      expect([name, answer.headers.get(name)]).toEqual([name, null])
    expect(await answer.text()).not.toMatch(/\n +at \S+|node_modules|SELECT .* FROM /)
  },
)

test('a body cannot change what objects inherit', async () => {
  const cookie = await signIn(server, database, 'administrator')
  const body = `{"__proto__": {"role": "planner"}, "constructor": {"prototype": {"days": 1}}, "name": "polluted"}`
  const answer = await fetch(`${server.url}/api/v1/keys`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body,
  })
  expect(answer.status).toBe(400)
  expect(({} as Record<string, unknown>)['role']).toBeUndefined()
  expect(({} as Record<string, unknown>)['days']).toBeUndefined()
})

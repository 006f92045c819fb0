/** Who may do what, by the one table of rights: each route is asked by nobody, by every role, by a page of another site. */
import { RIGHTS, ROLES, type Right, type Role } from '#domain/account'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTROLLERS } from '../../apps/api/app.module.js'
import { rightsByRoute } from '../../apps/api/people/route-rights.js'
import { rightsOfRoutes } from '../support/routes.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { builtDocument, type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

const document = builtDocument()
const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
  })),
)
type Route = (typeof routes)[number]

const namesOf = ({ operation }: Route) => operation.security!.flatMap((one) => Object.keys(one))
const isWrite = ({ method }: Route) => method !== 'GET'
const rightOf = rightsOfRoutes()
/** The roles that may use a route by the table; null where nobody has to sign in. */
const rolesOf = (route: Route): readonly Role[] | null => {
  const right = rightOf(route)
  return right && RIGHTS[right].roles
}

const ofPeople = routes.filter((route) => namesOf(route).includes('session'))
const ofDevices = routes.filter((route) => namesOf(route).join() === 'device')

let database: TestDatabase
let server: TestServer
let token: string
const cookies = {} as Record<Role, string>
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  server = await serve(database)
  token = (await siteWithDevice(database)).token
  for (const role of ROLES) cookies[role] = await signIn(server, database, role)
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

/** With the document's own examples. */
async function ask({ path, method, operation }: Route, headers: Record<string, string>, body?: Buffer) {
  const filled = operation.parameters
    .filter((one) => one.in === 'path')
    .reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path)
  const [type, { example } = {}] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const given = typeof example === 'string' ? example : JSON.stringify(example ?? {})
  const answer = await fetch(server.url + filled, {
    method,
    headers: { ...(type && { 'content-type': type }), ...headers },
    ...(type && { body: body ?? given }),
  })
  const text = await answer.text()
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json')
  return { status: answer.status, detail: isProblem ? String(JSON.parse(text).detail) : '' }
}

describe.each(ofPeople.map((route) => [route.operation.operationId, route] as const))('%s', (_, route) => {
  const roles = rolesOf(route)!

  test('refuses nobody, and every role that the table does not name', async () => {
    expect((await ask(route, {})).status).toBe(401)
    for (const role of ROLES.filter((one) => !roles.includes(one)))
      expect([role, await ask(route, { cookie: cookies[role] })]).toMatchObject([
        role,
        { status: 403, detail: expect.stringContaining('This needs the role') },
      ])
  })

  test('refuses a device whose token is not known', async () => {
    // Anybody may ask whether a dispute exists: that is looked up first.
    const refusals = route.operation.operationId === 'disputesAdd' ? [401, 404] : [401]
    expect(refusals).toContain((await ask(route, { authorization: `Bearer ${'x'.repeat(43)}` })).status)
  })

  if (isWrite(route))
    test('refuses an administrator’s cookie that comes from a page of another site', async () => {
      const cookie = cookies.administrator
      const { host } = new URL(server.url)
      for (const headers of [
        { origin: 'https://elsewhere.example' },
        { origin: 'null' },
        { origin: `http://${host.replace(/\d+$/, '1')}` },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site' },
        { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
      ] as Record<string, string>[])
        expect([headers, await ask(route, { cookie, ...headers })]).toMatchObject([
          headers,
          { status: 403, detail: 'This request comes from another site.' },
        ])
    })
})

test('what the document leaves out are these routes, each with who may use it', async () => {
  const documented = new Set(
    routes.map(({ method, path }) => `${method} ${path.replaceAll(/{(\w+)}/g, ':$1')}`),
  )
  // The document has them collection by collection.
  const isOfCollections = (route: string) => route.startsWith('GET /ogc/collections/:id/items')
  const hidden = [...rightsByRoute(CONTROLLERS)].filter(
    ([route]) => !documented.has(route) && !isOfCollections(route),
  )
  const open = { right: null, device: null, optionalSignIn: false, beforePassword: false }
  expect(Object.fromEntries(hidden)).toEqual({
    // Who asks is told by the address, or by a token of its own: see `status.test.ts`.
    'GET /metrics': open,
    // The browser goes there before anybody is signed in: see `oidc.test.ts`.
    'GET /api/v1/session/oidc': open,
    'GET /api/v1/session/oidc/callback': open,
    'GET /api/v1/session/oidc/end': open,
  })
  for (const [route] of hidden) {
    const path = route.split(' ')[1]!
    // Asked from afar, on a server without a provider: nothing is given, nor by any other method.
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const headers = { 'x-forwarded-for': '203.0.113.5' }
      const { status } = await fetch(server.url + path, { method, headers, redirect: 'manual' })
      const expected = path === '/metrics' && /GET|HEAD/.test(method) ? 403 : 404
      expect([method, path, status]).toEqual([method, path, expected])
    }
  }
})

test('the document names for each route the roles that the table gives it', () => {
  for (const route of routes) {
    const roles = rolesOf(route)
    const text = route.operation.description ?? ''
    const least = /with the role (\w+) or a higher one/.exec(text)?.[1]
    const some = /with one of the roles ([\w, ]+), or an API key/.exec(text)?.[1]?.split(', ')
    const named = roles && (some ?? (least ? ROLES.slice(ROLES.indexOf(least as Role)) : ROLES))
    expect([route.path, named, namesOf(route).includes('session')]).toEqual([
      route.path,
      roles,
      roles !== null,
    ])
  }
})

test('each right of the table is that of a route, or of a part of an answer', () => {
  const used = new Set(routes.map(rightOf))
  const ofAnswers: Right[] = ['answer for an operator', 'read small groups', 'review disputes']
  expect((Object.keys(RIGHTS) as Right[]).filter((right) => !used.has(right)).toSorted()).toEqual(ofAnswers)
})

test('each takes every role that the table names, and what is open takes everybody', async () => {
  // Signing out ends the session by which the next route is asked, and signing in is refused without a password.
  const isAsked = ({ operation }: Route) => !/^(session|invitations)/.test(operation.operationId)
  for (const route of routes.filter(isAsked)) {
    if (namesOf(route).join() === 'device') continue
    const roles = rolesOf(route)
    const headers = [
      ...(roles ? [] : [{}]),
      ...(roles ?? ROLES).map((role) => ({ cookie: cookies[role] })),
    ] as Record<string, string>[]
    for (const header of headers) {
      const { status, detail } = await ask(route, header)
      expect([route.operation.operationId, header, status, detail]).not.toEqual([
        route.operation.operationId,
        header,
        expect.toSatisfy((n: number) => n === 401 || n === 403),
        expect.stringMatching(/Sign in first|needs the role|needs a person/),
      ])
    }
  }
})

test('what devices send needs a token that is known: a person’s cookie is none', async () => {
  expect(ofDevices.length).toBeGreaterThan(1)
  for (const route of ofDevices)
    for (const headers of [{}, { cookie: cookies.administrator }, { authorization: 'Bearer x' }] as Record<
      string,
      string
    >[])
      expect([route.operation.operationId, (await ask(route, headers)).status]).toEqual([
        route.operation.operationId,
        401,
      ])
  for (const route of ofDevices)
    expect((await ask(route, { authorization: `Bearer ${token}` })).status).toBeLessThan(300)
})

test('writes that nobody has to sign in for are these', () => {
  const open = routes.filter((route) => isWrite(route) && namesOf(route).length === 0)
  expect(open.map(({ operation }) => operation.operationId).toSorted()).toEqual([
    // Computes and keeps nothing but its answer, for a while.
    'budgetAllocate',
    // The token of the link says who it is.
    'invitationsAccept',
    'invitationsRead',
    'sessionChallenge',
    'sessionSignIn',
    'sessionSignOut',
  ])
})

test('a form larger than 1 MiB is not parsed, packed or not, and that of a stranger is not even read', async () => {
  const large = Buffer.from(JSON.stringify('x'.repeat(1024 * 1024)))
  const known = { cookie: cookies.administrator, authorization: `Bearer ${token}` }
  const large16 = [
    'probesPost',
    'importPost',
    'planImport',
    'coverageImportPost',
    'disputesOpen',
    'disputesAdd',
  ]
  for (const route of routes.filter(({ operation }) => operation.requestBody)) {
    if (large16.includes(route.operation.operationId)) continue
    const json = { 'content-type': 'application/json' }
    for (const [headers, body] of [
      [json, large],
      [{ ...json, 'content-encoding': 'gzip' }, gzipSync(large)],
    ] as const) {
      const ofStranger = await ask(route, headers, body)
      const ofKnown = await ask(route, { ...headers, ...known }, body)
      expect([route.operation.operationId, ofStranger.status, ofKnown.status]).toEqual([
        route.operation.operationId,
        namesOf(route).length > 0 ? 401 : 413,
        413,
      ])
    }
  }
})

test('a body larger than 16 MiB is taken nowhere but where files are imported', async () => {
  const large = Buffer.alloc(16 * 1024 * 1024 + 1, ' ')
  const cookie = cookies.administrator
  const files = ['importPost', 'planImport', 'coverageImportPost']
  for (const route of routes.filter(({ operation }) => operation.requestBody)) {
    if (files.includes(route.operation.operationId)) continue
    const { status } = await ask(route, { cookie, authorization: `Bearer ${token}` }, large)
    expect([route.operation.operationId, status]).toEqual([route.operation.operationId, 413])
  }
})

/** The roster over HTTP: anybody reads it, as it is and as it was; administrators change it. */
import type { RosterRow } from '#store/roster'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let cookie: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  cookie = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})
beforeEach(() => database.source.query('DELETE FROM roster_entry'))

const send = (method: string, path: string, body?: object) =>
  fetch(`${server.url}/api/v1/roster${path}`, {
    method,
    headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
const list = async (query = '') =>
  ((await (await fetch(`${server.url}/api/v1/roster${query}`)).json()) as { items: RosterRow[] }).items
const ENTRY = { operator: 'Maroc Telecom', technologies: ['4g'], source: 'a licence', comment: 'published' }
const add = async (change: object = {}) =>
  (await (await send('POST', '', { ...ENTRY, ...change })).json()) as RosterRow

test('an administrator adds, ends and withdraws; the history has it all', async () => {
  const answer = await send('POST', '', { ...ENTRY, regionCodes: ['01'], from: '2020-01-01' })
  expect(answer.status).toBe(201)
  const entry = (await answer.json()) as RosterRow
  expect(entry).toMatchObject({
    operator: 'iam',
    technologies: ['4g'],
    regionCodes: ['01'],
    from: '2020-01-01',
    to: null,
    isAssumption: false,
    author: 'test-administrator',
    comment: 'published',
  })
  const end = await send('POST', `/${entry.id}/end`, { to: '2026-06-30', comment: 'closed' })
  expect(end.status).toBe(200)
  const ended = (await end.json()) as RosterRow
  expect(await list()).toEqual([ended])
  expect((await send('DELETE', `/${ended.id}?comment=never%20served`)).status).toBe(204)
  expect(await list()).toEqual([])
  expect(await list('/history')).toMatchObject([
    { id: ended.id, to: '2026-06-30', withdrawnBy: 'test-administrator', withdrawalComment: 'never served' },
    { id: entry.id, to: null, withdrawalComment: 'closed' },
  ])
})

test('the roster is read on a day, and as it was known', async () => {
  const entry = await add({ to: '2026-06-30' })
  expect(await list('?at=2026-06-30')).toMatchObject([{ id: entry.id }])
  expect(await list('?at=2026-07-01')).toEqual([])
  expect(
    await list(`?knownBefore=${new Date(Date.parse(String(entry.receivedAt)) - 1000).toISOString()}`),
  ).toEqual([])
  const later = new Date(Date.parse(String(entry.receivedAt)) + 1000).toISOString()
  expect(await list(`?knownBefore=${later}`)).toHaveLength(1)
  // A day stands for the local midnight with which it begins.
  expect(await list('?knownBefore=2020-01-01')).toEqual([])
})

test('the history is read in pages', async () => {
  const ids = [
    (await add()).id,
    (await add({ technologies: ['5g'] })).id,
    (await add({ operator: 'inwi' })).id,
  ]
  const pages: number[] = []
  for (let next: string | null = ''; next !== null;) {
    const answer = await fetch(`${server.url}/api/v1/roster/history?limit=1${next && `&cursor=${next}`}`)
    const page = (await answer.json()) as { items: RosterRow[]; next: string | null }
    pages.push(...page.items.map(({ id }) => id))
    next = page.next
  }
  expect(pages).toEqual(ids.toReversed())
})

test('an unchanged roster is not sent again', async () => {
  await add()
  const etag = (await fetch(`${server.url}/api/v1/roster`)).headers.get('etag')!
  const again = () => fetch(`${server.url}/api/v1/roster`, { headers: { 'if-none-match': etag } })
  expect((await again()).status).toBe(304)
  await add({ operator: 'inwi' })
  expect((await again()).status).toBe(200)
})

test.each<[string, object, number, string]>([
  ['an unknown technology', { technologies: ['4g', 'smoke'] }, 400, '"smoke"'],
  ['no technology', { technologies: [] }, 400, 'technologies'],
  ['a technology twice', { technologies: ['4g', '4g'] }, 422, 'technologies is "4g, 4g"'],
  ['a province', { regionCodes: ['01.051'] }, 422, 'regionCodes is "01.051"'],
  ['a day that does not exist', { from: '2026-02-30' }, 400, '"2026-02-30"'],
  ['an end before the beginning', { from: '2026-02-02', to: '2026-02-01' }, 422, 'to is "2026-02-01"'],
  ['an operator without a name', { operator: ' ' }, 422, 'operator is ""'],
  ['no reason', { comment: ' ' }, 400, 'comment'],
  ['no source', { source: '' }, 400, 'source'],
])('%s is refused by field and value', async (_, change, status, text) => {
  const answer = await send('POST', '', { ...ENTRY, ...change })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(((await answer.json()) as { detail: string }).detail).toContain(text)
  expect(await list()).toEqual([])
})

test('an overlap is refused in words', async () => {
  await add({ from: '2020-01-01' })
  const answer = await send('POST', '', { ...ENTRY, technologies: ['3g', '4g'], regionCodes: ['05'] })
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({
    code: 'roster_rejected',
    detail:
      'technologies is "3g, 4g": 4g: overlaps an entry of this operator for the whole country from 2020-01-01 to no known end',
  })
})

test('what does not stand is not found, and a withdrawal needs a reason', async () => {
  const { id } = await add()
  expect((await send('DELETE', `/${id}`)).status).toBe(400)
  for (const other of [id + 1000, '9'.repeat(15)]) {
    expect((await send('DELETE', `/${other}?comment=x`)).status).toBe(404)
    expect((await send('POST', `/${other}/end`, { to: '2026-01-01', comment: 'x' })).status).toBe(404)
  }
  expect((await send('DELETE', '/x?comment=x')).status).toBe(400)
  expect(await list()).toHaveLength(1)
})

test('a planner reads the roster and changes nothing', async () => {
  const { id } = await add()
  const planner = await signIn(server, database, 'planner')
  for (const [method, path, body] of [
    ['POST', '', ENTRY],
    ['POST', `/${id}/end`, { to: '2026-01-01', comment: 'x' }],
    ['DELETE', `/${id}?comment=x`, undefined],
  ] as const)
    expect(
      (
        await fetch(`${server.url}/api/v1/roster${path}`, {
          method,
          headers: { cookie: planner, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body: JSON.stringify(body) }),
        })
      ).status,
    ).toBe(403)
  expect(await list()).toMatchObject([{ id, to: null }])
})

/** The lines of requests: their fields, and that no secret is ever among them. */
import { SHIPPED_RULES } from '#domain/rule'
import { openLog } from '#log'
import { classify } from '#store/runs'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

interface Line {
  msg: string
  level: string
  id: string
  [field: string]: unknown
}

const SECRET = 'never-in-a-line-7f3a'
let database: TestDatabase
let server: TestServer
let cookie: string
let device: { site: string; token: string }
let run: number
let written: string[] = []
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  run = (await classify(database.source, { rule: SHIPPED_RULES[0]!, author: 'test' })).id
  const log = openLog({ format: 'json', level: 'info' }, { write: (line) => void written.push(line) })
  server = await serve(database, {}, null, undefined, log)
  cookie = await signIn(server, database, 'administrator')
  device = await siteWithDevice(database, 'LOGGED')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})
beforeEach(() => void (written = []))

const lines = () => written.map((line) => JSON.parse(line) as Line)
/** The line of a request is written once its connection has taken the whole answer. */
async function lineOf(path: string, init?: RequestInit): Promise<Line> {
  const before = written.length
  await (await fetch(server.url + path, init)).arrayBuffer()
  await expect
    .poll(() =>
      lines()
        .slice(before)
        .some(({ msg }) => msg === 'request'),
    )
    .toBe(true)
  return lines().findLast(({ msg }) => msg === 'request')!
}

describe('a request', () => {
  test('has one line with its route, status, time, bytes and id', async () => {
    const line = await lineOf(`/api/v1/runs/${run}`)
    expect(Object.keys(line).toSorted()).toEqual(
      ['level', 'time', 'pid', 'msg', 'id', 'method', 'route', 'status', 'ms', 'bytes'].toSorted(),
    )
    expect(line).toMatchObject({ level: 'info', method: 'GET', route: '/api/v1/runs/:id', status: 200 })
    expect(line.ms).toBeGreaterThan(0)
    expect(line.bytes).toBeGreaterThan(300)
    expect(new Date(line.time as string).getTime()).toBeGreaterThan(Date.now() - 60_000)
    const other = await lineOf(`/api/v1/runs/${run}`)
    expect(other.id).not.toBe(line.id)
    expect(written).toHaveLength(2)
  })

  test('of a tile tells its run, and whether it came from memory', async () => {
    const tile = `/tiles/${run}/cells/5/15/12.mvt`
    const accept = { 'accept-encoding': 'gzip' }
    const answer = await fetch(server.url + tile, { headers: accept })
    await answer.arrayBuffer()
    const again = await lineOf(tile, { headers: accept })
    expect(lines()[0]).toMatchObject({ run, cache: 'database', route: '/tiles/:run/:layer/:z/:x/:file' })
    expect(again).toMatchObject({ run, cache: 'cache', status: 200, route: lines()[0]!.route })
    const etag = answer.headers.get('etag')!
    const held = await lineOf(tile, { headers: { ...accept, 'if-none-match': etag } })
    expect(held).toMatchObject({ run, cache: 'client', status: 304 })
    expect(held.bytes).toBeLessThan(again.bytes as number)
    const latest = await lineOf(`/tiles/latest/cells/5/15/12.mvt?rule=${SHIPPED_RULES[0]!.id}`)
    expect(latest).toMatchObject({ run, cache: 'cache' })
  })

  test('of a list tells the run that it was answered with', async () => {
    expect(await lineOf(`/api/v1/zones?rule=${SHIPPED_RULES[0]!.id}`)).toMatchObject({ run, status: 200 })
  })

  test('tells the account or the device, and neither of what it proved itself by', async () => {
    const own = await lineOf('/api/v1/session', { headers: { cookie } })
    const changes = await lineOf('/api/v1/accounts', { headers: { cookie } })
    expect(changes).toMatchObject({ account: 'test-administrator', status: 200 })
    const probes = await lineOf('/api/v1/probes', {
      method: 'POST',
      headers: { authorization: `Bearer ${device.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ comment: SECRET }),
    })
    const [{ id }] = await database.source.query(`SELECT id FROM device WHERE site_code = $1`, [device.site])
    expect(probes).toMatchObject({ device: id, method: 'POST' })
    expect(own.msg).toBe('request')
    for (const secret of [cookie.split('=')[1]!, device.token, SECRET])
      expect(written.join('')).not.toContain(secret)
  })

  test('of no route has no address, and one that cannot be decoded has a line too', async () => {
    expect(await lineOf(`/${SECRET}/x?token=${SECRET}`)).toMatchObject({ route: 'none', status: 404 })
    expect(await lineOf(`/api/v1/sites/%FF?token=${SECRET}`)).toMatchObject({ status: 400 })
    expect(written.join('')).not.toContain(SECRET)
  })

  test('that fails tells the fault with the id of its line, and not its query', async () => {
    await database.source.query('ALTER TABLE run RENAME TO run_away')
    const line = await lineOf(`/api/v1/runs?cursor=&limit=7&token=${SECRET}`).finally(() =>
      database.source.query('ALTER TABLE run_away RENAME TO run'),
    )
    if (line.status === 400) throw new Error('the query was refused before the database was asked')
    expect(line).toMatchObject({ status: 500, level: 'warn' })
    const fault = lines().find(({ level }) => level === 'error')!
    expect(fault).toMatchObject({ context: 'http', msg: `GET /api/v1/runs (request ${line.id})` })
    expect(fault.stack).toContain('run')
    expect(written.join('')).not.toContain(SECRET)
  })

  test('that its client gave up has a line that says so', async () => {
    const sent = httpRequest(`${server.url}/api/v1/probes`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${device.token}`,
        'content-type': 'application/json',
        'content-length': 100,
      },
    })
    sent.on('error', () => {})
    sent.write('{"a":')
    setTimeout(() => sent.destroy(), 100)
    await expect.poll(() => lines().some(({ aborted }) => aborted === true)).toBe(true)
    expect(lines().at(-1)).toMatchObject({ route: '/api/v1/probes', method: 'POST' })
  })
})

test('secrets in headers, queries, paths and bodies of every kind of request are in no line', async () => {
  const headers = {
    authorization: `Bearer ${SECRET}`,
    cookie: `taghtiya_session=${SECRET}`,
    'x-request-id': SECRET,
    'user-agent': SECRET,
    referer: `https://example.ma/?token=${SECRET}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ name: SECRET, password: SECRET, token: SECRET })
  for (const path of ['session', 'probes', 'plan', 'invitations/accept', `sites/${SECRET}`, 'oidc/callback'])
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
      await (
        await fetch(`${server.url}/api/v1/${path}?token=${SECRET}&run=${SECRET}&code=${SECRET}`, {
          method,
          headers,
          ...(method !== 'GET' && { body }),
        })
      ).arrayBuffer()
  await expect.poll(() => written.length).toBeGreaterThanOrEqual(30)
  expect(written.join('')).not.toContain(SECRET)
})

test('the level leaves lines out, and the format text has none of requests', async () => {
  const texts: string[] = []
  const stream = { write: (line: string) => void texts.push(line) }
  for (const [format, level] of [
    ['json', 'warn'],
    ['text', 'info'],
  ] as const) {
    const quiet = await serve(database, {}, null, undefined, openLog({ format, level }, stream))
    expect((await fetch(`${quiet.url}/api/v1/runs`)).status).toBe(200)
    await quiet.close()
  }
  expect(texts).toEqual([])
})

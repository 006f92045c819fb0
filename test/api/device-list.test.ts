/** Devices over HTTP: listed, named, given another token, replaced when lost. */
import type { DeviceRow } from '#store/people'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let cookie: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  cookie = await signIn(server, database, 'administrator')
  await siteWithDevice(database, 'S1')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = { cookie }) =>
  callJson<{
    items: DeviceRow[]
    next: string | null
    id: string
    token: string
    link: string
    detail: string
  }>(`${server.url}/api/v1${path}`, method, { body, headers })
const sends = async (token: string) =>
  (await call('POST', '/probes', [], { authorization: `Bearer ${token}` })).status === 200

test('a token comes with the address that a phone opens; the lost phone is refused at once', async () => {
  const made = (await call('POST', '/sites/S1/devices', {})).body
  expect(made.link).toBe(`${server.url}/probe#token=${made.token}`)
  expect(await sends(made.token)).toBe(true)
  const rotated = (await call('POST', `/devices/${made.id}/token`)).body
  expect(rotated).toMatchObject({ id: made.id, link: expect.stringContaining('/probe#token=tgt_') })
  expect([await sends(made.token), await sends(rotated.token)]).toEqual([false, true])
  const replaced = await call('POST', `/devices/${made.id}/replacement`)
  expect(replaced.status).toBe(201)
  expect(replaced.body.id).not.toBe(made.id)
  expect([await sends(rotated.token), await sends(replaced.body.token)]).toEqual([false, true])
  expect((await call('POST', `/devices/${made.id}/replacement`)).body).toMatchObject({
    status: 404,
    detail: `no active device has the id ${made.id}`,
  })
  expect((await call('PATCH', `/devices/${made.id}`, { name: 'x' })).status).toBe(404)
})

test('devices are listed in pages, found, and named', async () => {
  const { items } = (await call('GET', '/devices')).body
  expect(items.length).toBeGreaterThan(1)
  const seen: string[] = []
  for (let path: string | null = '/devices?limit=1'; path;) {
    const { body } = await call('GET', path)
    seen.push(...body.items.map(({ id }) => id))
    path = body.next && `/devices?limit=1&cursor=${body.next}`
  }
  expect(seen).toEqual(items.map(({ id }) => id))
  const [first] = items
  expect((await call('PATCH', `/devices/${first!.id}`, { name: 'phone of the nurse' })).body).toMatchObject({
    name: 'phone of the nurse',
    siteCode: 'S1',
  })
  expect((await call('GET', '/devices?q=nurse')).body.items).toMatchObject([{ id: first!.id }])
  expect((await call('PATCH', `/devices/${first!.id}`, { name: null })).body).toMatchObject({ name: null })
  expect((await call('PATCH', `/devices/${first!.id}`, { name: '' })).status).toBe(400)
  const all = (await call('GET', '/devices?revoked=true')).body.items
  expect(all.filter(({ revokedAt }) => revokedAt !== null)).not.toEqual([])
  expect((await call('GET', '/devices?cursor=nonsense')).status).toBe(400)
})

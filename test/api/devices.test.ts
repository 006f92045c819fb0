/** Tokens that arrive together are looked up together, and each gets its own device. */
import { consumeTestToken, insertTestToken } from '#store/probes'
import { insertDevice, newToken, revokeDevice, sha256 } from '#store/people'
import { UnauthorizedException } from '@nestjs/common'
import { randomUUID } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Devices } from '../../apps/api/probes/devices.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { serve, siteWithDevice } from '../support/server.js'

describe.each(ENGINES)('tokens of devices on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await siteWithDevice(database)
  })
  afterAll(() => database.drop())

  const add = async () => {
    const token = newToken()
    return { token, id: await insertDevice(database.source.manager, 'S1', sha256(token), 'test') }
  }

  test('share a statement, and each finds its device', async () => {
    const devices = []
    for (let n = 0; n < 20; n++) devices.push(await add())
    const query = vi.spyOn(database.source.manager, 'query')
    const service = new Devices(database.source)
    const all = [...devices, ...devices.toReversed()].map(({ token }) => service.ofToken(`Bearer ${token}`))
    const unknown = service.ofToken(`Bearer ${newToken()}`)
    await expect(unknown).rejects.toThrow(UnauthorizedException)
    const ids = devices.map(({ id }) => id)
    expect((await Promise.all(all)).map(({ id }) => id)).toEqual([...ids, ...ids.toReversed()])
    expect(query).toHaveBeenCalledTimes(1)
    expect(await service.ofToken(`Bearer ${devices[0]!.token}`)).toMatchObject({
      siteCode: 'S1',
      lat: 35.2447,
    })
    expect(query).toHaveBeenCalledTimes(1)
    query.mockRestore()
  })

  test('that were revoked are refused, and a failed lookup fails no later one', async () => {
    const [kept, revoked] = [await add(), await add()]
    await revokeDevice(database.source.manager, revoked.id)
    const service = new Devices(database.source)
    const query = vi.spyOn(database.source.manager, 'query').mockRejectedValueOnce(new Error('no connection'))
    await expect(service.ofToken(`Bearer ${kept.token}`)).rejects.toThrow('no connection')
    query.mockRestore()
    const answers = [kept, revoked].map(({ token }) => service.ofToken(`Bearer ${token}`))
    await expect(answers[1]).rejects.toThrow(UnauthorizedException)
    expect((await answers[0]!).id).toBe(kept.id)
  })

  test('that another process revoked are refused soon, however often they are used', async () => {
    const { token, id } = await add()
    const service = new Devices(database.source)
    await service.ofToken(`Bearer ${token}`)
    await revokeDevice(database.source.manager, id)
    // Each use in between must not make the cached answer younger.
    await expect
      .poll(
        () =>
          service.ofToken(`Bearer ${token}`).then(
            () => 'taken',
            (error: Error) => error.constructor,
          ),
        {
          interval: 100,
        },
      )
      .toBe(UnauthorizedException)
  })

  test('of a speed test end with the token of the device', async () => {
    const { id } = await add()
    const { manager } = database.source
    const hash = sha256('a token for a test')
    await insertTestToken(manager, { hash, deviceId: id, expiresAt: new Date(Date.now() + 600_000) })
    expect(await consumeTestToken(manager, hash, 'upload')).toBe(id)
    await revokeDevice(manager, id)
    expect(await consumeTestToken(manager, hash, 'download')).toBeUndefined()
  })

  test('that are revoked while a body arrives are refused in the middle of it', async () => {
    const { token, id } = await add()
    const server = await serve(database)
    const line = () =>
      `${JSON.stringify({ id: randomUUID(), measuredAt: new Date(Date.now() - 60_000).toISOString(), outcome: 'ok' })}\n`
    let answer: Response | undefined
    async function* body() {
      yield line()
      await revokeDevice(database.source.manager, id)
      while (!answer) {
        yield line().repeat(200)
        await sleep(50)
      }
    }
    const sent = fetch(`${server.url}/api/v1/probes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: ReadableStream.from(body()) as never,
      duplex: 'half',
    } as RequestInit)
    answer = await sent
    expect(answer.status).toBe(401)
    await server.close()
  })
})

test('whatever is remembered of rights is remembered by one rule', () => {
  const folders = ['people', 'keys', 'devices', 'oidc', 'probes', 'measure'].map(
    (folder) => `apps/api/${folder}`,
  )
  const caches = folders.flatMap((folder) =>
    readdirSync(folder)
      .map((name) => `${folder}/${name}`)
      .filter((file) => /from 'lru-cache'|PromiseCache/.test(readFileSync(file, 'utf8'))),
  )
  // A key's guard remembers which refusals it recorded; rights it remembers by the one rule.
  expect(caches.toSorted()).toEqual(['apps/api/keys/api-key-guard.ts', 'apps/api/people/rights-cache.ts'])
})

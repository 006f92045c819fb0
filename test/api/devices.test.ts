/** Tokens that arrive together are looked up together, and each gets its own device. */
import { insertDevice, newToken, revokeDevice, sha256 } from '#store/people'
import { UnauthorizedException } from '@nestjs/common'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Devices } from '../../apps/api/probes/devices.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { siteWithDevice } from '../support/server.js'

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
})

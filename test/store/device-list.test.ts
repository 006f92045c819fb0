/** The list of devices and what becomes of them, on both engines. */
import {
  findDevices,
  insertDevice,
  listDevices,
  renameDevice,
  replaceDevice,
  revokeDevice,
  rotateDeviceToken,
  sha256,
} from '#store/people'
import { upsertSites } from '#store/sites'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

describe.each(ENGINES)('devices on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const site = { type: 'school' as const, communeCode: '01.051.01.01', lat: 35.2447, lng: -3.9317 }
    const sites = [
      { ...site, code: 'A', name: 'École des Oliviers', nameAr: 'مدرسة الزيتون' },
      { ...site, code: 'B', name: '100%_Centre' },
    ]
    await upsertSites(database.source.manager, sites, { author: 'test', simulated: false })
  })
  afterAll(() => database.drop())
  beforeEach(() => database.source.query('DELETE FROM device'))

  const add = (site: string, token: string) =>
    insertDevice(database.source.manager, site, sha256(token), 'test')
  const list = (query: Partial<Parameters<typeof listDevices>[1]> = {}) =>
    listDevices(database.source.manager, { isRevokedToo: false, after: null, limit: 100, ...query })
  const isKnown = async (token: string) =>
    (await findDevices(database.source.manager, [sha256(token)])).size === 1

  test('are listed by site, in pages, and found by site and name', async () => {
    const ids = [await add('B', 'b'), await add('A', 'a1'), await add('A', 'a2')]
    const all = await list()
    expect(all.map(({ siteCode }) => siteCode)).toEqual(['A', 'A', 'B'])
    expect(all.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    const [first] = await list({ limit: 1 })
    expect(await list({ after: first! })).toEqual(all.slice(1))
    expect((await list({ text: 'OLIVIERS' })).map(({ siteCode }) => siteCode)).toEqual(['A', 'A'])
    expect(await list({ text: 'الزيتون' })).toHaveLength(2)
    expect(await list({ text: '0%_c' })).toHaveLength(1)
    expect(await list({ text: '%' })).toHaveLength(1)
    await renameDevice(database.source, ids[0]!, 'phone of the nurse', 'test')
    expect(await list({ text: 'Nurse' })).toMatchObject([{ id: ids[0], name: 'phone of the nurse' }])
  })

  test('another token: the earlier one is refused, the device stays', async () => {
    const id = await add('A', 'old')
    expect(await rotateDeviceToken(database.source, id, sha256('new'), 'test')).toBe(true)
    expect([await isKnown('old'), await isKnown('new')]).toEqual([false, true])
    expect(await list()).toMatchObject([{ id }])
  })

  test('a lost one is revoked, and another of the same site and name takes its place, once', async () => {
    const id = await add('A', 'lost')
    await renameDevice(database.source, id, 'phone', 'test')
    const both = await Promise.all(
      ['x', 'y'].map((token) => replaceDevice(database.source, id, sha256(token), 'test')),
    )
    const replacement = both.find((one) => one !== undefined)!
    expect(both.filter((one) => one !== undefined)).toHaveLength(1)
    expect(await isKnown('lost')).toBe(false)
    expect(await list()).toMatchObject([{ id: replacement, siteCode: 'A', name: 'phone' }])
    const lost = (await list({ isRevokedToo: true })).find((device) => device.id === id)
    expect(lost).toMatchObject({ revokedAt: expect.any(Date), replacedBy: replacement })
    expect(await rotateDeviceToken(database.source, id, sha256('z'), 'test')).toBe(false)
    expect(await renameDevice(database.source, id, 'x', 'test')).toBeUndefined()
  })

  test('a revoked one is not listed unless it is asked for; each change has its author', async () => {
    const id = await add('A', 't')
    await renameDevice(database.source, id, 'phone', 'sara')
    expect(await revokeDevice(database.source.manager, id)).toBe(true)
    expect(await list()).toEqual([])
    expect(await list({ isRevokedToo: true })).toMatchObject([{ id, revokedAt: expect.any(Date) }])
    const changes = await database.source.query(
      'SELECT author, action, subject, detail FROM change WHERE subject = $1',
      [id],
    )
    expect(changes).toEqual([
      {
        author: 'sara',
        action: 'rename device',
        subject: id,
        detail: { before: { name: null }, after: { name: 'phone' } },
      },
    ])
  })
})

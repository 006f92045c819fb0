/** Keys of programs: made, used, given another end, revoked, each with its author in the log. */
import { addApiKey, extendApiKey, findKeyHolder, listApiKeys, noteKeyUse, revokeApiKey } from '#store/keys'
import { sha256 } from '#store/people'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '#domain/units'
import { madeKey } from '../support/api-key.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

describe.each(ENGINES)('API keys on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())

  const logged = (id: string) =>
    database.source.query('SELECT author, action, detail FROM change WHERE subject = $1 ORDER BY id', [id])

  test('a key is stored as a hash, ends by itself, and can be given another end', async () => {
    const { source } = database
    const { row, key } = await madeKey(
      { source },
      { name: 'report', role: 'analyst', operator: null, days: 30 },
      'admin',
    )
    expect(key).toMatch(/^tgk_[\w-]{43}$/)
    expect(row).toMatchObject({ name: 'report', role: 'analyst', revokedAt: null, lastUsedAt: null })
    expect(Math.abs(row.expiresAt.getTime() - row.createdAt.getTime() - 30 * DAY_MS)).toBeLessThan(
      DAY_MS / 12,
    )
    const [stored] = await source.query('SELECT to_jsonb(k)::text AS text FROM api_key AS k')
    expect(stored.text).not.toContain(key)
    const holder = () => findKeyHolder(source.manager, sha256(key))
    expect(await holder()).toEqual({
      id: row.id,
      name: 'report',
      role: 'analyst',
      operator: null,
      areas: null,
      state: 'valid',
    })
    await source.query(`UPDATE api_key SET expires_at = now()`)
    expect(await holder()).toMatchObject({ state: 'expired' })
    await extendApiKey(source, row.id, 1, 'other')
    expect(await holder()).toMatchObject({ state: 'valid' })
    expect(await logged(row.id)).toMatchObject([
      { author: 'admin', action: 'add api key', detail: { name: 'report', role: 'analyst' } },
      {
        author: 'other',
        action: 'extend api key',
        detail: { before: { expiresAt: expect.any(String) }, after: { expiresAt: expect.any(String) } },
      },
    ])
    expect(JSON.stringify(await logged(row.id))).not.toContain(key)
  })

  test('a use is noted once in five minutes', async () => {
    const { source } = database
    const { row } = await madeKey(
      { source },
      { name: 'busy', role: 'public', operator: null, days: 1 },
      'admin',
    )
    const lastUse = async () =>
      (await listApiKeys(source.manager)).find(({ id }) => id === row.id)!.lastUsedAt
    await noteKeyUse(source.manager, row.id)
    const first = await lastUse()
    expect(first).toBeInstanceOf(Date)
    await noteKeyUse(source.manager, row.id)
    expect(await lastUse()).toEqual(first)
    await source.query(`UPDATE api_key SET last_used_at = now() - interval '6 minutes' WHERE id = $1`, [
      row.id,
    ])
    await noteKeyUse(source.manager, row.id)
    expect((await lastUse())!.getTime()).toBeGreaterThanOrEqual(first!.getTime())
  })

  test('a revoked key stays revoked, and its name stays taken', async () => {
    const { source } = database
    const fields = { name: 'once', role: 'planner', operator: null, days: 1 } as const
    const { row, key } = await madeKey({ source }, fields, 'admin')
    expect(await revokeApiKey(source, row.id, 'admin')).toBe(true)
    expect(await revokeApiKey(source, row.id, 'admin')).toBe(false)
    expect(await extendApiKey(source, row.id, 30, 'admin')).toBeNull()
    expect(await findKeyHolder(source.manager, sha256(key))).toMatchObject({ state: 'revoked' })
    expect(await addApiKey(source, fields, 'admin')).toBeNull()
    expect((await logged(row.id)).map(({ action }: { action: string }) => action)).toEqual([
      'add api key',
      'revoke api key',
    ])
  })
})

/** How often one address may read. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
beforeAll(async () => {
  database = await demoDatabase()
})
afterAll(async () => {
  await database.drop()
})

describe('how often one address may ask', () => {
  let limited: TestServer
  beforeAll(async () => {
    limited = await serve(database, { readRateLimitPerMinute: 3 })
  })
  afterAll(() => limited.close())

  const ask = (path: string, headers: Record<string, string> = {}) => fetch(limited.url + path, { headers })

  test('is told in every answer, and refused beyond until the minute is over', async () => {
    const from = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }
    for (const left of ['2', '1', '0']) {
      const { status, headers } = await ask('/api/v1/runs', from)
      expect([status, headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual([
        200,
        '3',
        left,
      ])
      expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThan(0)
    }
    const refused = await ask('/api/v1/sites', from)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(await refused.json()).toMatchObject({
      status: 429,
      detail: expect.stringContaining('3 requests per minute'),
    })
    // What it says of others before the proxy is not believed; another address is another reader.
    expect((await ask('/api/v1/sites', { 'x-forwarded-for': '192.0.2.1, 203.0.113.9' })).status).toBe(429)
    expect((await ask('/api/v1/sites', { 'x-forwarded-for': '203.0.113.10' })).status).toBe(200)
    expect((await ask('/ogc/collections', from)).status).toBe(429)
  })

  test('has no more for who pretends to be the page, nor for who rotates within an IPv6 network', async () => {
    const statuses = async (headers: (i: number) => Record<string, string>) => {
      const answers = []
      for (let i = 0; i < 8; i++) answers.push((await ask('/api/v1/rules', headers(i))).status)
      return answers
    }
    const page = { 'x-forwarded-for': '203.0.113.30', 'sec-fetch-site': 'same-origin' }
    expect((await statuses(() => page)).filter((status) => status === 429)).toHaveLength(2)
    const rotating = await statuses((i) => ({ 'x-forwarded-for': `2001:db8:0:1:${i}::${i + 1}` }))
    expect(rotating).toEqual([200, 200, 200, 429, 429, 429, 429, 429])
    const others = await statuses((i) => ({ 'x-forwarded-for': `2001:db8:0:${i + 2}::1` }))
    expect(others).toEqual(others.map(() => 200))
  })

  test('is not counted for tiles, the page itself, and this machine', async () => {
    const from = { 'x-forwarded-for': '203.0.113.20' }
    for (let i = 0; i < 6; i++) {
      expect((await ask('/tiles/latest/cells/7/61/51.mvt', from)).status).toBe(200)
      expect((await ask('/api/v1/rules', { ...from, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
      const own = await ask('/api/v1/rules')
      expect([own.status, own.headers.get('ratelimit-remaining')]).toEqual([200, '3'])
    }
  })
})

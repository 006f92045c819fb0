/** Events of zones as a list and as a feed. */
import { SHIPPED_RULES } from '#domain'
import { EVENT_KINDS, classify } from '#store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

type Listed = {
  id: string
  at: string
  kind: string
  run: number
  rule: string
  zone: string
  regionCode: string
}

describe.each(ENGINES)('events on %s', (engine) => {
  let database: TestDatabase
  let server: TestServer
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await fillObservatory(database, new Date())
    const strict = SHIPPED_RULES.find(({ id }) => id === 'eu-2013')!
    await classify(database.source, { rule: strict, author: 'test' })
    // Half of the probes are flagged away: zones change in the run after.
    await database.source.query(
      `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment)
       SELECT cell, id, 'implausible', false, 'test', 'test' FROM probe WHERE operator = 'iam'`,
    )
    const floor = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    await classify(database.source, { rule: floor, author: 'test', full: true })
    server = await serve(database)
  })
  afterAll(async () => {
    await server?.close()
    await database?.drop()
  })

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${server.url}/api/v1/events${path}`, { headers })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text ? (JSON.parse(text) as never) : null }
  }
  const list = async (query: string) =>
    (await get(query)).body as unknown as { items: Listed[]; next: string | null }

  test('pages follow each other and are the whole: every event of every current run, the newest first', async () => {
    const all: Listed[] = []
    for (let next: string | null = ''; next !== null;) {
      const page = await list(`?limit=3${next && `&cursor=${next}`}`)
      all.push(...page.items)
      next = page.next
    }
    const stored: { id: string }[] = await database.source.query(
      `SELECT 'zone-' || r.id || '-' || e.zone_id AS id FROM zone_event AS e JOIN run AS r ON r.id = e.run_id
       ORDER BY r.created_at DESC, 1 DESC`,
    )
    expect(stored.length).toBeGreaterThan(3)
    expect(new Set(stored.map(({ id }) => id.split('-')[1])).size).toBeGreaterThan(1)
    expect(all.map(({ id }) => id)).toEqual(stored.map(({ id }) => id))
    expect(await list('?limit=1000')).toEqual({ items: all, next: null })
  })

  test('filters keep what they name', async () => {
    const { items } = await list('?limit=1000')
    for (const [query, keeps] of [
      ['rule=eu-2013', ({ rule }) => rule === 'eu-2013'],
      ['kind=zone.born', ({ kind }) => kind === 'zone.born'],
      ['kind=zone.resolved,zone.shrunk', ({ kind }) => ['zone.resolved', 'zone.shrunk'].includes(kind)],
      [`area=${items[0]!.regionCode}`, ({ regionCode }) => regionCode === items[0]!.regionCode],
      ['area=01', ({ regionCode }) => regionCode === '01'],
    ] as [string, (event: Listed) => boolean][])
      expect([query, (await list(`?limit=1000&${query}`)).items]).toEqual([query, items.filter(keeps)])
    for (const query of ['kind=zone.eaten', 'limit=1001', 'cursor=abc', 'area=x'])
      expect([query, (await get(`?${query}`)).status]).toEqual([query, 400])
  })

  test('the feed is JSON Feed 1.1 in three languages, and unchanged it answers 304', async () => {
    const first = await get('/feed.json?limit=2')
    expect(first.headers.get('content-type')).toMatch(/^application\/feed\+json/)
    expect(first.body).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      feed_url: `${server.url}/api/v1/events/feed.json?limit=2`,
      items: [{ id: expect.any(String), content_text: expect.any(String) }, {}],
    })
    const { next_url: next, items } = first.body as unknown as {
      next_url: string
      items: { id: string; date_published: string }[]
    }
    for (const { date_published: at } of items) expect(new Date(at).toISOString()).toBe(at)
    const second = (await (await fetch(next)).json()) as { items: { id: string }[] }
    expect(second.items[0]!.id).toBe((await list('?limit=3')).items[2]!.id)
    const again = await get('/feed.json?limit=2', { 'if-none-match': first.headers.get('etag')! })
    expect([again.status, again.body]).toEqual([304, null])
    const titles = await Promise.all(
      ['ar', 'fr', 'en'].map(
        async (lang) =>
          (await get(`/feed.json?lang=${lang}`)).body as unknown as { items: { title: string }[] },
      ),
    )
    expect(new Set(titles.map(({ items: [item] }) => item!.title)).size).toBe(3)
    expect(EVENT_KINDS).toHaveLength(7)
  })
})

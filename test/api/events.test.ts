/** Events of zones and of the plan as a list and as a feed. */
import { SHIPPED_RULES } from '#domain/rule'
import { editPlan, importPlan } from '#store/plan'
import { classify } from '#store/runs'
import { EVENT_KINDS } from '#store/subscriptions'
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
  item: string | null
  stateBefore: string | null
  simulated: boolean
}

describe.each(ENGINES)('events on %s', (engine) => {
  let database: TestDatabase
  let server: TestServer
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await fillObservatory(database, new Date())
    const strict = SHIPPED_RULES.find(({ id }) => id === 'eu-2013')!
    await classify(database.source, { rule: strict, author: 'test' })
    await fillPlan(database)
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
    const ofZones = all.filter(({ id }) => id.startsWith('zone-'))
    expect(stored.length).toBeGreaterThan(3)
    expect(new Set(stored.map(({ id }) => id.split('-')[1])).size).toBeGreaterThan(1)
    expect(ofZones.map(({ id }) => id)).toEqual(stored.map(({ id }) => id))
    expect(ofZones.length).toBeLessThan(all.length)
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    )
    expect(await list('?limit=1000')).toEqual({ items: all, next: null })
  })

  test('what became of each item of the plan is what was found of it, without what did not change', async () => {
    const { items } = await list('?limit=1000')
    const findings: { code: string; state: string; until: Date | null }[] = await database.source.query(
      'SELECT code, state, ended_at AS until FROM plan_finding ORDER BY code, begun_at',
    )
    const codes = [...new Set(findings.map(({ code }) => code))]
    expect(codes).toEqual(['P-1/é', 'P-2', 'P-3'])
    for (const code of codes) {
      const own = findings.filter((one) => one.code === code)
      const states = own.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1])
      if (own.at(-1)!.until) states.push('withdrawn')
      const events = items.filter(({ item }) => item === code).toReversed()
      expect(events.map(({ kind }) => kind)).toEqual(states.map((state) => `plan.${state}`))
      expect(events.map(({ stateBefore }) => stateBefore)).toEqual([null, ...states].slice(0, states.length))
    }
    const kinds = items.flatMap(({ item, kind }) => (item ? [kind] : []))
    expect(new Set(kinds).size).toBeGreaterThan(4)
    expect(items.find(({ item }) => item === 'P-2')).toMatchObject({ simulated: true, zone: null })
    expect((await list(`?kind=plan.late`)).items.map(({ item }) => item)).toEqual(['P-2'])
  })

  test('filters keep what they name', async () => {
    const { items } = await list('?limit=1000')
    for (const [query, keeps] of [
      ['rule=eu-2013', ({ rule }) => rule === 'eu-2013'],
      ['rule=ma-floor', ({ rule }) => rule === 'ma-floor'],
      ['kind=zone.born', ({ kind }) => kind === 'zone.born'],
      ['kind=zone.resolved,zone.shrunk', ({ kind }) => ['zone.resolved', 'zone.shrunk'].includes(kind)],
      [`area=${items[0]!.regionCode}`, ({ regionCode }) => regionCode === items[0]!.regionCode],
      ['area=01', ({ regionCode }) => regionCode === '01'],
    ] as [string, (event: Listed) => boolean][])
      expect([query, (await list(`?limit=1000&${query}`)).items]).toEqual([query, items.filter(keeps)])
    for (const query of ['limit=0', 'kind=zone.eaten', 'limit=1001', 'cursor=abc', 'area=x'])
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
    expect(EVENT_KINDS).toHaveLength(15)
  })
})

/** One that goes on and is measured, one that is late and withdrawn, one in service. */
async function fillPlan({ source }: TestDatabase): Promise<void> {
  const now = new Date()
  const about = { author: 'test', source: null, comment: 'test', now, preview: false }
  const place = { lat: 33.9, lng: -5.5 }
  const row = (line: number, code: string, fields: object) => ({ line, code, fields, place, comment: null })
  await importPlan(source, [row(2, 'P-1/é', { nameFr: 'Un' })], { ...about, simulated: false })
  await importPlan(source, [row(2, 'P-2', { nameFr: 'Deux', promisedBy: '2026-01-01' })], {
    ...about,
    simulated: true,
  })
  const served = { nameFr: 'Trois', operator: 'iam', technology: '4g' as const, inServiceOn: '2026-01-01' }
  await importPlan(source, [row(2, 'P-3', served)], { ...about, simulated: false })
  const edit = { author: 'test', now, place: null, comment: 'test', withdrawn: false }
  await editPlan(source, { ...edit, code: 'P-1/é', version: 1, fields: { awardedOn: '2026-01-01' } })
  await editPlan(source, { ...edit, code: 'P-1/é', version: 2, fields: { nameFr: 'Un autre' } })
  await editPlan(source, { ...edit, code: 'P-2', version: 1, fields: {}, withdrawn: true })
}

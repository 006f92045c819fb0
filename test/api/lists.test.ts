/** What all lists have in common: fields, orders, cursors, conditional GET. */
import { SHIPPED_RULES } from '#domain/rule'
import { recordChange } from '#store/people'
import { upsertSites } from '#store/sites'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await demoDatabase()
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })
const json = async <T>(path: string, headers: Record<string, string> = {}) =>
  (await (await get(path, headers)).json()) as T
interface List {
  items: Record<string, unknown>[]
  next: string | null
}

const LISTS = ['areas', 'zones', 'sites', 'cells', 'runs', 'rules', 'probes']

describe('lists', () => {
  test.each(LISTS)('%s: every field can be asked for by its name, alone with the id', async (list) => {
    const limit = list === 'rules' ? '' : '&limit=3'
    const { items } = await json<List>(`/api/v1/${list}?${limit.slice(1)}`)
    const names = Object.keys(items[0]!)
    const id =
      names.find(
        (name) =>
          ['id', 'code', 'h3'].includes(name) && name === { areas: 'code', sites: 'code', cells: 'h3' }[list],
      ) ?? 'id'
    const asked = await json<List>(`/api/v1/${list}?fields=${names.join(',')}${limit}`)
    expect(asked.items).toEqual(items)
    const other = names.find((name) => name !== id)!
    const { items: sparse, next } = await json<List>(`/api/v1/${list}?fields=${other}${limit}`)
    expect(sparse).toEqual(items.map((item) => ({ [id]: item[id], [other]: item[other] })))
    if (list !== 'rules' && list !== 'runs') expect(next).not.toBeNull()
    const wrong = await get(`/api/v1/${list}?fields=${other},colour${limit}`)
    expect(wrong.status).toBe(400)
    const { detail } = (await wrong.json()) as { detail: string }
    for (const name of names) expect(detail).toContain(name)
    expect(detail).toContain('"colour"')
  })

  test.each(LISTS.filter((list) => list !== 'probes'))('%s: 304 while nothing changes', async (list) => {
    const first = await get(`/api/v1/${list}`)
    const etag = first.headers.get('etag')!
    for (const known of [etag, etag.replace('W/', ''), `"x", ${etag}`]) {
      const again = await get(`/api/v1/${list}`, { 'if-none-match': known })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    await recordChange(database.source.manager, 'test', 'import', list)
    const changed = await get(`/api/v1/${list}`, { 'if-none-match': etag })
    expect(changed.status).toBe(list === 'cells' ? 304 : 200)
    expect((await get(`/api/v1/${list}?run=x&rule=%00`, { 'if-none-match': '"x"' })).status).toBe(400)
  })

  const through = async (path: string): Promise<Record<string, unknown>[]> => {
    const all: Record<string, unknown>[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List = await json(`${path}${cursor && `&cursor=${cursor}`}`)
      all.push(...page.items)
      cursor = page.next
    }
    return all
  }

  test('sites by code and by name, both ways, names of any script', async () => {
    const { manager } = database.source
    const site = { type: 'school' as const, communeCode: '01.051.01.01', lat: 35.2, lng: -3.9 }
    const names = ['École "A", 1', 'مدرسة', '\\', 'École "A", 1', '\u{1F3EB}']
    await upsertSites(
      manager,
      names.map((name, i) => ({ ...site, name, code: `T.${i}` })),
      { author: 'test', simulated: false },
    )
    const rows: { code: string }[] = await manager.query('SELECT code FROM site ORDER BY name, code')
    const byName = rows.map(({ code }) => code)
    const codes = async (sort: string) =>
      (await through(`/api/v1/sites?limit=90&sort=${sort}`)).map(({ code }) => code)
    expect(await codes('name')).toEqual(byName)
    expect(await codes('-name')).toEqual(byName.toReversed())
    const byCode = (await through('/api/v1/sites?limit=90')).map(({ code }) => code)
    expect(await codes('-code')).toEqual(byCode.toReversed())
    expect(new Set(byCode)).toEqual(new Set(byName))
    for (const wide of ['limit=1&sort=name', 'limit=1&sort=-name']) {
      const all = await through(`/api/v1/sites?bbox=-4,35,-3.8,35.3&${wide}`)
      expect(all.length).toBeGreaterThan(4)
    }
  })

  test('areas by their people, the most first, those that are not counted last', async () => {
    const all = await through('/api/v1/areas?limit=1000')
    const people = (await through('/api/v1/areas?limit=7&sort=-population')).map(
      ({ population }) => population,
    )
    const known = all.flatMap(({ population }) => (population === null ? [] : [Number(population)]))
    const unknown = Array.from({ length: all.length - known.length }, () => null)
    expect(people).toEqual([...known.toSorted((a, b) => b - a), ...unknown])
  })

  test('runs oldest first', async () => {
    const ids = async (sort: string) =>
      (await through(`/api/v1/runs?limit=2&sort=${sort}`)).map(({ id }) => id)
    expect(await ids('id')).toEqual((await ids('-id')).toReversed())
    expect((await ids('id')).length).toBeGreaterThanOrEqual(SHIPPED_RULES.length)
  })

  test('probes newest first, since and until, and cell by cell in a box', async () => {
    const { items } = await json<List>('/api/v1/probes?limit=50')
    const times = items.map(({ measuredAt }) => String(measuredAt))
    expect(times).toEqual(times.toSorted().toReversed())
    const [newest] = await database.source.query('SELECT max(measured_at) AS at FROM probe')
    expect(times[0]).toBe(newest.at.toISOString())
    const since = String(times[30])
    const later = await through(`/api/v1/probes?limit=20&since=${since}`)
    expect(later.map(({ id }) => id)).toEqual(
      items.filter((one) => String(one['measuredAt']) >= since).map(({ id }) => id),
    )
    const boxed = await json<List>('/api/v1/probes?limit=50&bbox=-6.9,33.9,-6.7,34.1')
    const cells = boxed.items.map(({ h3 }) => String(h3))
    expect(cells.length).toBeGreaterThan(1)
    expect(cells).toEqual(cells.toSorted())
  })

  test.each([
    ['/api/v1/probes?sort=speed', /sort .*-measuredAt, measuredAt, cell.*"speed"/],
    [
      '/api/v1/probes?bbox=-7,33,-6,34&sort=measuredAt',
      /sort must be cell where there is a bbox; it is "measuredAt"/,
    ],
    ['/api/v1/probes?sort=cell&since=2026-01-01', /sort must be -measuredAt or measuredAt/],
    ['/api/v1/probes?since=today', /since .*"today"/],
    ['/api/v1/probes?until=2026-13-01', /until .*"2026-13-01"/],
    ['/api/v1/sites?sort=speed', /sort .*code, -code, name, -name.*"speed"/],
    ['/api/v1/runs?sort=speed', /sort .*-id, id.*"speed"/],
    ['/api/v1/areas?sort=name', /sort/],
    ['/api/v1/sites?fields=', /fields .*""/],
    ['/api/v1/quarantine?fields=id', /./],
  ])('%s is refused', async (path, words) => {
    const answer = await get(path)
    expect([400, 401]).toContain(answer.status)
    expect(((await answer.json()) as { detail: string }).detail).toMatch(words)
  })

  test('a cursor belongs to the order it was made in', async () => {
    for (const list of ['probes?sort=-measuredAt', 'sites?sort=-name', 'areas?sort=-population']) {
      const { next } = await json<List>(`/api/v1/${list}&limit=2`)
      const other = list.replace('=-', '=')
      expect((await get(`/api/v1/${other}&cursor=${next}`)).status).toBe(400)
    }
  })
})

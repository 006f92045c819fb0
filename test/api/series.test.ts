/** Time series, aggregates, and what lists can be asked for: fields, orders, versions, limits. */
import { buildDemo } from '#demo'
import { type Series } from '../../apps/api/series/series.controller.js'
import { type AreaAggregates } from '../../apps/api/areas/aggregates.controller.js'
import { SHIPPED_RULES } from '#domain/rule'
import { recordChange } from '#store/people'
import { updateAreaSeries } from '#store/series'
import { upsertSites } from '#store/sites'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let analyst: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await buildDemo(database.source, new Date(), () => {})
  await updateAreaSeries(database.source)
  server = await serve(database)
  analyst = await signIn(server, database, 'analyst')
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

async function crowded(): Promise<{ code: string; h3: string }> {
  const [row] = await database.source.query(
    `SELECT site_code AS code, to_hex(cell) AS h3 FROM probe GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1`,
  )
  return row
}

describe('series', () => {
  test('of a site, by every step, with its gaps left out', async () => {
    const { code } = await crowded()
    for (const step of ['day', 'week', 'month'] as const) {
      const series = await json<Series>(
        `/api/v1/sites/${code}/series?step=${step}&metric=latencyMs,downloadBps`,
      )
      expect(series).toMatchObject({
        of: code,
        step,
        metrics: ['downloadBps', 'latencyMs'],
        timeZone: 'Africa/Casablanca',
        relativeError: 0,
        hiddenBuckets: 0,
        simulated: true,
      })
      expect(series.buckets.length).toBeGreaterThan(1)
      for (const bucket of series.buckets) {
        expect(bucket.samples).toBeGreaterThan(0)
        expect(String(bucket.start) >= String(series.from) && String(bucket.start) < String(series.to)).toBe(
          true,
        )
      }
      const figures = series.buckets.map(({ downloadBps }) => downloadBps).filter((spread) => spread != null)
      for (const { p10, median, p90 } of figures)
        expect([p10, median, p90]).toEqual([p10, median, p90].toSorted((a, b) => a - b))
    }
  })

  test('of a cell or an area: everybody sees what three devices measured, an analyst all', async () => {
    const { h3 } = await crowded()
    const open = await json<Series>(`/api/v1/cells/${h3}/series?step=month`)
    const all = await json<Series>(`/api/v1/cells/${h3}/series?step=month`, { cookie: analyst })
    expect(all.buckets.length).toBeGreaterThan(0)
    expect(all.hiddenBuckets).toBe(0)
    // The demonstration's measurements are all of offices' lines.
    expect(open.buckets).toEqual(all.buckets.filter(({ devices }) => devices >= 3))
    expect(open.hiddenBuckets).toBe(all.buckets.length - open.buckets.length)
    expect((await json<Series>('/api/v1/areas/01/series')).hiddenBuckets).toBeNull()
    expect((await json<Series>('/api/v1/areas/01/series', { cookie: analyst })).hiddenBuckets).toBe(0)
    const area = await json<Series>('/api/v1/areas/01/series?step=week', { cookie: analyst })
    expect(area.relativeError).toBe(0.02)
    expect(area.knownBefore).not.toBeNull()
    const sum = async (where: string) => {
      const [{ n }] = await database.source.query(
        `SELECT count(*)::integer AS n FROM probe JOIN cell_place USING (cell)
         WHERE region_code = '01' AND counted AND measured_at >= $1 AND measured_at < $2 ${where}`,
        [area.from, area.to],
      )
      return n as number
    }
    expect(area.buckets.reduce((total, { samples }) => total + samples, 0)).toBe(await sum(''))
    const some = await json<Series>(
      '/api/v1/areas/01/series?step=week&operator=maroc%20telecom&technology=4g',
      {
        cookie: analyst,
      },
    )
    expect(some.operator).toBe('iam')
    expect(some.buckets.reduce((total, { samples }) => total + samples, 0)).toBe(
      await sum(`AND operator = 'iam' AND technology = '4g'`),
    )
    const hours = await json<Series>('/api/v1/areas/01/series?step=hour', { cookie: analyst })
    expect([hours.relativeError, hours.knownBefore]).toEqual([0, null])
  })

  test.each([
    ['/api/v1/sites/none/series', 404, /no site has the code "none"/],
    ['/api/v1/areas/99/series', 404, /no area has the code "99"/],
    ['/api/v1/cells/x/series', 400, /h3 .* "x"/],
    ['/api/v1/cells/87398ab4dffffff/series', 400, /resolution 8/],
    ['/api/v1/areas/01/series?metric=speed', 400, /metric must be one or more of downloadBps.*"speed"/],
    ['/api/v1/areas/01/series?metric=downloadBps,', 400, /metric/],
    ['/api/v1/areas/01/series?step=year', 400, /step .*hour, day, week, month.*"year"/],
    ['/api/v1/areas/01/series?from=yesterday', 400, /from must be a day .*"yesterday"/],
    ['/api/v1/areas/01/series?from=2026-02-30', 400, /from .*"2026-02-30"/],
    ['/api/v1/areas/01/series?to=2026-02-01T10:00', 400, /to .*"2026-02-01T10:00"/],
    ['/api/v1/areas/01/series?from=2026-02-02&to=2026-02-02', 400, /from must lie before to/],
    [
      '/api/v1/areas/01/series?step=day&from=2020-01-01&to=2026-01-01',
      400,
      /more than 1000 buckets of step "day"/,
    ],
    [
      '/api/v1/areas/01/series?step=hour&from=2026-01-01&to=2026-01-06',
      400,
      /more than 72 buckets of step "hour"/,
    ],
    ['/api/v1/areas/01/series?technology=6g', 400, /technology .*"6g"/],
    ['/api/v1/areas/01/series?operator=', 400, /operator/],
    ['/api/v1/areas/01/series?colour=red', 400, /colour/],
  ])('%s is refused: %i', async (path, status, words) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(((await answer.json()) as { detail: string }).detail).toMatch(words)
  })
})

describe('aggregates', () => {
  test('of a level in one call: the numbers of the table, and what was measured', async () => {
    const answer = await json<AreaAggregates>('/api/v1/areas/aggregates?level=region&rule=ma-floor')
    const table = await json<{ items: Record<string, unknown>[] }>('/api/v1/areas/table?rule=ma-floor')
    expect(answer.items.map(({ measured: _measured, ...rest }) => rest)).toEqual(table.items)
    expect(answer.run.rule).toBe('ma-floor')
    for (const { code, measured } of answer.items) {
      const [exact] = await database.source.query(
        `SELECT count(*)::integer AS samples, count(DISTINCT device_id)::integer AS devices,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY download_bps::float8) FILTER (WHERE outcome = 'ok') AS median
         FROM probe JOIN cell_place USING (cell) WHERE region_code = $1 AND counted
           AND measured_at >= date_trunc('day', $2::timestamptz, 'Africa/Casablanca')
           AND measured_at < date_trunc('day', $3::timestamptz, 'Africa/Casablanca') + interval '24 hours'`,
        [code, answer.run.from, answer.run.to],
      )
      expect(measured!.samples).toBe(exact.samples)
      expect(Math.abs(measured!.devices - exact.devices)).toBeLessThan(exact.devices * 0.5)
      expect(Math.abs(measured!.downloadBps!.median - exact.median)).toBeLessThanOrEqual(
        exact.median * 0.02 + 1,
      )
    }
    const communes = await json<AreaAggregates>(
      '/api/v1/areas/aggregates?level=commune&parent=01&fields=nameFr',
    )
    expect(communes.items.length).toBeGreaterThan(10)
    for (const item of communes.items) expect(Object.keys(item)).toEqual(['code', 'nameFr'])
    expect(communes.items.every(({ code }) => code.startsWith('01.'))).toBe(true)
  })

  test('are the same packed and unpacked', async () => {
    const path = '/api/v1/areas/aggregates?level=province'
    const packed = await get(path)
    const plain = await get(path, { 'accept-encoding': 'identity' })
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual([
      'gzip',
      null,
    ])
    expect(packed.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await packed.text()).toBe(await plain.text())
  })

  test('are answered 304 until something changes', async () => {
    const path = '/api/v1/areas/aggregates?level=province'
    const etag = (await get(path)).headers.get('etag')!
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
    await recordChange(database.source.manager, 'test', 'import localities', 'some')
    await new Promise((waited) => setTimeout(waited, 1_100))
    const later = await get(path, { 'if-none-match': etag })
    expect(later.status).toBe(200)
    expect(later.headers.get('etag')).not.toBe(etag)
  })

  test.each([
    ['', 400, /level/],
    ['level=douar', 400, /level .*region, province, commune.*"douar"/],
    ['level=commune', 400, /parent must be given/],
    ['level=region&parent=01', 400, /parent must lie above level region; it is "01"/],
    ['level=province&parent=01.051', 400, /parent must lie above/],
    ['level=province&parent=x', 400, /parent must be the HCP code.*"x"/],
    ['level=province&parent=99', 404, /no area has the code "99"/],
    ['level=region&rule=none', 404, /"none"/],
    ['level=region&date=2001-01-01', 404, /2001-01-01/],
    ['level=region&fields=colour', 400, /fields must be some of code, .*"colour"/],
  ])('%s is refused: %i', async (query, status, words) => {
    const answer = await get(`/api/v1/areas/aggregates?${query}`)
    expect(answer.status).toBe(status)
    expect(((await answer.json()) as { detail: string }).detail).toMatch(words)
  })
})

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
    expect(await refused.json()).toMatchObject({ status: 429, detail: expect.stringContaining('3 a minute') })
    // What it says of others before the proxy is not believed; another address is another reader.
    expect((await ask('/api/v1/sites', { 'x-forwarded-for': '192.0.2.1, 203.0.113.9' })).status).toBe(429)
    expect((await ask('/api/v1/sites', { 'x-forwarded-for': '203.0.113.10' })).status).toBe(200)
    expect((await ask('/ogc/collections', from)).status).toBe(429)
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

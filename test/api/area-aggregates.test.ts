/** `/api/v1/areas/aggregates`: all areas of a level in one answer. */
import { type AreaAggregates } from '../../apps/api/areas/aggregates.controller.js'
import { recordChange } from '#store/people'
import { updateAreaSeries } from '#store/series'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await demoDatabase()
  await updateAreaSeries(database.source)
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })
const json = async <T>(path: string, headers: Record<string, string> = {}) =>
  (await (await get(path, headers)).json()) as T

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

/** `/api/v1/{sites,cells,areas}/…/series`: measurements over time. */
import { type Series } from '../../apps/api/series/series.controller.js'
import { updateAreaSeries } from '#store/series'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let analyst: string
beforeAll(async () => {
  database = await demoDatabase()
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
    ['/api/v1/areas/01/series?from=2026-02-02&to=2026-02-02', 400, /from must be before to/],
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

/** Platforms over HTTP: what a site's lines carry, how many sites of an area do, and the catalogue that administrators change. */
import { SHIPPED_CATALOGUE } from '#domain/platform'
import { DAY_MS } from '#domain/units'
import { cellAt, cellToSql } from '#geo'
import { type CatalogueVersion, refreshSitePlatforms } from '#store/platforms'
import { ensureProbeMonths } from '#store/probes'
import { upsertSites } from '#store/sites'
import type { PlatformBoard } from '../../apps/api/platforms/platforms.controller.js'
import type { SitePlatforms } from '../../apps/api/platforms/site-platforms.controller.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertAsGiven } from '../store/oracle.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'
import { type TestServer, serve, signIn } from '../support/server.js'

/** A Wednesday; the days before are in the same month. */
const NOW = Date.parse('2026-04-29T12:00:00Z')
const SITE = {
  name: 'Commune',
  type: 'council' as const,
  communeCode: '01.051.01.01',
  lat: 35.2447,
  lng: -3.9317,
}
const CELL = cellToSql(cellAt(SITE.lat, SITE.lng))

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  const { source } = database
  await ensureProbeMonths(source.manager, ['2026-04-01'])
  await upsertSites(
    source.manager,
    ['LINE', 'SILENT'].map((code) => ({ ...SITE, code })),
    { author: 'test', simulated: false },
  )
  // Ten mornings of working days: a satellite that is fast, and an ADSL line that sends slowly.
  const days = [1, 2, 5, 6, 7, 8, 9, 12, 13, 14].map((ago) => NOW - ago * DAY_MS)
  const probes = days.flatMap((at) => [
    probeRow(at, null, {
      operator: 'iam',
      technology: 'adsl',
      downloadBps: 12e6,
      uploadBps: 0.585e6,
      latencyMs: 30,
    }),
    probeRow(at, null, {
      operator: 'orange',
      technology: 'satellite_geo',
      downloadBps: 40e6,
      uploadBps: 5e6,
      latencyMs: 640,
    }),
  ])
  await insertAsGiven(
    source,
    probes.map((row) => ({ ...row, cell: CELL, site_code: 'LINE' })),
  )
  await refreshSitePlatforms(source, new Date(NOW))
  server = await serve(database, {}, null, () => NOW)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/${path}`, { headers })
const json = async <T>(path: string) => (await (await get(path)).json()) as T

test('a site tells for each line what it carries, what fails, and how long a clerk waits', async () => {
  const answer = await json<SitePlatforms>('sites/LINE/platforms')
  expect(answer).toMatchObject({ site: 'LINE', simulated: false, catalogue: { version: 1, author: 'setup' } })
  const [adsl, satellite] = answer.lines
  expect([adsl!.technology, satellite!.technology]).toEqual(['adsl', 'satellite_geo'])
  expect(adsl!.office.download).toEqual({ value: 12e6, samples: 10, days: 10 })
  const civilStatus = adsl!.platforms.find(({ platform }) => platform === 'civil-status')!
  expect(civilStatus).toMatchObject({ state: 'fails', failing: ['upload'], people: null })
  expect(Math.round(civilStatus.transferSeconds!)).toBe(41)
  expect(satellite!.platforms.find(({ platform }) => platform === 'watiqa')).toMatchObject({
    state: 'fails',
    failing: ['latency'],
  })
  expect((await json<SitePlatforms>('sites/SILENT/platforms')).lines).toEqual([])
  expect((await get('sites/NONE/platforms')).status).toBe(404)
})

test('an area counts its sites; a site that measured nothing is unknown', async () => {
  const board = await json<PlatformBoard>('areas/01.051/platforms')
  expect(board).toMatchObject({ area: '01.051', type: null, sites: 2, measured: 1, simulated: false })
  const watiqa = board.items.find(({ platform }) => platform === 'watiqa')
  expect(watiqa).toEqual({ platform: 'watiqa', carries: 0, offPeak: 0, fails: 1, unknown: 1 })
  const stored = board.items.find(({ platform }) => platform === 'store-and-forward')
  expect(stored).toMatchObject({ carries: 1, unknown: 1 })
  expect((await json<PlatformBoard>('platforms/counts')).items).toEqual(board.items)
  expect(await json<PlatformBoard>('areas/01/platforms?type=school')).toMatchObject({
    type: 'school',
    sites: 0,
  })
  expect((await get('areas/99/platforms')).status).toBe(404)
  expect((await get('areas/01/platforms?type=castle')).status).toBe(400)
})

test('the table has a row for each site, line and platform', async () => {
  const text = await (await get('areas/01.051/platforms.csv')).text()
  const [head, ...lines] = text.trim().split('\r\n')
  expect(head).toContain('site_code,name,name_ar,type,commune_code,operator,technology,platform,state,people')
  // Two lines of one site, and the silent site once.
  expect(lines).toHaveLength(3 * SHIPPED_CATALOGUE.platforms.length)
  expect(lines.every((line) => line.split(',').length === head!.split(',').length)).toBe(true)
  expect(lines.filter((line) => line.startsWith('SILENT')).every((line) => line.includes(',unknown,'))).toBe(
    true,
  )
  const workbook = await get('areas/01.051/platforms.xlsx')
  expect(workbook.status).toBe(200)
  expect(workbook.headers.get('content-type')).toContain('spreadsheetml')
})

test('administrators write a catalogue; its versions stay, and the sites are judged by the new one', async () => {
  const cookie = await signIn(server, database, 'administrator')
  const planner = await signIn(server, database, 'planner')
  const save = (body: object, by = cookie) =>
    fetch(`${server.url}/api/v1/platforms`, {
      method: 'POST',
      headers: { cookie: by, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const [first] = SHIPPED_CATALOGUE.platforms
  const body = {
    ...SHIPPED_CATALOGUE,
    platforms: [{ ...first!, id: 'sewa', maxLatencyMs: 1_000, baseUpBps: 0, perPersonUpBps: 0 }],
    base: 1,
    comment: 'a new platform',
  }
  expect((await save(body, planner)).status).toBe(403)
  const refused = await save({ ...body, comment: ' ', platforms: [{ ...first!, baseUpBps: -1 }] })
  expect(refused.status).toBe(422)
  const { detail } = (await refused.json()) as { detail: string }
  expect(detail).toContain('comment must say why')
  expect(detail).toContain('platform 1: baseUpBps must be a number from 0 to 100000000000; it is -1')
  expect((await save([])).status).toBe(422)
  const saved = await save(body)
  expect(saved.status).toBe(201)
  expect(await saved.json()).toMatchObject({
    version: 2,
    author: 'test-administrator',
    comment: 'a new platform',
  })
  expect((await save(body)).status).toBe(409)
  expect(await json<CatalogueVersion>('platforms')).toMatchObject({ version: 2, platforms: [{ id: 'sewa' }] })
  const { items } = await json<{ items: CatalogueVersion[] }>('platforms/history')
  expect(items.map(({ version }) => version)).toEqual([2, 1])
  // Nobody has judged the sites by it yet: what it asks is not known.
  expect((await json<PlatformBoard>('areas/01/platforms')).items).toMatchObject([
    { platform: 'sewa', unknown: 2 },
  ])
  await refreshSitePlatforms(database.source, new Date(NOW))
  expect((await json<PlatformBoard>('areas/01/platforms')).items).toMatchObject([{ carries: 1, unknown: 1 }])
})

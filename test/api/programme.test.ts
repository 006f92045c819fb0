/** The programme over HTTP: lines that planners report, the board, the follow-up list and the settings. */
import { SHIPPED_SETTINGS } from '#domain/programme'
import type { ProgrammeSite } from '#store/programme'
import type { ProgrammeBoard } from '../../apps/api/programme/programme.controller.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let planner: string
let administrator: string
const NOW = Date.parse('2026-04-29T12:00:00Z')
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await siteWithDevice(database, 'S1')
  await siteWithDevice(database, 'S2')
  await database.source.query(`UPDATE device SET last_measured_at = $1 WHERE site_code = 'S1'`, [
    new Date(NOW),
  ])
  server = await serve(database, {}, null, () => NOW)
  planner = await signIn(server, database, 'planner')
  administrator = await signIn(server, database, 'administrator')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const send = (method: string, path: string, body: object, cookie: string) =>
  fetch(`${server.url}/api/v1/${path}`, {
    method,
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/${path}`, { headers })
const json = async <T>(path: string) => (await (await get(path)).json()) as T

const LINE = {
  version: null,
  operator: 'Maroc Telecom',
  technology: 'fibre',
  contract: 'M-2026-014',
  surveyedOn: '2026-01-15',
  contractedOn: '2026-02-10',
  installedOn: '2026-03-01',
  comment: 'the contract was signed',
}

test('a planner reports a line; everybody reads it, and only people with the role its history', async () => {
  expect((await send('PUT', 'sites/S1/lines/main', LINE, '')).status).toBe(401)
  const saved = await send('PUT', 'sites/S1/lines/main', LINE, planner)
  expect(saved.status).toBe(200)
  expect(await saved.json()).toMatchObject({ siteCode: 'S1', role: 'main', operator: 'iam', version: 1 })
  expect((await send('PUT', 'sites/S1/lines/main', LINE, planner)).status).toBe(409)
  const wrong = await send(
    'PUT',
    'sites/S1/lines/main',
    { ...LINE, version: 1, installedOn: '2026-02-01' },
    planner,
  )
  expect(wrong.status).toBe(422)
  expect(((await wrong.json()) as { detail: string }).detail).toContain(
    'installedOn is "2026-02-01": must not be before',
  )
  expect(
    (await send('PUT', 'sites/S1/lines/main', { ...LINE, installedOn: '2026-02-31' }, planner)).status,
  ).toBe(400)
  expect((await send('PUT', 'sites/S1/lines/third', LINE, planner)).status).toBe(404)
  expect((await send('PUT', 'sites/NONE/lines/main', LINE, planner)).status).toBe(404)
  expect(await json('sites/S1/lines')).toMatchObject({ items: [{ role: 'main', contract: 'M-2026-014' }] })
  expect((await get('sites/S1/lines/history')).status).toBe(401)
  const history = await get('sites/S1/lines/history', { cookie: planner })
  expect(await history.json()).toMatchObject({
    items: [{ version: 1, author: 'test-planner', comment: 'the contract was signed' }],
  })
})

test('the board counts, with targets and their sources', async () => {
  const board = await json<ProgrammeBoard>('programme/board?by=province')
  expect(board).toMatchObject({ area: null, by: 'province', simulated: false, settings: { version: 1 } })
  expect(board.targets[0]).toMatchObject({
    id: 'fibre-sites',
    sites: 6_300,
    reached: 1,
    verification: 'quoted',
  })
  expect(board.items).toMatchObject([
    {
      key: '01.051',
      steps: { listed: 2, surveyed: 1, contracted: 1, installed: 1, measured: 1, carries: 0 },
      devices: { live: 1, at_risk: 0, dropped: 0, never: 1, no_device: 0 },
      withDevice: 2,
      reporting: 1,
      contractsStored: 1,
    },
  ])
  expect(board.items[0]!.nameAr).toMatch(/[\u0600-\u06ff]/)
  expect((await json<ProgrammeBoard>('programme/board?by=type&area=02')).items).toEqual([])
  expect((await get('programme/board?area=99')).status).toBe(404)
  expect((await get('programme/board?by=river')).status).toBe(400)
})

test('the follow-up list and its table', async () => {
  const { items } = await json<{ items: ProgrammeSite[] }>('programme/sites?device=never')
  expect(items).toMatchObject([
    { code: 'S2', standing: 'listed', device: 'never', line: null, measuredOn: null },
  ])
  const first = await json<{ items: ProgrammeSite[]; next: string }>('programme/sites?limit=1')
  expect(first.items).toMatchObject([{ code: 'S1', standing: 'measured', measuredOn: '2026-04-29' }])
  expect(await json(`programme/sites?limit=2&cursor=${first.next}`)).toMatchObject({
    items: [{ code: 'S2' }],
    next: null,
  })
  const text = await (await get('programme/sites.csv?missing=installed')).text()
  expect(text.trim().split('\r\n')).toHaveLength(2)
  expect(text).toContain('S2,')
  expect((await get('programme/sites.xlsx')).headers.get('content-type')).toContain('spreadsheetml')
})

test('administrators change the settings; versions stay', async () => {
  const body = { ...SHIPPED_SETTINGS, requiredPlatforms: ['watiqa'], base: 1, comment: 'one platform first' }
  expect((await send('POST', 'programme/settings', body, planner)).status).toBe(403)
  const refused = await send(
    'POST',
    'programme/settings',
    { ...body, requiredPlatforms: ['sewa'] },
    administrator,
  )
  expect(refused.status).toBe(422)
  expect((await send('POST', 'programme/settings', body, administrator)).status).toBe(201)
  expect((await send('POST', 'programme/settings', body, administrator)).status).toBe(409)
  expect(await json('programme/settings')).toMatchObject({ version: 2, requiredPlatforms: ['watiqa'] })
  const { items } = await json<{ items: { version: number }[] }>('programme/settings/history')
  expect(items.map(({ version }) => version)).toEqual([2, 1])
})

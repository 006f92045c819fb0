/** A campaign of measuring: what it says beforehand of each test is what the test does. */
import type { Rule } from '#domain/rule'
import { cellToSql } from '#geo'
import { type RunRow, classify } from '#store/runs'
import { evidenceAt } from '#store/verdicts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CampaignAnswer } from '../../apps/api/sampling/campaign-answer.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { OPEN_CELLS, type Visit, carryOut, fillOpenPlaces } from '../support/open-places.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let rule: Rule
let run: RunRow
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  ;({ rule, run } = await fillOpenPlaces(database))
  server = await serve(database)
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

const get = (path: string) => fetch(`${server.url}/api/v1/sampling/campaign${path}`)
const campaign = async (query = ''): Promise<CampaignAnswer> =>
  (await (await get(`?area=01.051&rule=campaign${query}`)).json()) as CampaignAnswer

test('it visits the places of which something is known, the most people first, and names operator and tests', async () => {
  const { stops, samples, operators, counting, ...answer } = await campaign()
  expect(answer).toMatchObject({
    run: run.id,
    rule: 'campaign',
    area: { code: '01.051' },
    left: 0,
    simulated: false,
  })
  expect(stops.map(({ h3 }) => h3).toSorted()).toEqual(OPEN_CELLS.toSorted())
  expect(stops[0]).toMatchObject({
    rank: 1,
    population: 2500,
    partial: 'served',
    operatorsMin: 1,
    operatorsMax: 3,
  })
  expect(
    stops.toSorted((a, b) => a.rank - b.rank).map(({ population, decides }) => population * decides),
  ).toEqual(stops.map(({ population, decides }) => population * decides).toSorted((a, b) => b - a))
  for (const { tests, partial } of stops) {
    expect(['inwi', 'orange']).toEqual(expect.arrayContaining(tests.map(({ operator }) => operator)))
    expect(tests.length).toBeGreaterThan(0)
    for (const one of tests) {
      expect(one).toMatchObject({ technology: '4g', technologies: ['3g', '4g'], hours: rule.minHours })
      expect(one.samples).toBe(one.devices * one.days * one.samplesPerDay)
      expect(one.ifServes.class).toBe(partial === 'served' ? 'black' : 'unknown')
    }
  }
  expect(samples).toBe(stops.flatMap(({ tests }) => tests).reduce((sum, one) => sum + one.samples, 0))
  for (const { operator, stops: n } of operators)
    expect(n).toBe(stops.filter(({ tests }) => tests.some((one) => one.operator === operator)).length)
  expect(counting).toMatchObject({
    perDeviceDay: rule.deviceDayCap,
    minSamples: rule.minSamples,
    hours: null,
  })
})

test('a smaller campaign takes the first in rank and says how many are left', async () => {
  const { stops, left } = await campaign('&stops=1')
  expect(stops).toMatchObject([{ rank: 1, population: 2500 }])
  expect(left).toBe(3)
})

test('the money of the plan ranks first where it is asked for', async () => {
  await database.source.query(
    `INSERT INTO plan_item (code, version, name_fr, lat, lng, cells, technology, withdrawn, simulated, comment, author, begun_at)
     VALUES ('P-1', 1, 'x', 35.2, -3.9, ARRAY[$1::bigint], '4g', false, false, 'x', 'test', now())`,
    [cellToSql(OPEN_CELLS[3]!)],
  )
  const { stops } = await campaign('&sort=money')
  const [first] = stops
  expect(first).toMatchObject({ rank: 1, h3: OPEN_CELLS[3], population: 40 })
  expect(first!.atStakeMad).toBeGreaterThan(1_000_000)
  expect(stops.filter(({ atStakeMad }) => atStakeMad === null)).toHaveLength(3)
})

test('a table, waypoints and a sheet say the same in three languages', async () => {
  const csv = await get('/file?area=01.051&rule=campaign&format=csv')
  expect(csv.headers.get('content-disposition')).toContain('campaign-01.051.csv')
  const lines = (await csv.text()).trim().split('\r\n')
  expect(lines[0]).toContain('operator,technologies,devices,days,tests_per_day,tests')
  const { stops } = await campaign()
  expect(lines).toHaveLength(1 + stops.flatMap(({ tests }) => tests).length)
  const gpx = await (await get('/file?area=01.051&rule=campaign&format=gpx&lang=en')).text()
  expect(gpx.match(/<wpt /g)).toHaveLength(4)
  expect(gpx.match(/<rtept /g)).toHaveLength(4)
  expect(gpx).toContain('1. Aït &#60;1&#62;')
  for (const [lang, texts] of [
    ['ar', ['dir="rtl"', 'حملة قياس', 'أورنج المغرب (4G)']],
    ['fr', ['Campagne de mesure', 'Orange Maroc (4G)', 's’ils réussissent']],
    ['en', ['Measuring campaign', 'Orange Morocco (4G)', 'if they pass: black']],
  ] as const) {
    const html = await (await get(`/file?area=01.051&rule=campaign&format=html&lang=${lang}`)).text()
    for (const text of texts) expect(html).toContain(text)
    expect(html).not.toContain('Aït <1>')
  }
})

test.each([
  ['?area=01', 400, 'area'],
  ['?rule=campaign', 400, 'area'],
  ['?area=99.999&rule=campaign', 404, '99.999'],
  ['?area=01.051&rule=campaign&sort=colour', 400, 'colour'],
  ['?area=01.051&rule=campaign&stops=101', 400, 'stops'],
  ['/file?area=01.051&rule=campaign&format=kml', 400, 'kml'],
])('%s is refused', async (query, status, text) => {
  const answer = await get(query)
  expect(answer.status).toBe(status)
  expect(((await answer.json()) as { detail: string }).detail).toContain(text)
})

test('every test that it asks for counts, and does what was said beforehand', async () => {
  const { stops } = await campaign()
  // Where iam serves, the operator to be tried first serves too; elsewhere nobody does.
  const first = stops.map(({ h3, partial, tests: [tested] }) => ({
    h3,
    ...tested!,
    passes: partial === 'served',
  }))
  await carryOut(database, first, 6)
  await expectOutcomes(first)

  const rest = (await campaign()).stops.map(({ h3, tests: [tested] }) => ({ h3, ...tested!, passes: false }))
  expect(rest).toHaveLength(2)
  await carryOut(database, rest, 1)
  await expectOutcomes(rest)
  expect((await campaign()).stops).toEqual([])
})

async function expectOutcomes(visits: readonly (Visit & CampaignAnswer['stops'][number]['tests'][number])[]) {
  run = await classify(database.source, { rule, author: 'test' })
  for (const { h3, operator, passes, samples, devices, days, ifServes, ifNot } of visits) {
    const networks = await evidenceAt(database.source.manager, run, cellToSql(h3))
    expect(networks.find((network) => network.operator === operator)).toMatchObject({
      samples,
      weight: samples * 1000,
      passes: passes ? samples : 0,
      devices,
      days,
    })
    const answer = await fetch(`${server.url}/api/v1/cells/${h3}?rule=campaign`)
    expect(((await answer.json()) as { verdict: string }).verdict).toBe((passes ? ifServes : ifNot).class)
  }
}

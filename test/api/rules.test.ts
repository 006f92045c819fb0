import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let planner: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  planner = await signIn(server, database, 'planner')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const post = (path: string, body: unknown, cookie = planner) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie && { cookie }) },
    body: JSON.stringify(body),
  })
const mine: Rule = { ...SHIPPED_RULES[1]!, id: 'my-rule', version: 77, minDownloadBps: 45e6 }

test('a planner keeps a rule of his own: the same data are one version, other data the next', async () => {
  const saved = (await (await post('/api/v1/rules', mine)).json()) as Rule & {
    sentence: Record<string, string>
  }
  expect(saved).toMatchObject({ id: 'my-rule', version: 1, minDownloadBps: 45e6 })
  for (const sentence of Object.values(saved.sentence)) expect(sentence).toContain('45')
  expect(await (await post('/api/v1/rules', mine)).json()).toMatchObject({ version: 1 })
  expect(await (await post('/api/v1/rules', { ...mine, minDays: 5 })).json()).toMatchObject({
    version: 2,
    minDays: 5,
  })
  const first = await database.source.query(
    `SELECT definition FROM rule WHERE id = 'my-rule' AND version = 1`,
  )
  expect(first[0].definition).toMatchObject({ minDays: mine.minDays })
  const run = await post('/api/v1/runs', { rule: 'my-rule' })
  expect(await run.json()).toMatchObject({ rule: 'my-rule', ruleVersion: 2 })
})

test('what is no rule is refused by field and value, and nobody but a planner keeps one', async () => {
  const bad = await post('/api/v1/rules', { ...mine, passShare: 2, minDays: 'three' })
  expect(bad.status).toBe(422)
  const { detail } = (await bad.json()) as { detail: string }
  expect(detail).toContain('passShare')
  expect(detail).toContain('"three"')
  expect((await post('/api/v1/rules', { ...mine, id: 'ma-floor' })).status).toBe(422)
  expect((await post('/api/v1/rules', [1])).status).toBe(422)
  expect((await post('/api/v1/rules', mine, '')).status).toBe(401)
  expect((await post('/api/v1/rules', mine, await signIn(server, database, 'analyst'))).status).toBe(403)
})

test('a cell, a run and a list may be asked for as they stood on a date', async () => {
  await post('/api/v1/runs', { rule: 'ma-floor' })
  const today = new Date().toLocaleDateString('en-CA', { timeZone: 'Africa/Casablanca' })
  const cell = (query: string) => fetch(`${server.url}/api/v1/cells/8839ab8095fffff?rule=ma-floor&${query}`)
  expect((await cell(`date=${today}`)).status).toBe(200)
  expect((await cell('date=2020-01-01')).status).toBe(404)
  expect((await cell('date=yesterday')).status).toBe(400)
})

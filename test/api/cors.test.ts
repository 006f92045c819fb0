/** A page of another site reads public data in Chromium, and changes nothing with its reader's cookie. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { builtDocument, type TestServer, serve, signIn } from '../support/server.js'

const document = builtDocument()

let database: TestDatabase
let server: TestServer
let elsewhere: Server
let browser: Browser
let page: Page
let run: number
let cookie: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  run = (await fillObservatory(database, new Date())).id
  server = await serve(database)
  cookie = await signIn(server, database, 'administrator')
  elsewhere = createServer((_, reply) => void reply.setHeader('content-type', 'text/html').end('<p>'))
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  browser = await launch()
  const context = await browser.newContext()
  const [name, value] = cookie.split('=') as [string, string]
  // Another port is another origin and yet the same site: SameSite does not keep the cookie back.
  await context.addCookies([{ name, value, url: server.url, httpOnly: true, sameSite: 'Strict' }])
  page = await context.newPage()
  await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
})
afterAll(async () => {
  await browser?.close()
  elsewhere?.close()
  await server?.close()
  await database?.drop()
})

const ask = (path: string, options: RequestInit & { cache?: string } = {}) =>
  page.evaluate(
    async ([url, init]) => {
      try {
        const answer = await fetch(url, init)
        const bytes = (await answer.arrayBuffer()).byteLength
        return { status: answer.status, bytes, headers: Object.fromEntries(answer.headers) }
      } catch (error) {
        return String(error)
      }
    },
    [server.url + path, options] as const,
  )

test.each([
  ['the newest TileJSON', '/tiles/latest/cells/tilejson.json', 200],
  ['a tile of the newest run', '/tiles/latest/cells/6/31/25.mvt', 200],
  ['OGC’s landing page', '/ogc', 200],
  ['a page of features', '/ogc/collections/zones/items?limit=1', 200],
  ['a whole file', '/api/v1/export/areas.csv', 200],
  ['a refusal', '/ogc/collections/zones/items?bbox=here', 400],
])('%s is read', async (_, path, status) => {
  expect(await ask(path)).toMatchObject({ status, bytes: expect.any(Number) })
})

test('a part of a file is read, and which part it is', async () => {
  // Chromium would cut the part from the packed whole that it has kept.
  const part = await ask('/api/v1/export/areas.csv', { headers: { range: 'bytes=0-9' }, cache: 'no-store' })
  expect(part).toMatchObject({
    status: 206,
    bytes: 10,
    headers: { 'content-range': expect.stringMatching(/^bytes 0-9\//) },
  })
})

test('what knows who asks is not read, with the cookie or without', async () => {
  for (const path of ['/api/v1/session', '/api/v1/disputes', '/api/v1/accounts', '/api/v1/quarantine'])
    for (const credentials of ['include', 'omit'] as const)
      expect([path, await ask(path, { credentials })]).toEqual([path, expect.stringContaining('Failed')])
  // Not even public data with a cookie: the answer to `*` is kept from the page.
  expect(await ask('/ogc', { credentials: 'include' })).toContain('Failed')
})

test('nothing is changed with the reader’s cookie, by any kind of body that needs no question before', async () => {
  const site = { code: 'X', name: 'X', type: 'school', communeCode: '01.051.01.01', lat: 34, lng: -6 }
  for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded'])
    await ask('/api/v1/sites', {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': type },
      body: JSON.stringify(site),
    })
  await ask('/api/v1/plan/import', {
    method: 'POST',
    credentials: 'include',
    headers: { 'content-type': 'text/plain' },
    body: 'code,nom,lat,lng\nP-1,x,33.9,-5.5\n',
  })
  const made = await database.source.query(
    `SELECT (SELECT count(*) FROM site WHERE code = 'X') + (SELECT count(*) FROM plan_item) AS n`,
  )
  expect(made).toEqual([{ n: '0' }])
})

test('only tiles, OGC’s collections and files are open to other sites', async () => {
  const asked = Object.entries(document.paths).flatMap(([path, operations]) => {
    const parameters = operations['get']?.parameters.filter((one) => one.in === 'path')
    return parameters
      ? [parameters.reduce((text, { name, example }) => text.replace(`{${name}}`, String(example)), path)]
      : []
  })
  const paths = asked.map((path) => path.replace('/tiles/latest/', `/tiles/${run}/`))
  const open: string[] = []
  for (const path of paths) {
    const answer = await fetch(server.url + path, { method: 'HEAD', headers: { cookie }, redirect: 'manual' })
    if (answer.headers.has('access-control-allow-origin')) open.push(path)
  }
  expect(open).toEqual(paths.filter((path) => /^\/(tiles|ogc|api\/v1\/export)/.test(path)))
  expect(open.length).toBeGreaterThan(10)
})

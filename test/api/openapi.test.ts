/** The OpenAPI document as it was built: complete, clean by a public linter, and served with a page to try it on. */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Schema } from '../../apps/api/openapi/type-schema.js'
import { SHOTS, launch } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { BUILT_DOCUMENT, type TestServer, builtDocument, serve } from '../support/server.js'

const text = readFileSync(BUILT_DOCUMENT, 'utf8')
const document = builtDocument()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

let database: TestDatabase
let server: TestServer
let browser: Browser

beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await database?.drop()
})

test('Redocly finds nothing by its recommended rules', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const found = await lintFromString({ source: text, absoluteRef: BUILT_DOCUMENT, config })
  // Where a caller says nothing (no parameter, no body, no right), nothing that was said can be wrong.
  const silent = operations.filter(
    (one) => one.parameters.length === 0 && !one.requestBody && one.security!.length === 0,
  )
  const isExcused = ({ ruleId, location }: (typeof found)[number]) =>
    ruleId === 'operation-4xx-response' &&
    silent.some(({ path }) => location[0]?.pointer?.includes(path.replace(/\//g, '~1')))
  expect(found.filter((one) => !isExcused(one)).map((one) => `${one.ruleId}: ${one.message}`)).toEqual([])
})

test('every answer has a type, every refusal is a problem, every parameter an example', () => {
  const answers = operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).map(([status, { $ref, content }]) => ({ operationId, status, $ref, content })),
  )
  const isBare = (schema: Schema) => Object.keys(schema).length === 0
  expect(
    answers.filter(
      ({ status, content }) =>
        /^20[01]$/.test(status) && Object.values(content ?? {}).every(({ schema }) => isBare(schema)),
    ),
  ).toEqual([])
  expect(
    answers.filter(({ status, $ref }) => status.startsWith('4') && !$ref?.includes('/responses/')),
  ).toEqual([])
  // Columns of OGC's collections are as many as the data have; what they mean is said.
  const own = operations.filter(({ path }) => !path.startsWith('/ogc/collections/'))
  const without = own.flatMap(({ operationId, parameters }) =>
    parameters.filter(({ example }) => example === undefined).map(({ name }) => `${operationId} ${name}`),
  )
  expect(without).toEqual([])
})

test('operations say who may, and fields their units', () => {
  const one = (id: string) => operations.find(({ operationId }) => operationId === id)!
  expect(one('probesPost').security).toEqual([{ device: [] }])
  expect(one('importPost').security).toEqual([{ session: [] }, { key: [] }, { device: [] }])
  expect(one('runsClassify').description).toContain('role planner')
  expect(Object.keys(one('runsClassify').responses)).toEqual([
    '201',
    '400',
    '401',
    '403',
    '404',
    '408',
    '413',
    '415',
    '422',
    '503',
  ])
  expect(Object.keys(one('testsBegin').responses)).toContain('503')
  expect(Object.keys(one('sessionSignIn').responses)).toContain('429')
  // Its exceptions stand in a table.
  expect(Object.keys(one('disputesAdd').responses)).toContain('409')
  expect(Object.keys(one('budgetAllocate').responses)).toContain('503')
  expect(one('cellsList').responses['200']!.headers).toHaveProperty('Link')
  const site = document.components.schemas!['SiteBody'] as Schema
  expect(site.properties!['contractedUpBps']!.description).toBe('bit/s.')
})

test('GDAL finds the columns of each collection among the parameters of its items', () => {
  const names = (path: string) => document.paths[path]!['get']!.parameters.map(({ name }) => name)
  expect(names('/ogc/collections/cells/items')).toEqual(
    expect.arrayContaining(['class', 'province_code', 'run', 'bbox']),
  )
  expect(names('/ogc/collections/sites/items')).not.toContain('run')
  expect(document.openapi).toMatch(/^3\.0\./)
})

test('QGIS finds among the components how long a page may be', () => {
  const { components, paths } = JSON.parse(text) as typeof document
  expect(components['parameters']!['limit']).toMatchObject({ schema: { default: 100, maximum: 10_000 } })
  expect(paths['/ogc/collections/cells/items']!['get']!.parameters).toContainEqual({
    $ref: '#/components/parameters/limit',
  })
})

test('the document is served as it was built', async () => {
  const answer = await fetch(`${server.url}/api/openapi.json`)
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect(await answer.text()).toBe(text)
})

test('a GET is tried out on the page of the documents, which asks nobody else', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  page.on('request', (asked) => {
    if (!asked.url().startsWith(server.url) && !/^(data|blob):/.test(asked.url())) faults.push(asked.url())
  })
  await page.goto(`${server.url}/api/docs`)
  await page.waitForSelector('.opblock')
  expect(await page.locator('.info').innerText()).toContain('Which white zones of a province')
  await page.screenshot({ path: `${SHOTS}/api-docs.png` })
  const block = page.locator('#operations-status-statusInstance')
  // A long list of operations is drawn as far as it was scrolled.
  await page.mouse.move(640, 450)
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, 300)
      return block.count()
    })
    .toBe(1)
  await block.locator('.opblock-summary').click()
  await block.getByRole('button', { name: 'Try it out' }).click()
  await block.getByRole('button', { name: 'Execute' }).click()
  await block.locator('.live-responses-table .response-col_status').getByText('200').waitFor()
  expect(await block.locator('.live-responses-table').innerText()).toContain('ma-floor')
  await block.scrollIntoViewIfNeeded()
  await page.screenshot({ path: `${SHOTS}/api-docs-tried.png` })
  expect(faults).toEqual([])
})

/** The pages beneath a path prefix, through a proxy that removes it and through one that passes it on. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ndt7 } from '../../apps/agent/ndt7-client.js'
import { MESSAGES } from '../../web/probe/locales.js'
import { BUILT_WEB, newPage } from '../support/browser.js'
import { type PrefixProxy, prefixProxy } from '../support/prefix-proxy.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let token: string
/** A server that knows its prefix by PUBLIC_URL. */
let named: TestServer
const web = webFixture({
  prepare: async ({ database }) => {
    token = (await siteWithDevice(database)).token
    named = await serve(database, { publicUrls: ['https://obs.example.ma/coverage'] }, BUILT_WEB)
  },
})
afterAll(async () => named?.close())

describe.each([
  ['removes the prefix', true],
  ['passes the prefix on', false],
])('behind a proxy that %s', (_, removesPrefix) => {
  let proxy: PrefixProxy
  beforeAll(async () => {
    const { url } = removesPrefix ? web.server : named
    proxy = await prefixProxy(url, { prefix: '/coverage', removesPrefix })
  })
  afterAll(async () => proxy?.close())

  const open = async (path: string): Promise<Page> => {
    const { page } = await newPage(web.browser, proxy.url)
    await page.goto(proxy.url + path)
    return page
  }

  /** The addresses that the page asked for in vain, or outside the prefix. */
  function failuresOf(page: Page): string[] {
    const failures: string[] = []
    page.on('response', (response) => {
      if (response.status() >= 400) failures.push(`${response.status()} ${response.url()}`)
    })
    return failures
  }

  test('the map is drawn, and its links stay beneath the prefix', async () => {
    const { page, faults } = await newPage(web.browser, proxy.url)
    const failures = failuresOf(page)
    await page.goto(`${proxy.url}?lang=fr&area=01&view=figures`)
    await page.waitForSelector('[data-drawn]:not([data-drawn="0"])')
    await page.waitForSelector('.downloads a')
    const links = await page.$$eval('a', (all) => all.map((link) => (link as { href: string }).href))
    const origin = new URL(proxy.url).origin
    expect(links.filter((link) => link.startsWith(origin) && !link.startsWith(proxy.url))).toEqual([])
    for (const name of ['table.csv', 'feed.json', 'report/', 'api/docs'])
      expect(links.find((link) => link.includes(name))).toBeDefined()
    for (const link of links.filter((one) => one.startsWith(proxy.url)))
      expect((await fetch(link)).status).toBe(200)
    expect([faults, failures, proxy.strays]).toEqual([[], [], []])
    await page.close()
  })

  test('a person signs in and stays signed in', async () => {
    await signIn(web.server, web.database, 'planner', { name: `prefix-${removesPrefix}` })
    const page = await open('?lang=en')
    const signedIn = await page.evaluate(
      `fetch('api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'prefix-${removesPrefix}', password: 'a password of the tests' }) })
        .then(() => fetch('api/v1/session')).then((answer) => answer.json())`,
    )
    expect(signedIn).toMatchObject({ role: 'planner' })
    await page.close()
  })

  test('the report shows its map and leads to other languages and to the map', async () => {
    const { page, faults } = await newPage(web.browser, proxy.url)
    const failures = failuresOf(page)
    await page.goto(`${proxy.url}report/01/?lang=fr`)
    await page.waitForSelector('svg path')
    expect(page.url()).toBe(`${proxy.url}report/01?lang=fr`)
    await page.click('.languages a[lang="ar"]')
    await page.waitForSelector('html[lang="ar"] svg path')
    expect(page.url()).toMatch(`${proxy.url}report/01?lang=ar`)
    await page.click('.bar > a')
    await page.waitForSelector('[data-drawn]:not([data-drawn="0"])')
    expect(page.url()).toMatch(`${proxy.url}?lang=ar`)
    expect([faults, failures, proxy.strays]).toEqual([[], [], []])
    await page.close()
  })

  test('the field worker’s page measures, delivers, and opens without network', async () => {
    const context = await web.browser.newContext({ locale: 'en' })
    const page = await context.newPage()
    const failures = failuresOf(page)
    await page.goto(`${proxy.url}probe/#token=${token}`)
    await page.waitForSelector('main')
    expect(page.url()).toBe(`${proxy.url}probe`)
    await page.getByRole('button', { name: MESSAGES.en.start }).click()
    await page.getByText(MESSAGES.en.upload, { exact: true }).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: MESSAGES.en.cancel }).click()
    await page.getByRole('button', { name: MESSAGES.en.noService }).click()
    await page.getByText(MESSAGES.en.unsentNone).waitFor()
    const scope = await page.evaluate(`(async () => {
      const { scope } = await navigator.serviceWorker.ready
      while (!navigator.serviceWorker.controller) await new Promise((again) => setTimeout(again, 20))
      return scope
    })()`)
    expect(scope).toBe(`${proxy.url}probe`)
    await context.setOffline(true)
    await page.reload()
    await page.getByRole('button', { name: MESSAGES.en.noService }).waitFor()
    expect(
      await page.$eval('img', (image) => (image as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(0)
    expect([failures, proxy.strays]).toEqual([[], []])
    await context.close()
  }, 120_000)

  test('the agent tests the line through the proxy', async () => {
    const { code, errors } = await ndt7(proxy.url.replace(/\/$/, ''), { max_bytes: '100000' })
    expect([code, errors]).toEqual([0, []])
  })

  test('the document’s routes can be tried', async () => {
    const page = await open('api/docs')
    await page.click('.opblock-summary-path[data-path="/health/live"]')
    await page.click('.try-out__btn')
    await page.click('.execute')
    expect(await page.textContent('.request-url')).toContain(`${proxy.url}health/live`)
    await page.close()
    expect(proxy.strays).toEqual([])
  })
})

test('the root without its slash leads to the page', async () => {
  const answer = await fetch(`${named.url}/coverage?lang=fr`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/coverage/?lang=fr'])
})

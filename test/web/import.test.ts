/** The planner's import in a real browser: a time and a site as answers, a dropped file, and who sees it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BUILT_WEB, SHOTS, axeViolations, launch } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

const sample = (name: string) => fileURLToPath(new URL(`../formats/samples/${name}`, import.meta.url))

let database: TestDatabase
let server: TestServer
let browser: Browser
const cookies: Record<string, string> = {}
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await siteWithDevice(database)
  server = await serve(database, {}, BUILT_WEB)
  for (const role of ['planner', 'analyst'] as const) cookies[role] = await signIn(server, database, role)
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await database?.drop()
})

async function open(lang: string, role: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const [name, value] = cookies[role]!.split('=') as [string, string]
  await page.context().addCookies([{ name, value, url: server.url }])
  await page.goto(`${server.url}/?lang=${lang}`)
  await page.getByRole('button', { name: `test-${role}` }).waitFor()
  return page
}

test('a file without a time is asked for one; a wrong site is said', async () => {
  const page = await open('en', 'planner')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('input[type=file]').setInputFiles(sample('cloudflare.json'))
  await dialog.getByText('When was it measured?', { exact: true }).waitFor()
  await dialog.getByLabel('Measured at').fill('2026-03-02T09:30')
  await dialog.getByLabel('Measured at').blur()
  await dialog.getByText('0 of 1 record can be taken').waitFor()
  expect(await dialog.locator('button.main').isDisabled()).toBe(true)
  await dialog.getByLabel('Code of the site').fill('S9')
  await dialog.getByLabel('Code of the site').blur()
  await dialog.getByText('No site has the code').waitFor()
  await dialog.getByLabel('Code of the site').fill('S1')
  await dialog.getByLabel('Code of the site').blur()
  await dialog.getByText('1 of 1 record can be taken').waitFor()
  await page.close()
})

test('a dropped file in Arabic: what would be refused and why; axe finds nothing', async () => {
  const page = await open('ar', 'planner')
  await page.getByRole('button', { name: 'استيراد' }).click()
  const dialog = page.getByRole('dialog')
  const text = readFileSync(sample('plain-fr.csv'), 'utf8')
  // In the page's own words: the types of the tests know no browser.
  const dropped = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([${JSON.stringify(text)}], 'mesures.csv', { type: 'text/csv' }))
    return transfer
  })()`)
  await dialog.locator('.drop').dispatchEvent('drop', { dataTransfer: dropped })
  await dialog.getByText('يُقبل 2 من 4 سجلات').waitFor()
  expect(await dialog.locator('.reasons li').count()).toBe(2)
  expect(await dialog.innerText()).toContain('6G')
  expect(await dialog.locator('input[type=file]').inputValue()).toContain('mesures.csv')
  await page.screenshot({ path: `${SHOTS}/import-ar.png` })
  expect(await axeViolations(page)).toEqual([])
  await page.close()
})

test('who may not import sees no button for it', async () => {
  const page = await open('en', 'analyst')
  expect(await page.getByRole('button', { name: 'Import', exact: true }).count()).toBe(0)
  await page.close()
})

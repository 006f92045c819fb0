/** The planner's import in a real browser: a time and a site as answers, a dropped file, and who sees it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn, siteWithDevice } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

const sample = (name: string) => fileURLToPath(new URL(`../formats/samples/${name}`, import.meta.url))

const cookies: Record<string, string> = {}
const web = webFixture({
  hasDemo: false,
  prepare: async ({ database, server }) => {
    await siteWithDevice(database)
    for (const role of ['planner', 'analyst'] as const) cookies[role] = await signIn(server, database, role)
  },
})

async function open(lang: string, role: string): Promise<Page> {
  const { page } = await web.newPage({ size: { width: 1280, height: 800 }, cookie: cookies[role]! })
  await page.goto(`${web.server.url}/?lang=${lang}`)
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
  await dialog.getByText('0 of 1 record can be imported').waitFor()
  expect(await dialog.locator('button.main').isDisabled()).toBe(true)
  await dialog.getByLabel('Code of the site').fill('S9')
  await dialog.getByLabel('Code of the site').blur()
  await dialog.getByText('No site has the code').waitFor()
  await dialog.getByLabel('Code of the site').fill('S1')
  await dialog.getByLabel('Code of the site').blur()
  await dialog.getByText('1 of 1 record can be imported').waitFor()
  await page.close()
})

test('a dropped file in Arabic: what would be refused and why; axe finds nothing', async () => {
  const page = await open('ar', 'planner')
  await page.getByRole('button', { name: 'استيراد' }).click()
  const dialog = page.getByRole('dialog')
  const text = readFileSync(sample('plain-fr.csv'), 'utf8')
  // In the page's own words: the types of the tests know no web.browser.
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

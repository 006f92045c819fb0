/** The field worker's page in a real browser: measuring, offline, in three languages, on a small phone. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, type Page, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { MESSAGES } from '../../web/probe/locales.js'
import { BUILT_WEB, CHROMIUM, CHROMIUM_FLAGS, SHOTS, axeViolations } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, siteWithDevice } from '../support/server.js'

const PHONE = { width: 360, height: 740 }
let database: TestDatabase
let server: TestServer
let token: string
const folders: string[] = []
const contexts: BrowserContext[] = []
beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true })
  database = await freshDatabase('postgresql')
  server = await serve(database, {}, BUILT_WEB)
  token = (await siteWithDevice(database)).token
})
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
  await database.source.query('DELETE FROM probe')
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }))
})

/** A browser profile on the disk, as a phone has: closed and opened again it is the same. */
function profile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'taghtiya-profile-'))
  folders.push(folder)
  return folder
}

async function open(folder: string, locale: string, more: object = {}): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    args: CHROMIUM_FLAGS,
    viewport: PHONE,
    locale,
    acceptDownloads: true,
    ...more,
  })
  contexts.push(context)
  return context
}

async function pageOf(context: BrowserContext, hash = ''): Promise<Page> {
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${server.url}/probe${hash}`)
  await page.waitForSelector('main')
  return page
}

/** The page is in the cache, so it opens without network from now on. */
const installed = (page: Page) =>
  page.evaluate(`(async () => {
    await navigator.serviceWorker.ready
    while (!navigator.serviceWorker.controller) await new Promise((again) => setTimeout(again, 20))
  })()`)

const stored = () =>
  database.source.query(
    'SELECT id, outcome, measured_at, device_measured_at, received_at, flags, device_id, operator, technology, lat FROM probe ORDER BY measured_at',
  ) as Promise<Record<string, unknown>[]>

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `${SHOTS}/probe-${name}.png`, fullPage: true })

/** Three observations without network; the page is closed and opened again before it comes back. */
async function offlineDay(lang: 'ar' | 'fr'): Promise<void> {
  const words = MESSAGES[lang]
  const folder = profile()
  const first = await open(folder, lang)
  const page = await pageOf(first, `#token=${token}`)
  expect(page.url()).toBe(`${server.url}/probe`)
  expect(await page.locator('html').getAttribute('dir')).toBe(lang === 'ar' ? 'rtl' : 'ltr')
  await installed(page)
  await first.setOffline(true)
  await page.reload()
  await page.getByRole('button', { name: words.noService }).click()
  await page.getByText(words.noServiceKept).waitFor()
  await page.getByRole('button', { name: words.start }).click()
  await page.getByText(words.failed).waitFor()
  await page.getByRole('button', { name: words.noService }).click()
  await expect.poll(() => page.locator('.waiting li').count()).toBe(3)
  await page.getByText(words.why_offline).waitFor()
  await shot(page, `offline-${lang}`)
  await first.close()
  contexts.length = 0

  const second = await open(folder, lang)
  await second.setOffline(true)
  const again = await pageOf(second)
  await expect.poll(() => again.locator('.waiting li').count()).toBe(3)
  expect(await stored()).toEqual([])
  await second.setOffline(false)
  await expect.poll(() => again.locator('.waiting li').count()).toBe(0)
  await again.getByText(words.unsentNone).waitFor()
  const rows = await stored()
  expect(rows.map((r) => r['outcome'])).toEqual(['no_service', 'failed', 'no_service'])
  expect(new Set(rows.map((r) => r['id'])).size).toBe(3)
  expect(rows.every((r) => r['device_id'] !== null && r['lat'] === 35.2447)).toBe(true)
  // Nothing is sent again later, nor by another tab.
  const other = await second.newPage()
  await other.goto(`${server.url}/probe`)
  await other.getByText(words.unsentNone).waitFor()
  expect(await stored()).toHaveLength(3)
}

test('offline in French: three observations, once each, in order', { timeout: 60_000 }, () =>
  offlineDay('fr'),
)
test('offline in Arabic: three observations, once each, in order', { timeout: 60_000 }, () =>
  offlineDay('ar'),
)

test('measures against our own server; both sides agree', { timeout: 90_000 }, async () => {
  const context = await open(profile(), 'fr', {
    geolocation: { latitude: 35.2451, longitude: -3.9312, accuracy: 18 },
    permissions: ['geolocation'],
  })
  const faults: string[] = []
  context.on('request', (request) => {
    if (!request.url().startsWith(server.url)) faults.push(request.url())
  })
  const page = await pageOf(context, `#token=${token}`)
  await page.getByText(/35,2451, -3,9312, à 18 m près/).waitFor()
  await page.getByLabel(MESSAGES.fr.operator).selectOption('inwi')
  await page.getByLabel(MESSAGES.fr.technology).selectOption('4g')
  await page.getByRole('button', { name: MESSAGES.fr.start }).click()
  await page.getByText(MESSAGES.fr.upload, { exact: true }).waitFor()
  await shot(page, 'measuring-fr')
  await page.getByText(/^Suffisant pour/).waitFor({ timeout: 40_000 })
  await page.getByText(MESSAGES.fr.unsentNone).waitFor()
  await shot(page, 'result-fr')
  const [row] = await database.source.query('SELECT * FROM probe')
  expect(row).toMatchObject({ outcome: 'ok', operator: 'inwi', technology: '4g', accuracy_m: 18, flags: [] })
  expect(row.loaded_latency_ms).toBeGreaterThan(0)
  const tests = await database.source.query(
    'SELECT direction, bps::float8 AS bps, device_id FROM speed_test WHERE id = ANY($1)',
    [[row.download_test, row.upload_test]],
  )
  expect(tests).toHaveLength(2)
  for (const { direction, bps, device_id } of tests) {
    expect(device_id).toBe(row.device_id)
    const ratio = Number(row[`${direction}_bps`]) / bps
    expect(ratio).toBeGreaterThan(0.8)
    expect(ratio).toBeLessThan(1.25)
  }
  expect(faults).toEqual([])
})

test('a stopped test keeps nothing; a short one moves at most 20 MB', { timeout: 60_000 }, async () => {
  const page = await pageOf(await open(profile(), 'en'), `#token=${token}`)
  await page.getByRole('button', { name: MESSAGES.en.start }).click()
  await page.getByRole('button', { name: MESSAGES.en.cancel }).click()
  await page.getByText(MESSAGES.en.cancelled).waitFor()
  expect(await stored()).toEqual([])
})

test('an unknown key loses nothing and says so; another delivers', { timeout: 60_000 }, async () => {
  const page = await pageOf(await open(profile(), 'fr'), '#token=tgt_a_key_that_nobody_knows')
  await page.getByRole('button', { name: MESSAGES.fr.noService }).click()
  await page.getByText(MESSAGES.fr.why_token).waitFor()
  expect(await stored()).toEqual([])
  await page.getByRole('textbox', { name: MESSAGES.fr.key }).fill(token)
  await page.getByRole('button', { name: MESSAGES.fr.keep, exact: true }).click()
  await page.getByText(MESSAGES.fr.unsentNone).waitFor()
  expect(await stored()).toHaveLength(1)
})

test(
  'a clock that is years wrong: the server’s time is right, the device’s is kept',
  { timeout: 60_000 },
  async () => {
    const context = await open(profile(), 'fr')
    await context.clock.install({ time: Date.now() - 3 * 365 * 86_400_000 })
    const page = await pageOf(context, `#token=${token}`)
    await page.getByRole('button', { name: MESSAGES.fr.noService }).click()
    await expect.poll(async () => (await stored()).length).toBe(1)
    const [row] = await stored()
    const off = Math.abs(Number(row!['measured_at']) - Number(row!['received_at']))
    expect(off).toBeLessThan(10_000)
    expect(Number(row!['measured_at']) - Number(row!['device_measured_at'])).toBeGreaterThan(
      1_000 * 86_400_000,
    )
    expect(row!['flags']).toContain('clock_corrected')
  },
)

test(
  'a file carries the queue to another device, and each observation arrives once',
  { timeout: 60_000 },
  async () => {
    const page = await pageOf(await open(profile(), 'fr'))
    await page.getByRole('button', { name: MESSAGES.fr.noService }).click()
    await page.getByRole('button', { name: MESSAGES.fr.noService }).click()
    await page.getByText(MESSAGES.fr.why_noToken).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: MESSAGES.fr.exportFile }).click(),
    ])
    const path = await file.path()
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2)

    const other = await pageOf(await open(profile(), 'fr'), `#token=${token}`)
    for (let i = 0; i < 2; i++) {
      await other.getByLabel(MESSAGES.fr.importFile).setInputFiles(path)
      await other.getByText('2 repris du fichier.').waitFor()
      await other.getByText(MESSAGES.fr.unsentNone).waitFor()
    }
    await page.getByRole('textbox', { name: MESSAGES.fr.key }).fill(token)
    await page.getByRole('button', { name: MESSAGES.fr.keep, exact: true }).click()
    await page.getByText(MESSAGES.fr.unsentNone).waitFor()
    expect(await stored()).toHaveLength(2)
    await other
      .getByLabel(MESSAGES.fr.importFile)
      .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('[1]') })
    await other.getByText(MESSAGES.fr.notImported).waitFor()
  },
)

test.each(['ar', 'fr', 'en'] as const)(
  'in %s it is sound for a screen reader, a keyboard and a small phone',
  { timeout: 60_000 },
  async (lang) => {
    const page = await pageOf(await open(profile(), lang))
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width)
    await shot(page, `start-${lang}`)
    const reached: string[] = []
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab')
      reached.push(String(await page.evaluate('document.activeElement.textContent')).trim())
    }
    expect(reached).toContain(MESSAGES[lang].start)
    expect(reached).toContain(MESSAGES[lang].noService)
    await page.getByRole('button', { name: MESSAGES[lang].noService }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(MESSAGES[lang].noServiceKept).waitFor()
    expect(await axeViolations(page)).toEqual([])
  },
)

test('the first load is at most 100 kB packed', () => {
  const html = readFileSync(join(BUILT_WEB, 'probe/index.html'), 'utf8')
  const worker = readFileSync(join(BUILT_WEB, 'probe-worker.js'), 'utf8')
  const files = JSON.parse(/^const FILES = (\[.*\])$/m.exec(worker)![1]!) as string[]
  const assets = files.filter((file) => file.startsWith('assets/'))
  expect(assets.length).toBeGreaterThanOrEqual(4)
  for (const [, file] of html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)) expect(files).toContain(file)
  expect(
    readdirSync(join(BUILT_WEB, 'assets'))
      .filter((f) => f.includes('ndt7') && !/\.(gz|br)$/.test(f))
      .every((f) => files.includes(`assets/${f}`)),
  ).toBe(true)
  const packed = assets.reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(BUILT_WEB, file))).length,
    gzipSync(html).length,
  )
  expect(packed).toBeLessThan(100_000)
})

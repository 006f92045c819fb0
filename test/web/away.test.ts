/** A page that stays open: it needs nobody but its server, notices a newer run, and outlives a server that is away. */
import { SHIPPED_RULES } from '#domain/rule'
import { classify } from '#store/runs'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { freePort } from '../support/cluster.js'
import { type RunningServer, startServer } from '../support/process.js'
import { webFixture } from '../support/web-fixture.js'

const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const web = webFixture()

test('with everything outside the server out of reach the page is whole, and nothing outside was tried', async () => {
  const context = await web.browser.newContext({ viewport: { width: 1280, height: 720 } })
  const outside: string[] = []
  await context.route(
    (url) => url.origin !== new URL(web.server.url).origin,
    async (route) => {
      outside.push(route.request().url())
      await route.abort()
    },
  )
  const page = await context.newPage()
  const failed: string[] = []
  // A request that the page or a navigation gives up is aborted; it did not fail.
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') failed.push(request.url())
  })
  for (const query of [
    'lang=ar',
    'lang=fr&with=zones,localities,sites',
    'lang=en&view=figures',
    'lang=ar&area=01',
  ]) {
    await page.goto(`${web.server.url}/?${query}`)
    await page.waitForSelector('[data-ready="true"]')
    await page.waitForLoadState('networkidle')
    expect(await page.locator('.legend [data-class] .count').allInnerTexts()).toHaveLength(7)
  }
  await page.goto(`${web.server.url}/?lang=ar`)
  await page.waitForSelector('[data-ready="true"]')
  await page.evaluate('document.fonts.ready')
  const fonts = await page.evaluate(
    `[...document.fonts].filter(({ status }) => status === 'loaded').map(({ family, weight }) => family + ' ' + weight)`,
  )
  expect(fonts).toEqual(expect.arrayContaining([expect.stringContaining('Noto Sans Arabic')]))
  expect(outside).toEqual([])
  expect(failed).toEqual([])
  await context.close()
})

test.each([
  ['fr', 'La montrer'],
  ['ar', 'عرضه'],
])('in %s an open page notices a newer run, and goes there only when asked', async (lang, show) => {
  const { page, faults } = await web.openMap(`lang=${lang}&rule=ma-floor`)
  const shown = () => page.getAttribute('[data-run]', 'data-run')
  const before = await shown()
  const look = () => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
  await look()
  expect(await page.locator('.newer').count()).toBe(0)
  const { id } = await classify(web.database.source, { rule, author: 'test' })
  await look()
  await page.locator('.newer').waitFor()
  expect(await page.locator('.newer').innerText()).toContain(String(id))
  expect(await shown()).toBe(before)
  await page.screenshot({ path: `${SHOTS}/newer-${lang}.png` })
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: show }).press('Enter')
  await page.waitForSelector(`[data-run="${id}"][data-ready="true"]`)
  await expect.poll(() => page.locator('.newer').count()).toBe(0)
  expect(await page.evaluate('document.activeElement.id')).toBe('map')
  expect(faults).toEqual([])
  await page.close()
})

test('while its own list of runs is on its way, a page does not call the run that it shows a newer one', async () => {
  const page = await web.browser.newPage()
  await page.route(/runs\?rule=ma-floor&limit=100/, () => {})
  await page.goto(`${web.server.url}/?lang=fr&rule=ma-floor`)
  await page.waitForSelector('[data-ready="true"]')
  const told = page.waitForResponse(/runs\?rule=ma-floor&limit=20/)
  await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
  await (await told).finished()
  await page.waitForTimeout(300)
  expect(await page.locator('.newer').count()).toBe(0)
  await page.close()
})

test('runs on a slider: by keys, by a date, and what is near is fetched before', async () => {
  await classify(web.database.source, { rule, author: 'test' })
  const DAY = 86_400_000
  const to = new Date(Date.now() - 30 * DAY)
  const early = await classify(web.database.source, {
    rule,
    author: 'test',
    from: new Date(+to - 60 * DAY),
    to,
  })
  const { page, faults } = await web.openMap('lang=fr&rule=ma-floor')
  const slider = page.getByRole('slider', { name: /^Temps/ })
  await slider.focus()
  const shown = () => page.getAttribute('[data-run]', 'data-run')
  await page.keyboard.press('Home')
  await page.waitForSelector(`[data-run="${early.id}"][data-ready="true"]`)
  expect(await slider.getAttribute('aria-valuetext')).toContain(String(early.id))
  const asked = () =>
    page.evaluate<string[]>(`performance.getEntriesByType('resource').map(({ name }) => name)`)
  await expect.poll(async () => (await asked()).some((url) => url.includes('/cells/'))).toBe(true)
  await page.screenshot({ path: `${SHOTS}/runs-fr.png` })
  await page.keyboard.press('ArrowRight')
  await expect.poll(shown).not.toBe(String(early.id))
  const second = await shown()
  await page.waitForSelector(`[data-run="${second}"][data-ready="true"]`)
  const day = page.getByLabel('Celle en vigueur le')
  await day.fill(new Date(+to + 5 * DAY).toISOString().slice(0, 10))
  await page.waitForSelector(`[data-run="${early.id}"][data-ready="true"]`)
  await expect.poll(() => new URL(page.url()).searchParams.get('run')).toBe(String(early.id))
  await day.fill('2001-01-01')
  await page.getByText('Aucune évaluation le 1 janvier 2001').waitFor()
  expect(await shown()).toBe(String(early.id))
  expect(await axeViolations(page)).toEqual([])
  expect(faults).toEqual([])
  await page.close()
})

test.each([
  ['fr', 'Le serveur ne répond pas'],
  ['ar', 'الخادم لا يجيب'],
])('in %s a server that stops is told, and the page goes on when it is back', async (lang, words) => {
  const port = await freePort()
  const start = () => startServer({ ...web.database.env, DEMO: 'off', PORT: String(port) })
  const stop = async ({ process, ended }: RunningServer) => {
    process.kill('SIGTERM')
    await ended
  }
  let running = await start()
  try {
    const { page } = await web.newPage()
    await page.goto(`${running.url}/?lang=${lang}&rule=ma-floor`)
    await page.waitForSelector('[data-ready="true"]')
    await stop(running)
    await page.locator('.zoom button').first().click()
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
    await page.screenshot({ path: `${SHOTS}/lost-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    running = await start()
    await expect.poll(() => page.locator('.lost').count(), { timeout: 40_000 }).toBe(0)
    await page.waitForSelector('[data-ready="true"]', { timeout: 40_000 })
    await page.close()
  } finally {
    await stop(running)
  }
})

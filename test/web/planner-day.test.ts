/** A planner's day from the first look to the link that is sent: one walk over the demonstration, in Arabic and in French. */
import { SHIPPED_RULES } from '#domain/rule'
import { classify } from '#store/runs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { WORDS as PLACES } from '../../web/src/places/words.js'
import { WORDS as PLAN } from '../../web/src/plan/words.js'
import { WORDS as PRIORITIES } from '../../web/src/priorities/words.js'
import { type OpenedPage, SHOTS, axeViolations } from '../support/browser.js'
import { planList } from '../support/plan-list.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

const DAY = 86_400_000
const SLOW = { timeout: 60_000 }

let cookie: string
let earlier: number
const web = webFixture({
  prepare: async ({ database, server }) => {
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    // As it would have been told at the time: half of the probes.
    const to = new Date(Date.now() - 45 * DAY)
    earlier = (await classify(database.source, { rule, author: 'test', from: new Date(+to - 45 * DAY), to }))
      .id
    cookie = await signIn(server, database, 'planner')
  },
})

async function begin(lang: Lang): Promise<OpenedPage> {
  const opened = await web.openMap(`lang=${lang}`, { cookie })
  await drawn(opened.page)
  return opened
}

const drawn = (page: Page) => page.waitForSelector('[data-ready="true"]', SLOW)
const inAddress = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)
const countsOf = (page: Page) => page.locator('.legend .count').allInnerTexts()

test.each([
  ['fr', 'Tétouan'],
  ['ar', 'تطوان'],
] as const)('in %s', { timeout: 400_000 }, async (lang, name) => {
  const words = localizerOf(lang)
  const { t } = words
  const [inPlaces, inPlan, inPriorities] = [
    words.translatorOf(PLACES),
    words.translatorOf(PLAN),
    words.translatorOf(PRIORITIES),
  ]
  const { page, faults } = await begin(lang)
  let step = 0
  const look = async (what: string) => {
    await drawn(page)
    await page.screenshot({ path: `${SHOTS}/day-${lang}-${++step}-${what}.png` })
  }
  const tab = (key: 'view_map' | 'view_figures' | 'view_plan' | 'view_priorities') =>
    page.getByRole('button', { name: t(key), exact: true }).click()
  await look('begin')

  // A province is found by its Arabic name, whatever the page's language.
  await page.getByRole('combobox', { name: t('search').split(' ')[0]! }).fill('تطوان')
  await page.locator('.search [role=option]').first().click()
  await expect.poll(() => page.locator('.panel h2').innerText()).toContain(name)
  await look('province')

  // Where the most is missing: the first zone of the ranking; then why it is white.
  await page.keyboard.press('Escape')
  await tab('view_priorities')
  const zones = page.locator('.zones tbody tr')
  await expect.poll(() => zones.count(), SLOW).toBeGreaterThan(20)
  const order = () => zones.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-zone')))
  const first = await order()
  await page.locator('.weights input[name=schools]').fill('10')
  await page.locator('.weights input[name=people]').fill('0')
  await expect.poll(order, SLOW).not.toEqual(first)
  await expect.poll(() => page.locator('.scroll').getAttribute('aria-busy'), SLOW).toBe('false')
  await look('rank')
  const zone = (await order())[0]!
  await page.goto(`${page.url()}&with=zones&zone=${zone}`)
  await drawn(page)
  await page.locator('.panel').getByText(inPlaces('showCell'), { exact: false }).first().waitFor(SLOW)
  await look('zone')
  await page
    .locator('.panel')
    .getByRole('button', { name: inPlaces('showCell') })
    .click()
  await expect.poll(() => page.locator('.panel h2').getAttribute('data-verdict'), SLOW).toMatch(/white|grey/)
  expect(await page.locator('.panel .reasons li').count()).toBeGreaterThan(0)
  await look('why')
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('Escape')

  // What changed between two dates.
  await tab('view_map')
  await page.locator('.layers select').first().selectOption('difference')
  await page.locator('.layers select').nth(1).selectOption(String(earlier))
  await expect.poll(async () => (await countsOf(page)).some((count) => /[1-9]/.test(count)), SLOW).toBe(true)
  await look('difference')
  await page.locator('.layers select').first().selectOption('verdict')

  // What if the rule asked for more.
  const before = await countsOf(page)
  const slider = page.locator('.what-if input')
  await slider.focus()
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight')
  await expect.poll(() => countsOf(page), SLOW).not.toEqual(before)
  await expect.poll(() => inAddress(page, 'try')).toMatch(/^\d+$/)
  await look('what-if')
  await page.getByRole('button', { name: t('whatIfReset') }).click()

  // The plan comes as a file of which three lines are wrong.
  await tab('view_plan')
  await page.getByRole('button', { name: inPlan('import'), exact: true }).click()
  const dialog = page.getByRole('dialog')
  const file = { name: 'pnhd2.csv', mimeType: 'text/csv', buffer: Buffer.from(planList(`DAY-${lang}`)) }
  await dialog.locator('input[type=file]').setInputFiles(file)
  const refused = dialog.locator('.refusals tbody tr td:first-child')
  await expect.poll(() => refused.allInnerTexts(), SLOW).toEqual(['3', '4', '5'])
  await look('plan-import')
  await dialog.getByRole('button', { name: inPlan('confirm', { n: 1 }), exact: true }).click()
  await page.locator(`.plan-list tr[data-code="DAY-${lang}-1"]`).waitFor(SLOW)
  await dialog.getByRole('button', { name: inPlan('close'), exact: true }).click()
  await look('plan')

  // What a budget buys.
  await tab('view_priorities')
  await page.getByText(inPriorities('partBudget'), { exact: true }).click()
  await page.locator('input[name=budget]').fill('30')
  await page.getByRole('button', { name: inPriorities('compute') }).click()
  await page.waitForSelector('.answer', SLOW)
  const costs = await zones.evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-cost'))))
  expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeLessThanOrEqual(30e6)
  expect(costs.length).toBeGreaterThan(3)
  await page.locator('.answer').evaluate((answer) => answer.scrollIntoView())
  await look('budget')
  expect(await axeViolations(page)).toEqual([])

  // On paper: the report of the province, and the map.
  await tab('view_map')
  await page.getByRole('combobox', { name: t('search').split(' ')[0]! }).fill('تطوان')
  await page.locator('.search [role=option]').first().click()
  const link = page.locator('.panel a', { hasText: t('report') })
  const [report] = await Promise.all([page.waitForEvent('popup'), link.click()])
  await report.waitForSelector('.map svg', SLOW)
  await report.evaluate('document.fonts.ready.then(() => true)')
  const sheet = await report.pdf({ preferCSSPageSize: true, path: `${SHOTS}/day-${lang}-report.pdf` })
  expect(pagesIn(sheet)).toBe(1)
  await report.emulateMedia({ media: 'print' })
  await report.screenshot({ path: `${SHOTS}/day-${lang}-${++step}-report.png`, fullPage: true })
  await report.close()
  await page.keyboard.press('Escape')
  await drawn(page)
  expect(pagesIn(await page.pdf({ preferCSSPageSize: true, path: `${SHOTS}/day-${lang}-map.pdf` }))).toBe(1)

  // The view is sent: a colleague who is not signed in sees what was seen.
  await tab('view_priorities')
  await page.getByText(inPriorities('partRank'), { exact: true }).click()
  await expect.poll(() => zones.count(), SLOW).toBeGreaterThan(20)
  await expect.poll(() => inAddress(page, 'v.weights')).toContain('schools:10')
  const sent = page.url()
  const colleague = await (await web.browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
  await colleague.goto(sent)
  await drawn(colleague)
  await expect.poll(() => colleague.locator('.view').innerText(), SLOW).toContain(inPriorities('partBudget'))
  expect(await colleague.locator('html').getAttribute('dir')).toBe(words.dir)
  expect(await colleague.locator('.weights input[name=schools]').inputValue()).toBe('10')
  await colleague.screenshot({ path: `${SHOTS}/day-${lang}-${++step}-sent.png` })
  await colleague.context().close()
  expect(faults).toEqual([])
  await page.close()
})

/** Chromium writes its pages as plain objects. */
const pagesIn = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)!.length

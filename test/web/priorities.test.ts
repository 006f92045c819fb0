/** What to do next, in the browser: weights that move the order, and a budget. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

const web = webFixture()

const SLOW = { timeout: 40_000 }
const ROWS = '.zones tbody tr'
const keptIn = (page: Page, name: string) => new URL(page.url()).searchParams.get(`v.${name}`)
const zonesOf = (page: Page) =>
  page.locator(ROWS).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-zone')))

const setSlider = (page: Page, name: string, value: number) =>
  page.locator(`.weights input[name=${name}]`).fill(String(value))

const WORDS = {
  fr: { tab: 'Priorités', budget: 'Budget', compute: 'Choisir les zones' },
  ar: { tab: 'الأولويات', budget: 'الميزانية', compute: 'اختيار المناطق' },
} as const
const LANGUAGES = Object.keys(WORDS) as (keyof typeof WORDS)[]

test.each(LANGUAGES)(
  'in %s a weight moves the order, and the address keeps it',
  async (lang) => {
    const { page, faults } = await web.openMap(`lang=${lang}`)
    await page.getByRole('button', { name: WORDS[lang].tab, exact: true }).click()
    await expect.poll(() => page.locator(ROWS).count(), SLOW).toBeGreaterThan(20)
    const before = await zonesOf(page)
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/priorities-${lang}.png` })
    for (const name of ['white', 'people', 'localities', 'schools', 'healthCentres', 'cost'])
      await setSlider(page, name, 0)
    await setSlider(page, 'fibreDistance', 10)
    await expect.poll(() => zonesOf(page), SLOW).not.toEqual(before)
    await expect.poll(() => page.locator('.scroll').getAttribute('aria-busy'), SLOW).toBe('false')
    expect(keptIn(page, 'weights')).toContain('fibreDistance:10')
    const moved = await zonesOf(page)
    // Of one kind of the firmness at least, in words.
    expect((await page.locator('.firmness small').first().innerText()).length).toBeGreaterThan(3)
    expect(await axeViolations(page)).toEqual([])
    await page.locator(`${ROWS} .link`).first().click()
    await page.waitForTimeout(500)
    await page.screenshot({ path: `${SHOTS}/priorities-moved-${lang}.png` })
    await page.reload()
    await expect.poll(() => zonesOf(page), SLOW).toEqual(moved)
    expect(faults).toEqual([])
    await page.close()
  },
  180_000,
)

test.each(LANGUAGES)(
  'in %s a budget is spent on zones, and not more than it is',
  async (lang) => {
    const query = `lang=${lang}&view=priorities&v.part=budget`
    const { page, faults } = await web.openMap(query)
    await page.locator('input[name=budget]').fill('25')
    await page.getByRole('button', { name: WORDS[lang].compute }).click()
    await page.waitForSelector('.answer', SLOW)
    const costs = await page
      .locator(ROWS)
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-cost'))))
    expect(costs.length).toBeGreaterThan(3)
    const sum = costs.reduce((all, cost) => all + cost, 0)
    expect(sum).toBeLessThanOrEqual(25e6)
    expect(sum).toBeGreaterThan(20e6)
    expect(await page.locator('.one-more').innerText()).toMatch(/\d/)
    expect(keptIn(page, 'budget')).toBe('25')
    expect(await axeViolations(page)).toEqual([])
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/budget-${lang}.png` })
    await page.locator('.answer h3').evaluate((head) => head.scrollIntoView())
    await page.screenshot({ path: `${SHOTS}/budget-answer-${lang}.png` })
    // A colleague who opens the link is given the same answer, without asking for it.
    await expect.poll(() => keptIn(page, 'answered')).toMatch(/^\d+$/)
    const colleague = await web.openMap(new URL(page.url()).search.slice(1))
    await colleague.page.waitForSelector('.answer', SLOW)
    expect(await zonesOf(colleague.page)).toEqual(await zonesOf(page))
    expect(await colleague.page.locator('.answer dl').innerText()).toBe(
      await page.locator('.answer dl').innerText(),
    )
    expect(colleague.faults).toEqual([])
    await colleague.page.close()
    const href = await page.locator('.downloads a').first().getAttribute('href')
    expect((await fetch(`${web.server.url}/${href}`)).status).toBe(200)
    // Another question: the answer says that it is not for it.
    await page.locator('details summary').last().click()
    await page.locator('input[name=tower4g]').fill('900000')
    await page.locator('input[name=tower4g]').blur()
    await expect.poll(() => keptIn(page, 'costs')).toBe('tower4g:900000')
    await expect.poll(() => page.locator('[role=status] .problem').count()).toBe(1)
    // What was not answered is not sent as if it were.
    await expect.poll(() => keptIn(page, 'answered')).toBe(null)
    await page.locator('.unit-costs').evaluate((costs) => costs.scrollIntoView())
    await page.screenshot({ path: `${SHOTS}/budget-costs-${lang}.png` })
    await page.locator('input[name=budget]').fill('')
    await expect.poll(() => page.locator('.budget .primary').isDisabled()).toBe(true)
    expect(faults).toEqual([])
    await page.close()
  },
  180_000,
)

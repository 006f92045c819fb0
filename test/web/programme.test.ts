/** The programme's view: targets, the board, and the list of silent devices; by area and in the page's languages. */
import { refreshSitePlatforms } from '#store/platforms'
import { importLines } from '#store/programme'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

const web = webFixture({
  prepare: async ({ database }) => {
    const { source } = database
    await refreshSitePlatforms(source, new Date())
    const sites: { code: string }[] = await source.query('SELECT code FROM site ORDER BY code LIMIT 40')
    await importLines(
      source,
      sites.map(({ code }, i) => ({
        line: i + 2,
        record: {
          siteCode: code,
          role: 'main' as const,
          operator: 'iam',
          technology: 'fibre' as const,
          contract: i % 2 ? `M-${i}` : null,
          surveyedOn: '2026-01-05',
          contractedOn: i < 30 ? '2026-02-05' : null,
          installedOn: i < 20 ? '2026-03-05' : null,
        },
        comment: null,
      })),
      { author: 'test', comment: 'list', file: 'lines.csv', now: new Date(), preview: false },
    )
    await source.query(
      `UPDATE device SET last_measured_at = now() - interval '25 days' WHERE site_code = $1`,
      [sites[0]!.code],
    )
  },
})

const WORDS = {
  fr: { title: 'Programme des administrations connectées', state: 'État', rows: 'Lignes du tableau' },
  ar: { title: 'برنامج ربط الإدارات', state: 'الحالة', rows: 'صفوف الجدول' },
} as const

test.each([
  { lang: 'fr', size: { width: 1280, height: 800 } },
  { lang: 'ar', size: { width: 390, height: 844 } },
] as const)('in $lang the board counts, and leads to areas and to silent sites', async ({ lang, size }) => {
  const { page, faults } = await web.openMap(`lang=${lang}&view=programme`, { size })
  const view = page.locator('section.view')
  await view.getByRole('heading', { name: WORDS[lang].title }).waitFor()
  const total = view.locator('tr[data-key="total"]')
  await total.waitFor()
  const board = (await (await fetch(`${web.server.url}/api/v1/programme/board`)).json()) as {
    items: { key: string; steps: Record<string, number> }[]
  }
  const listed = board.items.reduce((sum, { steps }) => sum + steps['listed']!, 0)
  const digits = (text: string | null) => Number((text ?? '').replace(/\D/g, ''))
  expect(digits(await total.locator('td').first().textContent())).toBe(listed)
  expect(digits(await total.locator('td').nth(3).textContent())).toBe(20)
  expect(await view.locator('.targets li').count()).toBe(2)
  await page.screenshot({ path: `${SHOTS}/programme-${lang}.png` })
  expect(await axeViolations(page)).toEqual([])
  await view.getByLabel(WORDS[lang].state).selectOption('at_risk')
  await view.locator('tr[data-site]').first().waitFor()
  // The demonstration's devices fall silent as days pass: the server says which are at risk today.
  const { items } = (await (
    await fetch(`${web.server.url}/api/v1/programme/sites?device=at_risk&limit=1000`)
  ).json()) as { items: { code: string }[] }
  const codes = items.map(({ code }) => code).toSorted()
  const [{ code: silent }] = await web.database.source.query('SELECT code FROM site ORDER BY code LIMIT 1')
  expect(codes).toContain(silent)
  const shown = () =>
    view.locator('tr[data-site]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-site')))
  await expect.poll(async () => (await shown()).toSorted()).toEqual(codes)
  await view.locator('tr[data-site]').first().scrollIntoViewIfNeeded()
  await page.screenshot({ path: `${SHOTS}/programme-silent-${lang}.png` })
  const { key } = board.items[0]!
  await view.locator(`tr[data-key="${key}"] button`).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('area'), { timeout: 30_000 }).toBe(key)
  await view.locator(`tr[data-key^="${key}."]`).first().waitFor()
  await view.getByLabel(WORDS[lang].rows).selectOption('type')
  await view.locator('tr[data-key="school"]').waitFor()
  expect(new URL(page.url()).searchParams.get('v.by')).toBe('type')
  expect(faults).toEqual([])
  await page.close()
})

/** The panel of a site says what its lines carry; that of an area counts its sites. */
import { refreshSitePlatforms } from '#store/platforms'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

let site: { code: string; area: string }
const web = webFixture({
  prepare: async ({ database }) => {
    await refreshSitePlatforms(database.source, new Date())
    ;[site] = (await database.source.query(
      `SELECT s.code, left(s.commune_code, 6) AS area FROM site AS s JOIN site_platforms AS p ON p.site_code = s.code
       ORDER BY cardinality(p.carries) > 3 AND cardinality(p.fails) > 3 DESC, s.code LIMIT 1`,
    )) as [typeof site]
  },
})

const WORDS = {
  fr: {
    lines: 'Ce que ses lignes permettent',
    board: 'Plateformes que ses sites peuvent utiliser',
    schools: 'École',
  },
  ar: { lines: 'ما تتيحه خطوطه', board: 'المنصات التي تتيحها مواقعها', schools: 'مدرسة' },
} as const

test.each([
  { lang: 'fr', size: { width: 1280, height: 800 } },
  { lang: 'ar', size: { width: 390, height: 844 } },
] as const)('in $lang a site tells what its lines carry, and an area counts', async ({ lang, size }) => {
  const { page, faults } = await web.openMap(`lang=${lang}&site=${site.code}`, { size })
  const panel = page.locator('.panel')
  await panel.getByRole('heading', { name: WORDS[lang].lines }).waitFor()
  await panel.locator('[data-platform="watiqa"]').first().waitFor()
  const answer = (await (await fetch(`${web.server.url}/api/v1/sites/${site.code}/platforms`)).json()) as {
    lines: { platforms: { platform: string; state: string }[] }[]
  }
  const states = await panel
    .locator('[data-platform="watiqa"]')
    .evaluateAll((items) => items.map((item) => item.getAttribute('data-carry')))
  expect(states).toEqual(
    answer.lines.map(({ platforms }) => platforms.find(({ platform }) => platform === 'watiqa')!.state),
  )
  await panel.locator('section.platforms').evaluate((section) => section.scrollIntoView())
  await page.screenshot({ path: `${SHOTS}/platforms-site-${lang}.png` })
  await panel.locator('section.platforms > details').last().locator('summary').click()
  await panel
    .locator('section.platforms > details')
    .last()
    .evaluate((section) => section.scrollIntoView())
  await page.screenshot({ path: `${SHOTS}/platforms-needs-${lang}.png` })
  expect(await axeViolations(page)).toEqual([])

  await page.goto(`${web.server.url}/?lang=${lang}&area=${site.area}`)
  await panel.getByText(WORDS[lang].board).click()
  const rows = panel.locator('details.platforms tr[data-platform]')
  await rows.first().waitFor()
  const sums = async () => {
    const counts = await rows.evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('td')].reduce((sum, cell) => sum + Number(cell.textContent), 0),
      ),
    )
    return new Set(counts)
  }
  const all = await sums()
  expect(all.size).toBe(1)
  await panel
    .locator('details.platforms')
    .first()
    .evaluate((section) => section.scrollIntoView())
  await page.screenshot({ path: `${SHOTS}/platforms-area-${lang}.png` })
  expect(await axeViolations(page)).toEqual([])
  await panel.locator('details.platforms select').selectOption({ label: WORDS[lang].schools })
  await expect.poll(async () => [...(await sums())][0] ?? 0, { timeout: 30_000 }).toBeLessThan([...all][0]!)
  expect(faults).toEqual([])
  await page.close()
})

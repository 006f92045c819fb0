/** A campaign in the panel of a province: what to test where, and the files of it. */
import { expect, test } from 'vitest'
import { WORDS } from '../../web/src/campaign/words.js'
import { localizerOf } from '../../web/src/language/language.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { OPEN_CELLS, fillOpenPlaces } from '../support/open-places.js'
import { webFixture } from '../support/web-fixture.js'

const web = webFixture({
  hasDemo: false,
  prepare: async ({ database }) => {
    await fillOpenPlaces(database)
  },
})

test.each(['fr', 'ar', 'en'] as const)(
  'in %s the panel of a province names the tests that decide, and leads to their cells',
  async (lang) => {
    const says = localizerOf(lang).translatorOf(WORDS)
    const { page, faults } = await web.openMap(`lang=${lang}&rule=campaign&area=01.051`)
    const section = page.locator('.panel .campaign')
    await section.getByRole('button', { name: says('title') }).click()
    const stops = section.locator('li[data-stop]')
    await stops.first().waitFor()
    expect(await stops.count()).toBe(OPEN_CELLS.length)
    expect(await stops.first().innerText()).toContain(says('served', { n: 1 }))
    expect(await stops.first().innerText()).toContain(
      says('outcome', { serves: says('black'), fails: says('unknown') }),
    )
    expect(await section.innerText()).toContain(lang === 'ar' ? 'كم' : 'km')
    expect(await axeViolations(page)).toEqual([])
    await stops.first().scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${SHOTS}/campaign-${lang}.png` })
    for (const format of ['csv', 'gpx', 'html'] as const) {
      const link = section.getByRole('link', { name: says(format) })
      const answer = await fetch(new URL((await link.getAttribute('href'))!, `${web.server.url}/`))
      expect([format, answer.status]).toEqual([format, 200])
    }
    await section.getByLabel(says('sort')).selectOption('money')
    await stops.first().waitFor()
    const h3 = (await stops.first().getAttribute('data-stop'))!
    await stops.first().getByRole('button').click()
    await expect.poll(() => new URL(page.url()).search, { timeout: 20_000 }).toContain(h3)
    expect(faults).toEqual([])
    await page.close()
  },
)

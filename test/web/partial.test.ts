/** What is known where no class is stated, as the page draws and says it. */
import { centreOf } from '#geo'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { type PartialRun, writePartialVerdicts } from '../support/partial-verdicts.js'
import { webFixture } from '../support/web-fixture.js'

let known: PartialRun
const web = webFixture({
  prepare: async ({ database }) => {
    known = await writePartialVerdicts(database.source)
  },
})

const WORDS = {
  fr: {
    served: 'Desservie par au moins un opérateur',
    noneTried: 'Aucun de ceux essayés ne la dessert',
    bounds: ['De 1 à 3 opérateurs peuvent la desservir', 'De 0 à 3 opérateurs peuvent la desservir'],
    untried: 'Non essayés ici : inwi, Orange Maroc',
    white: 'assez sûr qu’aucun opérateur ne satisfait la règle',
    reasons: ['Satisfait la règle ici', 'Rien de ce qui a été essayé'],
  },
  ar: {
    served: 'يخدمها متعهد واحد على الأقل',
    noneTried: 'لا أحد ممن جُرِّبوا يخدمها',
    bounds: ['من 1 إلى 3', 'من 0 إلى 3'],
    untried: 'لم يُجرَّب هنا: إنوي، أورنج المغرب',
    white: 'من المؤكد بما يكفي أن لا متعهد يستوفي القاعدة',
    reasons: ['يستوفي القاعدة هنا', 'لا شيء مما جُرِّب'],
  },
  en: {
    served: 'Served by at least one operator',
    noneTried: 'None of those tried serves it',
    bounds: ['1 to 3 operators can serve it', '0 to 3 operators can serve it'],
    untried: 'Not tried here: inwi, Orange Morocco',
    white: 'it is sure enough that no operator meets the rule',
    reasons: ['Meets the rule here', 'Nothing that was tried'],
  },
} as const

/** Without the marks that keep names of another script together. */
const textOf = (text: string) => text.replaceAll(/[\u2066-\u2069]/g, '')

test.each(['fr', 'ar', 'en'] as const)(
  'in %s the legend has a row for each part of the undecided cells, and a panel says what is known and who was not tried',
  async (lang) => {
    const words = WORDS[lang]
    for (const [i, h3] of [known.served[0]!, known.noneTried[0]!].entries()) {
      const [lng, lat] = centreOf(h3)
      const { page, faults } = await web.openMap(
        `lang=${lang}&rule=roster-test&cell=${h3}&at=13/${lat}/${lng}`,
      )
      await page.waitForSelector('[data-ready="true"]')
      const legend = page.locator('.legend')
      for (const [row, name, count] of [
        ['served', words.served, known.served.length],
        ['none_tried', words.noneTried, known.noneTried.length],
      ] as const) {
        const part = legend.locator(`li.part[data-class="${row}"]`)
        await expect.poll(() => part.innerText()).toContain(name)
        expect(await part.locator('.count').innerText()).toBe(String(count))
      }
      // White speaks of all operators, since there is a roster.
      expect(await legend.locator('li[data-class="white"] .hint').innerText()).toBe(words.white)
      const panel = page.locator('.panel')
      await expect
        .poll(() => panel.locator('h2').innerText())
        .toContain(i === 0 ? words.served : words.noneTried)
      const operators = textOf(await panel.locator('.operators').innerText())
      expect(operators).toContain(words.bounds[i])
      expect(operators).toContain(words.untried)
      expect(textOf(await panel.locator('.reasons').innerText())).toContain(words.reasons[i])
      await page.screenshot({ path: `${SHOTS}/partial-${i === 0 ? 'served' : 'none-tried'}-${lang}.png` })
      expect(await axeViolations(page)).toEqual([])
      expect(faults).toEqual([])
      await page.close()
    }
  },
)

test('the readout names what is known of the cell under the pointer', async () => {
  const [lng, lat] = centreOf(known.served[0]!)
  const { page } = await web.openMap(`lang=en&rule=roster-test&at=13/${lat}/${lng}`)
  await page.waitForSelector('[data-ready="true"]')
  const box = (await page.locator('#map').boundingBox())!
  await expect
    .poll(async () => {
      await page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2)
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      return page
        .locator('.under')
        .innerText({ timeout: 2_000 })
        .catch(() => '')
    })
    .toContain(WORDS.en.served)
  await page.close()
})

test('each kind of undecided cell is drawn in its own paint', async () => {
  /** The colour of the middle of a cell and around it, as text of the pixels' values. */
  const pixelsOf = async (h3: string) => {
    const [lng, lat] = centreOf(h3)
    const { page } = await web.openMap(`lang=en&rule=roster-test&at=14/${lat}/${lng}`)
    await page.waitForSelector('[data-ready="true"]')
    const box = (await page.locator('#map').boundingBox())!
    const clip = { x: box.x + box.width / 2 - 8, y: box.y + box.height / 2 - 8, width: 16, height: 16 }
    const picture = await page.screenshot({ clip, path: `${SHOTS}/paint-${h3}.png` })
    await page.close()
    return picture.toString('base64')
  }
  const [served, noneTried] = [await pixelsOf(known.served[0]!), await pixelsOf(known.noneTried[0]!)]
  expect(served).not.toBe(noneTried)
})

test('the report has a row for each part, and prints on one page', async () => {
  const { page, faults } = await web.newPage()
  for (const lang of ['fr', 'ar'] as const) {
    await page.goto(`${web.server.url}/report/08?lang=${lang}&run=${known.run.id}`)
    await page.waitForSelector('.map svg')
    const rows = page.locator('table.classes tr.part')
    expect(await rows.count()).toBe(2)
    expect(await rows.first().innerText()).toContain(WORDS[lang].served)
    // A long name of a row must not push the table into its neighbour.
    const widthOf = async (selector: string) => (await page.locator(selector).first().boundingBox())!.width
    expect(await widthOf('table.classes')).toBeLessThanOrEqual((await widthOf('.columns > section')) + 1)
    await page.screenshot({ path: `${SHOTS}/partial-report-${lang}.png`, fullPage: true })
  }
  expect(faults).toEqual([])
  await page.close()
})

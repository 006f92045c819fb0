/** The roster beside the account: an administrator adds an operator, ends it, withdraws it, and reads who did what. */
import { addRosterEntry, listRoster } from '#store/roster'
import { beforeEach, expect, test } from 'vitest'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/roster/words.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let cookie: string
let planner: string
const web = webFixture({
  hasDemo: false,
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'administrator')
    planner = await signIn(server, database, 'planner')
  },
})
beforeEach(async () => {
  await web.database.source.query('DELETE FROM roster_entry')
  const entry = {
    operator: 'iam',
    technologies: ['4g'],
    regionCodes: null,
    from: '2020-01-01',
    to: null,
  } as const
  const by = { author: 'setup', comment: null }
  await addRosterEntry(web.database.source, { ...entry, source: 'licence', isAssumption: true }, by)
})

async function open(lang: Lang, session: string) {
  const opened = await web.newPage({ cookie: session })
  await opened.page.goto(`${web.server.url}/?lang=${lang}`)
  await opened.page.locator('#account bdi').waitFor()
  await opened.page.locator('#account').click()
  return opened
}

test.each(['fr', 'ar', 'en'] as const)(
  'in %s an operator is added, ended and withdrawn by keyboard and pointer',
  async (lang) => {
    const words = localizerOf(lang)
    const says = words.translatorOf(WORDS)
    const { page, faults } = await open(lang, cookie)
    await page.getByRole('button', { name: words.t('roster'), exact: true }).click()
    const dialog = page.getByRole('dialog', { name: says('title') })
    const rows = dialog.locator('tr[data-entry]')
    await rows.first().waitFor()
    expect(await rows.first().innerText()).toContain(says('assumption'))
    expect(await rows.first().innerText()).toContain(says('wholeCountry'))

    const form = dialog.getByRole('form', { name: says('add') })
    await form.locator('input[name=operator]').fill('Maroc Telecom')
    await form.locator('input[name=source]').fill('Licence 5G')
    await form.locator('input[name=comment]').fill('Publication')
    const send = form.getByRole('button', { name: says('add'), exact: true })
    await send.click()
    await form.getByText(says('noTechnology')).waitFor()
    await form.locator('input[value="4g"]').check()
    await send.click()
    // In the reader's language, not the server's sentence.
    await form.getByText(says('overlap')).waitFor()
    await form.locator('input[value="4g"]').uncheck()
    await form.locator('input[value="5g"]').check()
    await form.locator('input[value="01"]').check()
    expect(await axeViolations(page)).toEqual([])
    await send.focus()
    await page.keyboard.press('Enter')
    await dialog.getByText(says('added')).waitFor()
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(2)
    expect(await listRoster(web.database.source.manager)).toMatchObject([
      { technologies: ['4g'] },
      {
        operator: 'iam',
        technologies: ['5g'],
        regionCodes: ['01'],
        author: 'test-administrator',
        comment: 'Publication',
      },
    ])
    expect(await page.locator('html').getAttribute('dir')).toBe(words.dir)
    await page.screenshot({ path: `${SHOTS}/roster-${lang}.png` })

    await rows
      .nth(1)
      .getByRole('button', { name: says('end') })
      .click()
    const closing = dialog.locator('form.closing')
    await closing.locator('input[name=to]').fill('2027-06-30')
    await closing.locator('input[name=comment]').fill('Fermeture')
    await closing.getByRole('button', { name: says('endAction') }).click()
    await dialog.getByText(says('ended')).waitFor()
    await rows
      .nth(1)
      .getByText(says('until', { day: words.date('2027-06-30') }))
      .waitFor()

    await rows
      .nth(1)
      .getByRole('button', { name: says('withdraw') })
      .click()
    await closing.locator('input[name=comment]').fill('Erreur')
    expect(await axeViolations(page)).toEqual([])
    await closing.getByRole('button', { name: says('withdrawAction') }).click()
    await dialog.getByText(says('isWithdrawn')).waitFor()
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1)

    await dialog.getByRole('button', { name: says('showHistory') }).click()
    const history = dialog.getByRole('region', { name: says('showHistory') }).locator('tbody tr')
    await expect.poll(() => history.count(), { timeout: 20_000 }).toBe(3)
    expect(await history.first().innerText()).toContain('Erreur')
    expect(await history.first().innerText()).toContain('test-administrator')
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/roster-history-${lang}.png` })
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
    await page.close()
  },
)

test('a planner has no such button', async () => {
  const { page } = await open('en', planner)
  await page.getByRole('button', { name: localizerOf('en').t('webhooks'), exact: true }).waitFor()
  expect(await page.getByRole('button', { name: localizerOf('en').t('roster'), exact: true }).count()).toBe(0)
  await page.close()
})

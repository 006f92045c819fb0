/** Personal data beside the account: an administrator takes it away, erases a person, and sets how long things are kept. */
import { listRetention } from '#store/audit'
import { expect, test } from 'vitest'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/personal/words.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 800 }

let cookie: string
const web = webFixture({
  hasDemo: false,
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'administrator')
  },
})

async function openPersonal(lang: Lang) {
  const { page, faults } = await web.newPage({ cookie })
  await page.setViewportSize(DESK)
  await page.goto(`${web.server.url}/?lang=${lang}`)
  await page.locator('#account bdi').waitFor()
  await page.locator('#account').click()
  await page.getByRole('button', { name: localizerOf(lang).t('personal'), exact: true }).click()
  return { page, faults }
}

test.each(['fr', 'ar', 'en'] as const)('in %s a person is erased, and a retention is set', async (lang) => {
  const words = localizerOf(lang)
  const says = words.translatorOf(WORDS)
  const name = `leila-${lang}`
  await signIn(web.server, web.database, 'planner', { name })
  const { page, faults } = await openPersonal(lang)
  const dialog = page.getByRole('dialog', { name: says('title') })
  const choice = dialog.getByRole('form', { name: says('person') })
  await choice.locator('input[name=name]').fill(name)
  await choice.getByRole('button', { name: says('choose'), exact: true }).click()
  const link = dialog.getByRole('link')
  expect(await link.getAttribute('href')).toBe(`api/v1/personal-data/${name}`)
  const form = dialog.getByRole('form', { name: says('erasure') })
  await form.locator('input[name=comment]').fill('Demande du 1er mars')
  await form.locator('input[name=again]').fill('somebody else')
  const erase = form.locator('button.main')
  await erase.click()
  await form.getByText(says('notSame')).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.screenshot({ path: `${SHOTS}/personal-${lang}.png` })
  await page.setViewportSize(PHONE)
  await page.screenshot({ path: `${SHOTS}/personal-phone-${lang}.png` })
  await page.setViewportSize(DESK)
  await form.locator('input[name=again]').fill(name)
  await erase.focus()
  await page.keyboard.press('Enter')
  await form.waitFor({ state: 'detached' })
  await dialog.getByRole('status').filter({ hasText: 'erased' }).waitFor()
  const rows = await web.database.source.query('SELECT name FROM account WHERE name = $1', [name])
  expect(rows).toEqual([])

  const log = dialog.getByRole('form', { name: says('keep_log') })
  const days = lang === 'fr' ? 400 : lang === 'ar' ? 500 : 600
  await log.locator('input').fill(String(days))
  await log.getByRole('button', { name: says('save'), exact: true }).click()
  await expect
    .poll(
      async () =>
        (await listRetention(web.database.source.manager)).find(({ subject }) => subject === 'log')?.days,
      { timeout: 20_000 },
    )
    .toBe(days)
  // A form that is still sending has a pale button.
  await expect.poll(() => dialog.locator('button[disabled]').count(), { timeout: 20_000 }).toBe(0)
  expect(await axeViolations(page)).toEqual([])
  expect(faults).toEqual([])
  await page.close()
})

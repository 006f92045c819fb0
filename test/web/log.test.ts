/** The log beside the account: an administrator filters it, sees what was and what is, takes it away, and verifies it. */
import { recordChange } from '#store/people'
import { expect, test } from 'vitest'
import { ACTIONS } from '../../web/src/log/actions.js'
import { WORDS } from '../../web/src/log/words.js'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { AUDITED_ROUTES } from '../../apps/api/audit/audited-routes.js'
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
    const db = database.source.manager
    const [before, after] = [{ name: 'École' }, { name: 'Lycée' }]
    await recordChange(db, 'leila', 'save site', 'S-12', { before, after })
    for (let n = 0; n < 60; n++)
      await recordChange(db, 'omar', 'import sites', `${n} sites`, { file: 'liste.csv' })
  },
})

async function openLog(lang: Lang) {
  const { page, faults } = await web.newPage({ cookie })
  await page.setViewportSize(DESK)
  await page.goto(`${web.server.url}/?lang=${lang}`)
  await page.locator('#account bdi').waitFor()
  await page.locator('#account').click()
  await page.getByRole('button', { name: localizerOf(lang).t('log'), exact: true }).click()
  return { page, faults }
}

test.each(['fr', 'ar', 'en'] as const)('in %s the log is filtered, read and verified', async (lang) => {
  const words = localizerOf(lang)
  const says = words.translatorOf(WORDS)
  const { page, faults } = await openLog(lang)
  const dialog = page.getByRole('dialog', { name: says('title') })
  const rows = dialog.locator('tr[data-kind]')
  await rows.first().waitFor()
  expect(await rows.count()).toBe(50)
  expect(await rows.first().innerText()).toContain(ACTIONS['read log']![lang])
  await dialog.getByRole('button', { name: says('older') }).click()
  await dialog.getByRole('button', { name: says('newest') }).waitFor()

  const form = dialog.getByRole('form', { name: says('filter') })
  await form.locator('select').selectOption('change')
  await form.locator('input[name=author]').fill('leila')
  await form.getByRole('button', { name: says('show'), exact: true }).click()
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1)
  expect(await rows.first().innerText()).toContain(ACTIONS['save site']![lang])
  await rows.first().locator('summary').click()
  expect(await rows.first().locator('del').innerText()).toBe('École')
  expect(await rows.first().locator('ins').innerText()).toBe('Lycée')
  expect(await dialog.getByRole('link', { name: says('table') }).getAttribute('href')).toContain(
    'author=leila',
  )

  await dialog.getByRole('button', { name: says('verify') }).click()
  const head = dialog.locator('.head')
  await head.waitFor()
  expect(await head.innerText()).toMatch(/^\d+:[0-9a-f]{64}$/)
  expect(await dialog.locator('.verification strong').innerText()).not.toContain('{')
  expect(await axeViolations(page)).toEqual([])
  await page.screenshot({ path: `${SHOTS}/log-${lang}.png` })
  await page.setViewportSize(PHONE)
  await page.screenshot({ path: `${SHOTS}/log-phone-${lang}.png` })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
  await page.close()
})

test('each action that the server records of readers has its words', () => {
  const actions = Object.values(AUDITED_ROUTES).map(({ action }) => action)
  expect(actions.filter((action) => !(action in ACTIONS))).toEqual([])
})

/** API keys beside the account: an administrator makes one for a program, extends it, and revokes it. */
import { listApiKeys } from '#store/keys'
import { beforeEach, expect, test } from 'vitest'
import { WORDS } from '../../web/src/keys/words.js'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 800 }

let cookie: string
let planner: string
const web = webFixture({
  hasDemo: false,
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'administrator')
    planner = await signIn(server, database, 'planner')
  },
})
beforeEach(() => web.database.source.query('DELETE FROM api_key'))

async function openAccount(lang: Lang, session: string) {
  const opened = await web.newPage({ cookie: session })
  await opened.page.goto(`${web.server.url}/?lang=${lang}`)
  await opened.page.locator('#account bdi').waitFor()
  await opened.page.locator('#account').click()
  return opened
}

test.each(['fr', 'ar', 'en'] as const)('in %s a key is made, extended and revoked', async (lang) => {
  const words = localizerOf(lang)
  const says = words.translatorOf(WORDS)
  const { page, faults } = await openAccount(lang, cookie)
  await page.setViewportSize(DESK)
  await page.getByRole('button', { name: words.t('apiKeys'), exact: true }).click()
  const dialog = page.getByRole('dialog', { name: says('title') })
  await dialog.getByText(says('none')).waitFor()
  const form = dialog.getByRole('form', { name: says('add') })
  await form.locator('input[name=name]').fill('Rapport mensuel')
  await form.locator('select').first().selectOption('operator')
  await form.locator('input[name=operator]').fill('Maroc Telecom')
  await form.getByRole('button', { name: says('add'), exact: true }).click()
  const secret = form.locator('.secret input')
  await secret.waitFor()
  const key = await secret.inputValue()
  expect(key).toMatch(/^tgk_/)
  const answer = await fetch(`${web.server.url}/api/v1/disputes`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(answer.status).toBe(200)
  expect(await axeViolations(page)).toEqual([])
  await page.screenshot({ path: `${SHOTS}/keys-${lang}.png` })
  await page.setViewportSize(PHONE)
  await page.screenshot({ path: `${SHOTS}/keys-phone-${lang}.png` })
  await page.setViewportSize(DESK)

  const row = dialog.locator('tr[data-key="Rapport mensuel"]')
  await row.getByRole('button', { name: says('extend', { n: 90 }) }).click()
  await dialog
    .getByRole('status')
    .filter({ hasText: says('extended', { name: '\u2068Rapport mensuel\u2069' }) })
    .waitFor()
  // The same name again is refused in the reader's language.
  await form.locator('input[name=name]').fill('Rapport mensuel')
  await form.locator('input[name=operator]').fill('inwi')
  await form.getByRole('button', { name: says('add'), exact: true }).click()
  await form.getByText(says('nameTaken')).waitFor()

  await row.getByRole('button', { name: says('revoke') }).focus()
  await page.keyboard.press('Enter')
  await row.getByRole('button', { name: says('revokeSure') }).waitFor()
  await page.keyboard.press('Enter')
  await row.getByRole('button').first().waitFor({ state: 'detached' })
  expect(await listApiKeys(web.database.source.manager)).toMatchObject([
    { name: 'Rapport mensuel', role: 'operator', operator: 'iam', revokedBy: 'test-administrator' },
  ])
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
  await page.close()
})

test('a planner has no such button', async () => {
  const { page } = await openAccount('en', planner)
  await page.getByRole('button', { name: localizerOf('en').t('webhooks'), exact: true }).waitFor()
  expect(await page.getByRole('button', { name: localizerOf('en').t('apiKeys'), exact: true }).count()).toBe(
    0,
  )
  await page.close()
})

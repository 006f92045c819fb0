/** Administrators invite, change and remove people on the page; people set their password and see their sessions. */
import { Secret, TOTP } from 'otpauth'
import { beforeEach, expect, test } from 'vitest'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/people/words.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let cookie: string
const web = webFixture({
  hasDemo: false,
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'administrator')
  },
})
beforeEach(async () => {
  await web.database.source.query(`DELETE FROM account WHERE name NOT LIKE 'test-%'`)
})

const PASSWORD = 'une phrase à moi'
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]

async function openMenu(lang: Lang, session: string, size = SIZES[0]!) {
  const opened = await web.newPage({ cookie: session, size })
  await opened.page.goto(`${web.server.url}/?lang=${lang}`)
  await opened.page.locator('#account bdi').waitFor()
  await opened.page.locator('#account').click()
  return opened
}

test.each(['fr', 'ar', 'en'] as const)(
  'in %s a person is invited, signs in, and is removed',
  async (lang) => {
    const words = localizerOf(lang)
    const says = words.translatorOf(WORDS)
    const { page, faults } = await openMenu(lang, cookie)
    await page.getByRole('button', { name: words.t('people'), exact: true }).click()
    const dialog = page.getByRole('dialog', { name: says('title'), exact: true })
    const form = dialog.getByRole('form', { name: says('add') })
    await form.locator('input[name=name]').fill('Leïla A.')
    await form.locator('select[name=role]').selectOption('operator')
    await form.locator('input[name=operator]').fill('Maroc Telecom')
    expect(await axeViolations(page)).toEqual([])
    await form.getByRole('button', { name: says('addAction'), exact: true }).click()
    const link = await dialog.locator('.credential output').innerText()
    expect(link).toContain('#invite=tgt_')
    expect(await axeViolations(page)).toEqual([])
    for (const size of SIZES) {
      await page.setViewportSize(size)
      await page.screenshot({ path: `${SHOTS}/people-${lang}-${size.width}.png` })
    }
    await page.setViewportSize(SIZES[0]!)

    // The same name again is refused in the reader's language.
    await form.locator('input[name=name]').fill('Leïla A.')
    await form.locator('select[name=role]').selectOption('planner')
    await form.getByRole('button', { name: says('addAction'), exact: true }).click()
    await form.getByText(says('name_taken')).waitFor()

    const invited = await web.newPage({ size: SIZES[1]! })
    await invited.page.goto(`${web.server.url}/?lang=${lang}#${link.split('#')[1]}`)
    const welcome = invited.page.getByRole('dialog', { name: says('welcome') })
    await welcome.getByText('Leïla A.').waitFor()
    expect(invited.page.url()).not.toContain('invite')
    await welcome.locator('input[name=next]').fill(PASSWORD)
    expect(await axeViolations(invited.page)).toEqual([])
    await invited.page.screenshot({ path: `${SHOTS}/invited-${lang}.png` })
    await welcome.getByRole('button', { name: words.t('setPassword') }).click()
    await invited.page.locator('#account', { hasText: 'Leïla A.' }).waitFor()
    await invited.page.close()

    const row = dialog.locator('tr[data-person="Leïla A."]')
    await row.getByRole('button', { name: says('manage') }).click()
    const person = dialog.locator('section.person')
    await person.locator('select[name=role]').selectOption('analyst')
    await person.getByRole('button', { name: says('changeRole') }).click()
    await dialog.getByText(says('roleChanged')).waitFor()
    await row.getByText(says('role_analyst'), { exact: true }).waitFor()
    await person.locator('tr[data-session]').waitFor()
    expect(await axeViolations(page)).toEqual([])
    for (const size of SIZES) {
      await page.setViewportSize(size)
      await page.screenshot({ path: `${SHOTS}/person-${lang}-${size.width}.png` })
    }
    await page.setViewportSize(SIZES[0]!)
    await person
      .locator('tr[data-session]')
      .getByRole('button', { name: says('end'), exact: true })
      .click()
    await dialog.getByText(says('sessionEnded')).waitFor()
    await person.getByText(says('noSessions')).waitFor()
    await person.getByRole('button', { name: says('disable'), exact: true }).click()
    await dialog.getByText(says('isDisabled')).waitFor()
    await person.getByRole('button', { name: says('newPassword') }).click()
    await dialog.getByText(says('wasReset')).waitFor()
    await person.getByRole('button', { name: says('remove'), exact: true }).click()
    await person.getByRole('button', { name: says('removeSure') }).click()
    await row.waitFor({ state: 'detached' })

    const self = dialog.locator('tr[data-person="test-administrator"]')
    await self.getByRole('button', { name: says('manage') }).click()
    await person.getByRole('button', { name: says('disable'), exact: true }).click()
    await person.getByText(says('last_administrator')).waitFor()
    await web.database.source.query(`DELETE FROM account WHERE name NOT LIKE 'test-%'`)
    expect(faults).toEqual([])
    await page.close()
  },
)

test.each(['fr', 'ar', 'en'] as const)(
  'in %s one sees where one is signed in, and ends the rest',
  async (lang) => {
    const words = localizerOf(lang)
    const says = words.translatorOf(WORDS)
    const own = await signIn(web.server, web.database, 'planner', { name: `test-${lang}` })
    const other = await signIn(web.server, web.database, 'planner', { name: `test-${lang}` })
    const { page, faults } = await openMenu(lang, own, SIZES[1]!)
    await page.getByRole('button', { name: words.t('sessions'), exact: true }).click()
    const dialog = page.getByRole('dialog', { name: says('ownSessions') })
    const rows = dialog.locator('tr[data-session]')
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(2)
    await dialog.getByText(says('thisDevice')).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/own-sessions-${lang}.png` })
    await dialog.getByRole('button', { name: says('endOthers') }).click()
    await dialog.getByText(says('othersEnded')).waitFor()
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1)
    const answer = await fetch(`${web.server.url}/api/v1/session`, { headers: { cookie: other } })
    expect(answer.status).toBe(401)
    expect(faults).toEqual([])
    await page.close()
  },
)

test.each(['fr', 'ar', 'en'] as const)(
  'in %s a second factor is set up, required and asked for',
  async (lang) => {
    const words = localizerOf(lang)
    const says = words.translatorOf(WORDS)
    const name = `test-factor-${lang}`
    const own = await signIn(web.server, web.database, 'planner', { name })
    await web.database.source.query(
      `INSERT INTO sign_in_rule (role, second_factor, changed_by) VALUES ('planner', true, 'test') ON CONFLICT DO NOTHING`,
    )
    const { page, faults } = await web.newPage({ cookie: own, size: SIZES[1]! })
    await page.goto(`${web.server.url}/?lang=${lang}`)
    // It opens by itself, because the role needs it.
    const dialog = page.getByRole('dialog', { name: says('secondFactor') })
    await dialog.getByText(says('factorRequired')).waitFor()
    const app = dialog.getByRole('region', { name: says('app') })
    await app.locator('input[name=password]').fill('a password of the tests')
    await app.getByRole('button', { name: says('setUp'), exact: true }).click()
    await dialog.getByRole('img', { name: says('qrCode') }).waitFor()
    const secret = await dialog.locator('.secret output').innerText()
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/second-factor-${lang}.png` })
    await dialog.locator('input[name=code]').fill(totp.generate())
    await dialog.getByRole('button', { name: says('confirm'), exact: true }).click()
    const codes = (await dialog.locator('.credential output').innerText()).split('\n')
    expect(codes).toHaveLength(10)
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/recovery-codes-${lang}.png` })
    await dialog.getByRole('button', { name: words.t('close') }).click()
    await page.locator('#account').click()
    await page.getByRole('button', { name: words.t('signOut') }).click()
    await page.locator('#account', { hasText: words.t('signIn') }).click()
    const form = page.getByRole('dialog', { name: words.t('signIn') })
    await form.locator('input[name=name]').fill(name)
    await form.locator('input[name=password]').fill('not the password')
    await form.getByRole('button', { name: words.t('signIn') }).click()
    await form.getByText(words.t('problem_wrong_name_or_password')).waitFor()
    await form.locator('input[name=password]').fill('a password of the tests')
    await form.getByRole('button', { name: words.t('signIn') }).click()
    await form.locator('input[name=code]').fill(codes[0]!)
    expect(await axeViolations(page)).toEqual([])
    await form.getByRole('button', { name: words.t('signIn') }).click()
    // The wrong password of before is told.
    const notice = page
      .getByRole('dialog', { name: words.t('account') })
      .getByRole('alert')
      .first()
    await notice.waitFor()
    expect(await notice.innerText()).toMatch(/1|واحدة/)
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/failed-sign-ins-${lang}.png` })
    expect(faults).toEqual([])
    await page.close()
  },
)

test('a link that was used says so', async () => {
  const { page } = await web.newPage()
  await page.goto(`${web.server.url}/?lang=fr#invite=tgt_this-link-never-was-one`)
  await page.getByText(WORDS.fr.invitation_over).waitFor()
  await page.close()
})

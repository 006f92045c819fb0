/**
 * One walk through all that makes an installation trustworthy, from its first start to its log, in French and in Arabic: the one-time
 * password, an invitation, an authenticator app, a passkey, a provider of identities, a lost phone, an erasure.
 */
import type { OidcConfig } from '#config'
import { createFirstAdministrator } from '#setup'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WORDS as DEVICE_WORDS } from '../../web/src/devices/words.js'
import { type Lang, type Localizer, localizerOf } from '../../web/src/language/language.js'
import { ACTIONS } from '../../web/src/log/actions.js'
import { WORDS as LOG_WORDS } from '../../web/src/log/words.js'
import { WORDS as PEOPLE_WORDS } from '../../web/src/people/words.js'
import { WORDS as PERSONAL_WORDS } from '../../web/src/personal/words.js'
import { BUILT_WEB, type OpenedPage, SHOTS, axeViolations, launch, newPage } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { CLIENT, type TestProvider, startProvider } from '../support/oidc-provider.js'
import { type TestServer, serve, siteWithDevice } from '../support/server.js'

const DESK = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }
const ADMIN_PASSWORD = 'la première phrase à moi'
const OWN_PASSWORD = 'une autre phrase à moi'
const PERSON = 'Leïla A.'

let database: TestDatabase
let server: TestServer
let provider: TestProvider
let browser: Browser
/** The server by its name: passkeys belong to a name, not to an address. */
let url: string
beforeEach(async () => {
  const oidc: OidcConfig = {
    issuer: '',
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    name: 'Ministère',
    scope: 'openid profile roles',
    roleClaim: 'roles',
    roles: { planners: 'planner' },
  }
  database = await freshDatabase('postgresql')
  await siteWithDevice(database, 'S1')
  server = await serve(database, { oidc }, BUILT_WEB)
  url = server.url.replace('127.0.0.1', 'localhost')
  provider = await startProvider(url)
  oidc.issuer = provider.issuer
  browser = await launch()
}, 300_000)
afterEach(async () => {
  await browser?.close()
  await provider?.close()
  await server?.close()
  await database?.drop()
})

/** A person in a browser of their own. */
class Visitor {
  constructor(
    readonly page: Page,
    readonly faults: string[],
    readonly words: Localizer,
  ) {}

  get lang(): Lang {
    return this.words.lang
  }

  dialog(name: string) {
    return this.page.getByRole('dialog', { name, exact: true })
  }

  /** Opens the account's menu and a dialog of it. */
  async open(entry: Parameters<Localizer['t']>[0]): Promise<void> {
    await this.page.locator('#account').click()
    await this.page.getByRole('button', { name: this.words.t(entry), exact: true }).click()
  }

  async close(dialog: ReturnType<Visitor['dialog']>): Promise<void> {
    await this.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }

  /** Looks at the page: nothing that axe finds, and a picture for people at both widths. */
  async look(name: string): Promise<void> {
    expect(await axeViolations(this.page)).toEqual([])
    for (const size of [PHONE, DESK]) {
      await this.page.setViewportSize(size)
      await this.page.screenshot({ path: `${SHOTS}/walk-${name}-${this.lang}-${size.width}.png` })
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    const { t } = this.words
    await this.page.locator('#account', { hasText: t('signIn') }).click()
    const form = this.dialog(t('signIn'))
    await form.locator('input[name=name]').fill(name)
    await form.locator('input[name=password]').fill(password)
    await form.getByRole('button', { name: t('signIn'), exact: true }).click()
  }

  async signOut(): Promise<void> {
    await this.open('signOut')
    await this.page.locator('#account', { hasText: this.words.t('signIn') }).waitFor()
  }
}

async function visitor(lang: Lang, path = ''): Promise<Visitor> {
  const { page, faults }: OpenedPage = await newPage(browser, url, { size: DESK })
  await page.goto(`${url}/?lang=${lang}${path}`)
  return new Visitor(page, faults, localizerOf(lang))
}

/** The first start shows a one-time password, which opens nothing but the form for an own one. */
async function firstStart(lang: Lang): Promise<Visitor> {
  const first = (await createFirstAdministrator(database.source))!
  const admin = await visitor(lang)
  const { words } = admin
  await admin.signIn(first.name, first.password)
  const form = admin.dialog(words.t('account'))
  await form.getByText(words.t('mustChange')).waitFor()
  await admin.look('first-start')
  await form.locator('input[name=password]').fill(first.password)
  await form.locator('input[name=next]').fill(ADMIN_PASSWORD)
  await form.getByRole('button', { name: words.t('setPassword') }).click()
  await admin.page.locator('#account bdi', { hasText: first.name }).waitFor()
  return admin
}

/** The administrator invites a planner, who sets a password by the link. */
async function invite(admin: Visitor): Promise<Visitor> {
  const says = admin.words.translatorOf(PEOPLE_WORDS)
  await admin.open('people')
  const dialog = admin.dialog(says('title'))
  const form = dialog.getByRole('form', { name: says('add') })
  await form.locator('input[name=name]').fill(PERSON)
  await form.locator('select[name=role]').selectOption('planner')
  await form.getByRole('button', { name: says('addAction'), exact: true }).click()
  const link = await dialog.locator('.credential output').innerText()
  expect(link.startsWith(`${url}/`)).toBe(true)
  await admin.close(dialog)
  const person = await visitor(admin.lang, `#${link.split('#')[1]}`)
  const welcome = person.dialog(says('welcome'))
  await welcome.locator('input[name=next]').fill(OWN_PASSWORD)
  await person.look('invited')
  await welcome.getByRole('button', { name: person.words.t('setPassword') }).click()
  await person.page.locator('#account', { hasText: PERSON }).waitFor()
  return person
}

/** The person sets up an app and a passkey, and signs in with each. */
async function secondFactors(person: Visitor): Promise<void> {
  const { page, words } = person
  const says = words.translatorOf(PEOPLE_WORDS)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await person.open('secondFactor')
  const dialog = person.dialog(says('secondFactor'))
  await dialog.getByText(says('factorLead')).waitFor()
  await person.look('second-factor')
  const app = dialog.getByRole('region', { name: says('app') })
  await app.locator('input[name=password]').fill(OWN_PASSWORD)
  await app.getByRole('button', { name: says('setUp'), exact: true }).click()
  const secret = Secret.fromBase32(await dialog.locator('.secret output').innerText())
  // Codes work once: the clock of this app runs ahead by a period at each use, as far as the server allows.
  const code = (periods: number) =>
    new TOTP({ secret }).generate({ timestamp: Date.now() + periods * 30_000 })
  await app.locator('input[name=code]').fill(code(-1))
  await app.getByRole('button', { name: says('confirm'), exact: true }).click()
  await dialog.getByRole('region', { name: says('recoveryCodes') }).waitFor()

  const passkeys = dialog.getByRole('region', { name: says('passkeys') })
  const form = passkeys.getByRole('form', { name: says('addPasskey') })
  await form.locator('input[name=name]').fill(says('passkeyNameExample'))
  await form.locator('input[name=password]').fill(OWN_PASSWORD)
  await form.getByRole('button', { name: says('addPasskey') }).click()
  const item = passkeys.locator('li[data-passkey]')
  await item.getByText(says('passkeyUnused')).waitFor()
  // The same device makes no second one.
  await form.locator('input[name=name]').fill('2')
  await form.locator('input[name=password]').fill(OWN_PASSWORD)
  await form.getByRole('button', { name: says('addPasskey') }).click()
  await form.getByText(words.t('problem_passkey_there')).waitFor()
  await person.look('passkey-added')
  await item.getByRole('button', { name: says('manage') }).click()
  await item.locator('input[name=name]').fill('iPhone')
  await item.getByRole('button', { name: says('renamePasskey') }).click()
  await item.locator('strong', { hasText: 'iPhone' }).waitFor()
  await person.close(dialog)

  await person.signOut()
  await person.signIn(PERSON, OWN_PASSWORD)
  const entry = person.dialog(words.t('signIn'))
  await entry.getByRole('button', { name: words.t('usePasskey') }).waitFor()
  await person.look('sign-in-passkey')
  await entry.getByRole('button', { name: words.t('usePasskey') }).click()
  await page.locator('#account', { hasText: PERSON }).waitFor()
  await person.signOut()
  await person.signIn(PERSON, OWN_PASSWORD)
  await entry.locator('input[name=code]').fill(code(1))
  await entry.getByRole('button', { name: words.t('signIn'), exact: true }).click()
  await page.locator('#account', { hasText: PERSON }).waitFor()
}

/** Somebody else signs in at the provider of the ministry, which is another site. */
async function signInAtProvider(lang: Lang): Promise<void> {
  const login = `karim-${lang}`
  provider.people[login] = { preferred_username: login, roles: ['planners'] }
  const { page, words } = await visitor(lang)
  await page.locator('#account', { hasText: words.t('signIn') }).click()
  await page.getByRole('link', { name: /Ministère/ }).click()
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').first().click()
  await page.waitForURL((at) => at.href.startsWith(url) || at.pathname.startsWith('/interaction/'))
  if (!page.url().startsWith(url)) await page.locator('button[type=submit]').first().click()
  await page.locator('#account', { hasText: login }).waitFor()
  await page.close()
}

/** A phone that measures is lost: it gets a replacement, and its token no longer works. */
async function replacePhone(admin: Visitor): Promise<void> {
  const says = admin.words.translatorOf(DEVICE_WORDS)
  await admin.open('devices')
  const dialog = admin.dialog(says('title'))
  await dialog
    .locator('tr[data-device]')
    .first()
    .getByRole('button', { name: says('manage') })
    .click()
  const device = dialog.locator('section.person')
  await device.getByRole('button', { name: says('replace'), exact: true }).click()
  await device.getByRole('button', { name: says('replaceSure') }).click()
  await dialog.getByText(says('replaced')).waitFor()
  await admin.look('phone-replaced')
  await admin.close(dialog)
}

/** The person asks to be forgotten: the account ends, and with it the session and the second factors. */
async function erase(admin: Visitor, person: Visitor): Promise<void> {
  const says = admin.words.translatorOf(PERSONAL_WORDS)
  await admin.open('personal')
  const dialog = admin.dialog(says('title'))
  const choice = dialog.getByRole('form', { name: says('person') })
  await choice.locator('input[name=name]').fill(PERSON)
  await choice.getByRole('button', { name: says('choose'), exact: true }).click()
  const form = dialog.getByRole('form', { name: says('erasure') })
  await form.locator('input[name=comment]').fill('Demande du 1er mars')
  await form.locator('input[name=again]').fill(PERSON)
  await admin.look('erasure')
  await form.locator('button.main').click()
  await dialog.getByRole('status').filter({ hasText: 'erased' }).waitFor()
  await admin.close(dialog)
  for (const table of ['second_factor', 'passkey', 'recovery_code', 'session'])
    expect(
      await database.source.query(`SELECT 1 FROM ${table} WHERE account_name = $1`, [PERSON]),
      table,
    ).toEqual([])
  await person.page.reload()
  await person.page.locator('#account', { hasText: person.words.t('signIn') }).waitFor()
}

/** The log has all of it, whole, and the name of the erased person no more. */
async function readLog(admin: Visitor): Promise<void> {
  const { lang, words } = admin
  const says = words.translatorOf(LOG_WORDS)
  await admin.open('log')
  const dialog = admin.dialog(says('title'))
  const rows = dialog.locator('tr[data-kind]')
  await rows.first().waitFor()
  const log = (await rows.allInnerTexts()).join('\n')
  for (const action of [
    'change password',
    'add account',
    'accept invitation',
    'add second factor',
    'add passkey',
    'rename passkey',
    'sign in',
    'replace device',
    'read log',
  ])
    expect(log).toContain(ACTIONS[action]![lang])
  expect(log).not.toContain(PERSON)
  await dialog.getByRole('button', { name: says('verify') }).click()
  await dialog.locator('.head').waitFor()
  await admin.look('log')
  await admin.close(dialog)
}

test.each(['fr', 'ar'] as const)(
  'in %s, from the first start to the log',
  async (lang) => {
    const admin = await firstStart(lang)
    const person = await invite(admin)
    await secondFactors(person)
    await signInAtProvider(lang)
    await replacePhone(admin)
    await erase(admin, person)
    await readLog(admin)
    expect([...admin.faults, ...person.faults]).toEqual([])
  },
  600_000,
)

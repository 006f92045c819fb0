/** Signing in at an OpenID Connect provider by the page’s button, and out again. */
import type { OidcConfig } from '#config'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localizerOf } from '../../web/src/language/language.js'
import { BUILT_WEB, SHOTS, axeViolations, launch, newPage } from '../support/browser.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { CLIENT, type TestProvider, startProvider } from '../support/oidc-provider.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
let provider: TestProvider
let browser: Browser
const oidc: OidcConfig = {
  issuer: '',
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  name: 'Ministère',
  scope: 'openid profile roles',
  roleClaim: 'roles',
  roles: { planners: 'planner' },
}
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database, { oidc }, BUILT_WEB)
  provider = await startProvider(server.url)
  oidc.issuer = provider.issuer
  browser = await launch()
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await provider?.close()
  await server?.close()
  await database?.drop()
})

async function openSignIn(lang: 'fr' | 'ar' | 'en', size?: { width: number; height: number }) {
  const { page } = await newPage(browser, server.url, size && { size })
  const words = localizerOf(lang)
  await page.goto(`${server.url}/?lang=${lang}`)
  await page.locator('#account', { hasText: words.t('signIn') }).click()
  const button = page.getByRole('link', { name: /Ministère/ })
  await button.waitFor()
  return { page, words, button }
}

/** Gives the login that the provider’s form asks for, and agrees to what the client may see. */
async function enterAtProvider(page: Awaited<ReturnType<typeof openSignIn>>['page'], login: string) {
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').first().click()
  await page.waitForURL((url) => url.href.startsWith(server.url) || url.pathname.startsWith('/interaction/'))
  if (!page.url().startsWith(server.url)) await page.locator('button[type=submit]').first().click()
  await page.waitForURL((url) => url.href.startsWith(server.url))
}

test('a person signs in at the provider and is back with a role', async () => {
  provider.people['leila'] = { preferred_username: 'leila', roles: ['planners'] }
  const { page, words, button } = await openSignIn('fr')
  expect(await axeViolations(page)).toEqual([])
  await page.screenshot({ path: `${SHOTS}/oidc-sign-in-fr.png` })
  await button.click()
  await enterAtProvider(page, 'leila')
  await page.locator('#account', { hasText: 'leila' }).waitFor()
  await page.locator('#account').click()
  await page.getByRole('button', { name: words.t('webhooks'), exact: true }).waitFor()
  // The password and the second factor are the provider’s.
  expect(await page.getByRole('button', { name: words.t('changePassword') }).count()).toBe(0)
  expect(await page.getByRole('button', { name: words.t('secondFactor'), exact: true }).count()).toBe(0)
  await page.getByRole('button', { name: words.t('signOut') }).click()
  await page.waitForURL((url) => url.href.startsWith(`${provider.issuer}/session/end`))
  const sessions = await database.source.query('SELECT 1 FROM session')
  expect(sessions).toEqual([])
  await page.close()
})

test('a person without a role reads why, in Arabic on a phone', async () => {
  provider.people['karim'] = { preferred_username: 'karim', roles: [] }
  const { page, words, button } = await openSignIn('ar', { width: 390, height: 844 })
  await page.screenshot({ path: `${SHOTS}/oidc-sign-in-ar.png` })
  await button.click()
  await enterAtProvider(page, 'karim')
  await page.getByRole('alert').getByText(words.t('oidc_no_role')).waitFor()
  expect(page.url()).not.toContain('oidc=')
  expect(await axeViolations(page)).toEqual([])
  await page.screenshot({ path: `${SHOTS}/oidc-no-role-ar.png` })
  await page.close()
})

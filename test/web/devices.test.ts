/** The administrators' dialog of devices: a phone gets its token by a QR code, and is replaced when it is lost. */
import { beforeEach, expect, test } from 'vitest'
import { localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/devices/words.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn, siteWithDevice } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let cookie: string
const web = webFixture({
  hasDemo: false,
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'administrator')
    await siteWithDevice(database, 'S1')
  },
})
beforeEach(() => web.database.source.query('DELETE FROM device'))

test.each(['fr', 'ar', 'en'] as const)('in %s a phone is added, named, lost and replaced', async (lang) => {
  const words = localizerOf(lang)
  const says = words.translatorOf(WORDS)
  const { page, faults } = await web.newPage({ cookie })
  await page.goto(`${web.server.url}/?lang=${lang}`)
  await page.locator('#account bdi').waitFor()
  await page.locator('#account').click()
  await page.getByRole('button', { name: words.t('devices'), exact: true }).click()
  const dialog = page.getByRole('dialog', { name: says('title') })
  await dialog.getByText(says('none')).waitFor()
  const form = dialog.getByRole('form', { name: says('add') })
  await form.locator('input[name=site]').fill('S1')
  await form.getByRole('button', { name: says('addAction'), exact: true }).click()
  await dialog.getByRole('img', { name: says('qrCode') }).waitFor()
  const link = await dialog.locator('.credential output').innerText()
  expect(link).toMatch(/\/probe#token=tgt_/)
  const row = dialog.locator('tr[data-device]')
  await row.waitFor()
  expect(await axeViolations(page)).toEqual([])
  for (const size of [
    { width: 390, height: 844 },
    { width: 1280, height: 800 },
  ]) {
    await page.setViewportSize(size)
    await page.screenshot({ path: `${SHOTS}/devices-${lang}-${size.width}.png` })
  }

  const phone = await web.newPage({ size: { width: 390, height: 844 } })
  await phone.page.goto(`${link.replace('/probe#', `/probe?lang=${lang}#`)}`)
  await expect.poll(() => phone.page.url(), { timeout: 20_000 }).not.toContain('tgt_')
  await phone.page.close()

  await row.getByRole('button', { name: says('manage') }).click()
  const device = dialog.locator('section.person')
  await device.locator('input[name=name]').fill('Infirmière')
  await device.getByRole('button', { name: says('rename') }).click()
  await dialog.getByText(says('renamed')).waitFor()
  await row.getByText('Infirmière', { exact: true }).first().waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.screenshot({ path: `${SHOTS}/device-${lang}.png` })
  await device.getByRole('button', { name: says('replace'), exact: true }).click()
  await device.getByRole('button', { name: says('replaceSure') }).click()
  await dialog.getByText(says('replaced')).waitFor()
  await expect
    .poll(() => dialog.locator('.credential output').innerText(), { timeout: 20_000 })
    .not.toBe(link)
  const answer = await fetch(`${web.server.url}/api/v1/probes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${link.split('token=')[1]}`, 'content-type': 'application/json' },
    body: '[]',
  })
  expect(answer.status).toBe(401)
  await dialog.locator('input[name=search]').fill('infirm')
  await row.getByText('Infirmière', { exact: true }).first().waitFor()
  expect(faults).toEqual([])
  await page.close()
})

/** Webhooks beside the account: a planner makes one, sees its secret once and what was sent, and ends it. */
import { expect, test } from 'vitest'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/subscriptions/words.js'
import { type OpenedPage, SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let cookie: string
const web = webFixture({
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'planner')
  },
})

async function open(lang: Lang): Promise<OpenedPage> {
  const opened = await web.openMap(`lang=${lang}&area=01.051`, { cookie })
  await opened.page.waitForSelector('[data-ready="true"]')
  return opened
}

test.each(['fr', 'ar'] as const)(
  'in %s an address is subscribed, its secret shown once, its messages read, and it is removed',
  async (lang) => {
    const { t } = localizerOf(lang)
    const says = localizerOf(lang).translatorOf(WORDS)
    const { page, faults } = await open(lang)
    const feed = page.locator('.panel .feed a')
    expect(await feed.innerText()).toBe(t('feedOfArea'))
    const answer = await fetch(new URL((await feed.getAttribute('href'))!, web.server.url))
    expect(answer.status).toBe(200)
    expect(((await answer.json()) as { language: string }).language).toBe(lang)

    await page.locator('#account').click()
    await page.getByRole('button', { name: t('webhooks'), exact: true }).click()
    const dialog = page.getByRole('dialog', { name: says('title') })
    await dialog.getByText(says('none')).waitFor()
    const add = dialog.getByRole('button', { name: says('add'), exact: true })
    await dialog.locator('input[name=url]').fill('http://example.org/hook')
    await add.click()
    // In the reader's language, not the server's sentence.
    await dialog.getByText(says('webhook_address')).waitFor()
    await dialog.locator('input[name=url]').fill('https://example.org/hook')
    await dialog.getByLabel(says('plan.late'), { exact: true }).check()
    await add.click()
    const secret = dialog.locator('.secret input')
    await secret.waitFor()
    const first = await secret.inputValue()
    expect(first).toMatch(/^whsec_/)
    await dialog.locator('.webhooks li').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await secret.evaluate((field) => field.scrollIntoView())
    await page.screenshot({ path: `${SHOTS}/webhooks-secret-${lang}.png` })

    const { items } = (await (
      await fetch(`${web.server.url}/api/v1/subscriptions`, { headers: { cookie } })
    ).json()) as { items: { id: string; kinds: string[]; area: string; rule: string }[] }
    expect(items).toMatchObject([{ kinds: ['plan.late'], area: '01.051', rule: 'ma-floor' }])
    await web.database.source.query(
      `INSERT INTO delivery (id, subscription_id, number, events, created_at, attempts, next_at, last_error)
       VALUES (gen_random_uuid(), $1, 1, 3, now(), 2, now(), 'answered 500')`,
      [items[0]!.id],
    )
    await dialog.getByRole('button', { name: says('deliveries'), exact: true }).click()
    await dialog.getByText('answered 500').waitFor()
    await dialog.locator('.webhooks').evaluate((list) => list.scrollIntoView())
    await page.screenshot({ path: `${SHOTS}/webhooks-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])

    const item = dialog.locator('.webhooks li')
    await item.getByRole('button', { name: says('newSecret'), exact: true }).click()
    const renewed = item.locator('.secret input')
    await renewed.waitFor()
    expect(await renewed.inputValue()).toMatch(/^whsec_/)
    expect(await renewed.inputValue()).not.toBe(first)
    await item.getByText(says('bothSecrets', { moment: '' }).trim()).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/webhooks-new-secret-${lang}.png` })

    await dialog.getByRole('button', { name: says('remove'), exact: true }).click()
    await dialog.getByRole('button', { name: says('removeSure'), exact: true }).click()
    await dialog.getByText(says('none')).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expect
      .poll(() => page.locator('#account').evaluate((button) => button.matches(':focus')))
      .toBe(true)
    expect(faults).toEqual([])
    await page.close()
  },
)

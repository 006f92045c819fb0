/** An administrator binds a person to a province on the page, who then works there; an operator answers a dispute. */
import { newClaimOf } from '../support/contested.js'
import { expect, test } from 'vitest'
import { WORDS as DISPUTE_WORDS } from '../../web/src/disputes/words.js'
import { type Lang, localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/people/words.js'
import { WORDS as PLAN_WORDS } from '../../web/src/plan/words.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

const cookies = {} as Record<'administrator' | 'north' | 'public' | 'iam', string>
const web = webFixture({
  prepare: async ({ database, server }) => {
    cookies.administrator = await signIn(server, database, 'administrator')
    cookies.north = await signIn(server, database, 'planner', { name: 'nord' })
    cookies.public = await signIn(server, database, 'public')
    cookies.iam = await signIn(server, database, 'operator', { name: 'noc', operator: 'iam' })
  },
})

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]
const PROVINCE = { fr: 'Al Hoceima', ar: 'الحسيمة' }

const call = async (cookie: string, method: string, path: string, body?: unknown) => {
  const headers = { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const answer = await fetch(web.server.url + path, init)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function shoot(page: Awaited<ReturnType<typeof web.newPage>>['page'], name: string) {
  for (const size of SIZES) {
    await page.setViewportSize(size)
    await page.screenshot({ path: `${SHOTS}/${name}-${size.width}.png` })
  }
  await page.setViewportSize(SIZES[0]!)
}

test.each(['fr', 'ar'] as const)('in %s a planner is bound to a province, and works there', async (lang) => {
  const words = localizerOf(lang)
  const says = words.translatorOf(WORDS)
  await call(cookies.administrator, 'PATCH', '/api/v1/accounts/nord', { areas: null })
  const { page, faults } = await web.newPage({ cookie: cookies.administrator, size: SIZES[0]! })
  await page.goto(`${web.server.url}/?lang=${lang}`)
  await page.locator('#account bdi').waitFor()
  await page.locator('#account').click()
  await page.getByRole('button', { name: words.t('people'), exact: true }).click()
  const dialog = page.getByRole('dialog', { name: says('title'), exact: true })
  const row = dialog.locator('tr[data-person="nord"]')
  await row.getByRole('button', { name: says('manage') }).click()
  const person = dialog.locator('section.person')
  await person.locator('select[name=areas]').selectOption('01.051')
  await person.locator('input[name=communes]').fill('99.999.01.01')
  await person.getByRole('button', { name: says('changeRole') }).click()
  await person.getByText('99.999.01.01').waitFor()
  await person.locator('input[name=communes]').fill('')
  expect(await axeViolations(page)).toEqual([])
  await shoot(page, `scope-form-${lang}`)
  await person.getByRole('button', { name: says('changeRole') }).click()
  await row.getByText(PROVINCE[lang]).waitFor()
  expect(await row.innerText()).toContain('01.051')
  await shoot(page, `scope-list-${lang}`)
  // What is chosen is shown again, and nothing chosen unbinds.
  expect(await person.locator('select[name=areas]').inputValue()).toBe('01.051')
  expect(faults).toEqual([])
  await page.close()

  // The bound planner reads what the account is bound to, and edits items of the province only.
  const items = async (area: string) =>
    (
      (await call(cookies.north, 'GET', `/api/v1/plan?area=${area}&limit=1`)).body['items'] as {
        code: string
      }[]
    )[0]!
  const add = (code: string, lat: number, lng: number) =>
    call(cookies.administrator, 'POST', '/api/v1/plan', { code, nameFr: 'Douar', comment: 'c', lat, lng })
  await add('IN-1', 35.05, -4)
  await add('OUT-1', 33.9, -5.5)
  expect((await items('01.051')).code).not.toBe('')
  const own = await web.newPage({ cookie: cookies.north, size: SIZES[0]! })
  const edit = own.page.getByRole('button', { name: PLAN_WORDS[lang].edit, exact: true })
  await own.page.goto(`${web.server.url}/?lang=${lang}&view=plan&v.item=IN-1`)
  await edit.waitFor()
  await own.page.goto(`${web.server.url}/?lang=${lang}&view=plan&v.item=OUT-1`)
  await own.page.locator('.view', { hasText: 'OUT-1' }).waitFor()
  expect(await edit.count()).toBe(0)
  await own.page.locator('#account').click()
  await own.page.locator('dialog[open] .hint', { hasText: '01.051' }).waitFor()
  expect(await axeViolations(own.page)).toEqual([])
  await shoot(own.page, `scope-account-${lang}`)
  expect(own.faults).toEqual([])
  await own.page.close()
})

test.each(['fr', 'ar'] as const)(
  'in %s an operator answers a dispute about its declaration',
  async (lang: Lang) => {
    const t = DISPUTE_WORDS[lang]
    const opened = await call(cookies.public, 'POST', '/api/v1/disputes', {
      ...(await newClaimOf(web.database, 'iam', lang === 'fr' ? 0 : 1)),
      claimed: 'absent',
      claim: lang === 'ar' ? 'لا شبكة هنا منذ شهرين كاملين' : 'Aucun réseau ici depuis deux mois',
    })
    expect([opened.status, opened.body['detail']]).toEqual([201, undefined])
    const id = String(opened.body['id'])
    const { page, faults } = await web.newPage({ cookie: cookies.iam, size: SIZES[0]! })
    await page.goto(`${web.server.url}/?lang=${lang}&view=disputes&v.dispute=${id}`)
    await page.waitForSelector('.view .timeline li')
    expect(await page.locator('.view').innerText()).toContain(
      lang === 'ar' ? 'لا شبكة هنا' : 'Aucun réseau ici',
    )
    expect(await page.locator('.view').innerText()).not.toContain('test-public')
    await page
      .getByLabel(t.comment, { exact: true })
      .fill(
        lang === 'ar'
          ? 'الهوائي في الصيانة إلى غاية الشهر القادم.'
          : 'Antenne en maintenance jusqu’au mois prochain.',
      )
    expect(await axeViolations(page)).toEqual([])
    await page.waitForSelector('[data-ready="true"]')
    await shoot(page, `dispute-operator-${lang}`)
    await page.getByRole('button', { name: t.send }).click()
    await page.waitForSelector('.view .timeline li:nth-child(2)')
    expect(faults).toEqual([])
    await page.close()
  },
)

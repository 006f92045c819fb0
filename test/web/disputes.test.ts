/** A verdict is contested in the cell's panel, decided by another, and seen by everybody. */
import { latestRun } from '#store/runs'
import { listVerdicts } from '#store/verdicts'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'
import { WORDS } from '../../web/src/disputes/words.js'

const cookies = { operator: '', planner: '' }
let cells: string[]
const web = webFixture({
  prepare: async ({ database, server }) => {
    cookies.operator = await signIn(server, database, 'operator', { operator: 'inwi' })
    cookies.planner = await signIn(server, database, 'planner')
    const run = (await latestRun(database.source.manager, 'ma-floor'))!
    const ranges = [{ low: '0', high: '9223372036854775807' }]
    const page = { after: '0', limit: 20, class: 'grey' as const, ranges }
    cells = (await listVerdicts(database.source.manager, run, page)).map(({ h3 }) => h3)
  },
})

test.each([
  ['fr', 0, 'Contestations'],
  ['ar', 7, 'الاعتراضات'],
] as const)(
  'in %s a verdict is contested, reviewed by another, upheld, and all of it is seen',
  async (lang, n, tab) => {
    const t = WORDS[lang]
    const h3 = cells[n]!
    const { page, faults } = await web.openMap(`lang=${lang}&cell=${h3}`)
    await page.waitForSelector('.panel .confidence')
    expect(await page.getByRole('button', { name: t.contest, exact: true }).count()).toBe(0)

    await web.signInOn(page, cookies.operator)
    await page.getByRole('button', { name: t.contest, exact: true }).click()
    const form = page.getByRole('dialog', { name: t.contestTitle })
    await form.getByLabel(t.instead).selectOption('white')
    const claim = lang === 'ar' ? 'لا شبكة هنا منذ شهرين كاملين' : 'Aucun réseau ici depuis deux mois'
    await form.getByLabel(t.why).fill(claim)
    const files = form.getByLabel(t.files)
    await files.setInputFiles({ name: 'pv.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') })
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/contest-${lang}.png` })
    await form.getByRole('button', { name: t.send }).click()
    await expect.poll(() => form.getByRole('alert').innerText()).toContain('pv.pdf')
    await files.setInputFiles({
      name: 'pv.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7'),
    })
    await form.getByRole('button', { name: t.send }).click()
    await page.waitForSelector('.view .timeline li')
    const id = new URL(page.url()).searchParams.get('v.dispute')!
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(
      await page.getByRole('radio').evaluateAll((all) => all.map((one) => one.getAttribute('value'))),
    ).toEqual(['withdraw', 'comment'])
    await expect.poll(() => page.locator('.of-cell .contested').innerText()).toContain(t.state_open)

    await web.signInOn(page, cookies.planner)
    for (const [action, comment, state] of [
      ['do_review', 'vu', 'under_review'],
      ['do_ask', 'encore', 'more_asked'],
    ] as const) {
      await page.getByRole('radio', { name: t[action] }).check()
      await page.getByLabel(t.comment, { exact: true }).fill(`${comment}.`)
      await page.getByRole('button', { name: t.send }).click()
      await page.waitForSelector(`.view .dispute-state.${state}`)
    }
    await page.getByRole('radio', { name: t.do_uphold }).check()
    await page.getByLabel(t.comment, { exact: true }).fill('Mesuré à nouveau : rien.')
    expect(await axeViolations(page)).toEqual([])
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/dispute-review-${lang}.png` })
    await page.getByRole('button', { name: t.send }).click()
    await page.waitForSelector('.view .dispute-state.upheld')
    expect(await page.locator('.timeline li').count()).toBe(4)
    // The cell's panel follows without being opened anew.
    await page.waitForSelector('.of-cell .dispute-state.upheld')
    await expect.poll(() => page.locator('.view form').count()).toBe(0)

    // Whoever comes without an account sees that it was upheld and why, and neither the claim nor who spoke.
    await page.context().clearCookies()
    await page.reload()
    await page.waitForSelector('.view .timeline li:nth-child(4)')
    const seen = await page.locator('.view').innerText()
    expect(seen).toContain('Mesuré à nouveau : rien.')
    expect(seen).not.toMatch(/test-|pv\.pdf|encore/)
    expect(seen).not.toContain(claim)
    await page.waitForSelector('.of-cell .dispute-state.upheld')
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/dispute-public-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])

    await page.getByRole('button', { name: t.back }).click()
    await page.waitForSelector(`.disputes li[data-id="${id}"]`)
    await expect.poll(() => page.getByRole('button', { name: tab }).getAttribute('aria-current')).toBe('page')
    const rows = () => page.locator('.disputes li').count()
    expect(await rows()).toBeGreaterThanOrEqual(3)
    await page.screenshot({ path: `${SHOTS}/disputes-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await page.getByLabel(t.onlyOverdue).check()
    await expect.poll(rows).toBe(1)
    expect(await page.locator('.disputes li .overdue').innerText()).toMatch(/12/)
    await expect.poll(() => new URL(page.url()).searchParams.get('v.overdue')).toBe('true')
    await page.reload()
    await page.waitForSelector('.disputes li .overdue')
    expect(await rows()).toBe(1)
    await page.locator('.dispute-filters select').first().selectOption('upheld')
    await expect.poll(() => page.locator('.view').innerText()).toContain(t.empty)
    expect(faults).toEqual([])
    await page.close()
  },
)

test('a planner cannot decide their own: the page offers what the server takes', async () => {
  const { page } = await web.openMap(`lang=en&cell=${cells[12]}`)
  await web.signInOn(page, cookies.planner)
  await page.getByRole('button', { name: 'Contest this' }).click()
  await page.getByLabel('Why, in your words').fill('A planner sees something else here.')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.waitForSelector('.view .timeline li')
  const offered = await page
    .getByRole('radio')
    .evaluateAll((all) => all.map((one) => one.getAttribute('value')))
  expect(offered).toEqual(['withdraw', 'comment'])
  await page.getByLabel('Your comment').fill('a mistake')
  await page.getByRole('radio', { name: 'Withdraw' }).check()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.waitForSelector('.view .dispute-state.withdrawn')
  await page.close()
})

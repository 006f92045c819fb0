/** The numbers beside the map, in the browser, and the files that are taken from them. */
import readXlsxFile from 'read-excel-file/node'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

const web = webFixture()

test.each([
  ['fr', 'Chiffres', 'Mailles blanches'],
  ['ar', 'الأرقام', 'الخلايا البيضاء'],
])('in %s a region is opened from the table, sorted, and the address keeps it', async (lang, tab, column) => {
  const { page, faults } = await web.openMap(`lang=${lang}`)
  await page.getByRole('button', { name: tab, exact: true }).click()
  await expect.poll(() => page.locator('.figures tbody tr').count()).toBe(12)
  const white = () => page.locator('.figures tbody tr td:nth-child(4)').allInnerTexts()
  await page.getByRole('button', { name: column, exact: true }).click()
  const figures = (await white()).map((text) => Number(text.replace(/\D/g, '')))
  expect(figures).toEqual(figures.toSorted((a, b) => b - a))
  expect(figures[0]).toBeGreaterThan(0)
  await expect.poll(() => new URL(page.url()).searchParams.get('v.sort')).toBe('white')
  await page.waitForSelector('[data-ready="true"]')
  await page.screenshot({ path: `${SHOTS}/figures-${lang}.png` })
  const code = await page.locator('.figures tbody tr').first().getAttribute('data-code')
  await page.locator('.figures .link').first().click()
  await page.waitForSelector(`.figures tr[data-code^="${code}."]`)
  await expect.poll(() => new URL(page.url()).searchParams.get('area')).toBe(code)
  expect(await axeViolations(page)).toEqual([])
  await page.reload()
  await page.waitForSelector(`.figures tr[data-code^="${code}."]`)
  expect(faults).toEqual([])
  await page.close()
})

test('both files hold the table of the page, with run, rule and dates', async () => {
  const { items, run } = (await (await fetch(`${web.server.url}/api/v1/areas/table?parent=04`)).json()) as {
    run: number
    items: { code: string; nameAr: string; sites: { white: number } }[]
  }
  expect(items.length).toBeGreaterThan(3)
  const csv = await (await fetch(`${web.server.url}/api/v1/areas/table.csv?parent=04`)).text()
  const lines = csv
    .trim()
    .split('\r\n')
    .map((line) => line.split(','))
  const file = await (await fetch(`${web.server.url}/api/v1/areas/table.xlsx?parent=04`)).arrayBuffer()
  const [{ data }] = (await readXlsxFile(Buffer.from(file))) as unknown as [{ data: unknown[][] }]
  for (const [head, ...rows] of [lines, data] as [string[], ...unknown[][]][]) {
    const of = (row: unknown[], name: string) => String(row[head.indexOf(name)])
    expect(
      (rows as unknown[][]).map((row) => [of(row, 'code'), of(row, 'name_ar'), of(row, 'sites_white')]),
    ).toEqual(items.map(({ code, nameAr, sites }) => [code, nameAr, String(sites.white)]))
    for (const row of rows as unknown[][])
      expect([of(row, 'run'), of(row, 'rule'), of(row, 'simulated')]).toEqual([
        String(run),
        'ma-floor',
        'true',
      ])
  }
  const refused = await fetch(`${web.server.url}/api/v1/areas/table?parent=99`)
  expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
    404,
    'no area has the code "99"',
  ])
})

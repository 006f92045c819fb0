/** What the map can show beside verdicts: networks, differences, contradictions, two runs side by side, what lies on top. */
import { SHIPPED_RULES } from '#domain/rule'
import { upsertLocalities } from '#store/areas'
import { classify } from '#store/runs'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

const DAY = 86_400_000

let earlier: number
let newest: number
const web = webFixture({
  prepare: async ({ database }) => {
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    newest = (await classify(database.source, { rule, author: 'test' })).id
    // Half of the probes: many cells were not decided then.
    const to = new Date(Date.now() - 45 * DAY)
    earlier = (await classify(database.source, { rule, author: 'test', from: new Date(+to - 45 * DAY), to }))
      .id
    const [place] = (await database.source.query(`SELECT lat, lng FROM site ORDER BY code LIMIT 1`)) as {
      lat: number
      lng: number
    }[]
    await upsertLocalities(database.source.manager, [
      {
        id: 'd1',
        nameFr: 'Douar Aït Test',
        nameAr: 'دوار',
        kind: 'douar',
        population: 900,
        communeCode: null,
        ...place!,
      },
    ])
  },
})

const openAt = (query: string) => web.openMap(query)

test('a network alone: where an operator is, is declared, or is not', async () => {
  const { page, faults } = await openAt('lang=fr&rule=ma-floor')
  await page.getByLabel('Afficher').selectOption('network')
  await page.getByLabel(/^Opérateur/).selectOption('iam')
  await page.waitForSelector('[data-ready="true"]')
  await expect.poll(() => new URL(page.url()).searchParams.get('show')).toBe('network:iam:')
  const asked = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  await expect.poll(asked).toContainEqual(expect.stringMatching(/\/networks\/.*operator=iam/))
  await page.screenshot({ path: `${SHOTS}/network-fr.png` })
  await page.getByLabel('Langue').selectOption('ar')
  await page.getByText('قيست ولم توجد').waitFor()
  await page.screenshot({ path: `${SHOTS}/network-ar.png` })
  expect(faults).toEqual([])
  await page.close()
})

test('the difference between two runs, with its counts', async () => {
  const { page, faults } = await openAt(`lang=fr&rule=ma-floor&show=difference:${earlier}&run=${newest}`)
  const counts = page.locator('[data-row] .count')
  await expect.poll(() => counts.allInnerTexts()).toHaveLength(3)
  await expect.poll(async () => (await counts.allInnerTexts()).some((n) => /[1-9]/.test(n))).toBe(true)
  const answer = await fetch(`${web.server.url}/api/v1/runs/${newest}/difference?with=${earlier}`)
  const { better, worse, other } = (await answer.json()) as Record<string, number>
  expect((await counts.allInnerTexts()).map((n) => Number(n.replace(/\D/g, '')))).toEqual([
    better,
    worse,
    other,
  ])
  await page.waitForSelector('[data-ready="true"]')
  await page.screenshot({ path: `${SHOTS}/difference-fr.png` })
  expect(await axeViolations(page)).toEqual([])
  expect(faults).toEqual([])
  await page.close()
})

test('two runs side by side: the line moves by keys, and each side shows its run', async () => {
  const { page, faults } = await openAt(`lang=ar&rule=ma-floor&run=${newest}&with=zones,localities,sites`)
  await page.getByLabel('التمرير بين تقييمين').check()
  const line = page.getByLabel('الخط الفاصل بين التقييمين')
  await page.getByLabel('على اليسار').selectOption(String(earlier))
  await line.focus()
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft')
  await page.waitForSelector('[data-ready="true"]')
  const clips = await page
    .locator('.leaflet-layer.cells')
    .evaluateAll((layers) =>
      layers.map((layer) => (layer as unknown as { style: { clipPath: string } }).style.clipPath),
    )
  expect(clips.every((clip) => clip.startsWith('polygon('))).toBe(true)
  await expect.poll(() => new URL(page.url()).searchParams.get('swipe')).toBe(String(earlier))
  await page.screenshot({ path: `${SHOTS}/swipe-ar.png` })
  expect(await axeViolations(page)).toEqual([])
  await page.getByLabel('التمرير بين تقييمين').uncheck()
  await expect.poll(() => page.locator('.swipe').count()).toBe(0)
  expect(faults).toEqual([])
  await page.close()
})

test('zones, localities and sites come and go, and the address keeps them', async () => {
  const { page, faults } = await openAt('lang=fr&rule=ma-floor&show=contradictions')
  for (const name of ['Zones', 'Localités', 'Sites']) await page.getByLabel(name, { exact: true }).check()
  await expect.poll(() => new URL(page.url()).searchParams.get('with')).toBe('zones,localities,sites')
  await expect.poll(() => page.locator('.overlay-sites canvas').count()).toBeGreaterThan(0)
  await page.screenshot({ path: `${SHOTS}/overlays-fr.png` })
  await page.getByLabel('Sites', { exact: true }).uncheck()
  await expect.poll(() => page.locator('.overlay-sites').count()).toBe(0)
  expect(faults).toEqual([])
  await page.close()
})

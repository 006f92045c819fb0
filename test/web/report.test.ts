/** The page about an area that is made for paper, in the browser and as the PDF that it prints. */
import { type Technology } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import { upsertLocalities } from '#store/areas'
import { importCoverage } from '#store/coverage'
import { classify } from '#store/runs'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type OpenedPage, SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

/** An area of each level with white cells. */
const codes = { region: '', province: '', commune: '' }

const web = webFixture({
  prepare: async ({ database }) => {
    await addPlaces()
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    await classify(database.source, { rule, author: 'test' })
    codes.region = await worstIn(null)
    codes.province = await worstIn(codes.region)
    codes.commune = await worstIn(codes.province)
  },
})

const db = () => web.database.source.manager

/** Douars at every second site, and an operator that declares every third cell. */
async function addPlaces(): Promise<void> {
  const sites: { lat: number; lng: number; cell: string }[] = await db().query(
    'SELECT lat, lng, cell::text FROM site ORDER BY code',
  )
  await upsertLocalities(
    db(),
    sites
      .filter((_, i) => i % 2 === 0)
      .map(({ lat, lng }, i) => ({
        id: `d${i}`,
        nameFr: `Aït ${i}`,
        nameAr: `آيت ${i}`,
        kind: 'PPL',
        communeCode: null,
        lat,
        lng,
        population: 40 + ((i * 37) % 1_900),
      })),
  )
  const claims = sites
    .filter((_, i) => i % 3 === 0)
    .map(({ cell }) => ({
      cell,
      operator: 'iam',
      technology: '4g' as Technology,
      downloadBps: 30e6,
      uploadBps: null,
      onDate: '2025-01-01',
    }))
  await importCoverage(web.database.source, 'declared', claims, { source: 'list.csv', author: 'test' })
}

const json = async <T>(path: string) => (await (await fetch(`${web.server.url}${path}`)).json()) as T

async function worstIn(parent: string | null): Promise<string> {
  const { items } = await json<{ items: { code: string; people: { white: number } }[] }>(
    `/api/v1/areas/table${parent ? `?parent=${parent}` : ''}`,
  )
  return items.toSorted((a, b) => b.people.white - a.people.white)[0]!.code
}

async function openReport(code: string, query: string): Promise<OpenedPage> {
  const { page, faults } = await web.newPage()
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  await page.goto(`${web.server.url}/report/${code}?${query}`)
  await page.waitForSelector('.map svg')
  await page.evaluate('document.fonts.ready.then(() => true)')
  return { page, faults }
}

/** Chromium writes its pages as plain objects. */
function pagesOf(pdf: Buffer): { count: number; box: number[] } {
  const text = pdf.toString('latin1')
  const box = /\/MediaBox \[([\d. ]+)\]/.exec(text)![1]!.split(' ').map(Number)
  return { count: text.match(/\/Type \/Page\b(?!s)/g)!.length, box }
}

/** The words on the paper, where the tool that reads them is at hand. */
function textOf(path: string): string | null {
  try {
    return execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' })
  } catch {
    return null
  }
}

/** Points of A4, which Chromium rounds to its own pixels. */
const A4 = { short: 595.28, long: 841.89 }

const WORDS = {
  fr: {
    sheet: [
      'Rapport de couverture',
      'Zone blanche',
      'Données simulées',
      'hypothèse du projet',
      'Opérateurs mesurés ici',
    ],
    region: 'Provinces avec le plus d’habitants',
    province: 'Communes avec le plus d’habitants',
    commune: 'Zones blanches les plus peuplées',
  },
  ar: {
    sheet: ['تقرير التغطية', 'منطقة بيضاء', 'معطيات محاكاة', 'افتراض المشروع', 'المتعهدون الذين قيسوا هنا'],
    region: 'العمالات والأقاليم الأكثر سكانا',
    province: 'الجماعات الأكثر سكانا',
    commune: 'المناطق البيضاء الأكثر سكانا',
  },
  en: {
    sheet: [
      'Coverage report',
      'White zone',
      'Simulated data',
      'project assumption',
      'Operators measured here',
    ],
    region: 'Provinces with most people',
    province: 'Communes with most people',
    commune: 'White zones with most people',
  },
} as const

const LEVELS = ['region', 'province', 'commune'] as const

test.each(
  (['fr', 'ar', 'en'] as const).flatMap((lang) =>
    (lang === 'en' ? (['province'] as const) : LEVELS).map((level) => [lang, level] as const),
  ),
)('in %s a %s prints on exactly one sheet of A4, with its words and figures', async (lang, level) => {
  const code = codes[level]
  const { page, faults } = await openReport(code, `lang=${lang}`)
  const path = `${SHOTS}/report-${level}-${lang}.pdf`
  const pdf = await page.pdf({ preferCSSPageSize: true, path })
  const { count, box } = pagesOf(pdf)
  expect(count).toBe(1)
  expect(Math.abs(box[2]! - A4.short)).toBeLessThan(1)
  expect(Math.abs(box[3]! - A4.long)).toBeLessThan(1)
  await page.emulateMedia({ media: 'print' })
  await page.setViewportSize({ width: 703, height: 1031 })
  await page.screenshot({ path: `${SHOTS}/report-${level}-${lang}.png`, fullPage: true })
  const text = await page.locator('.sheet').innerText()
  for (const word of [...WORDS[lang].sheet, WORDS[lang][level]]) expect(text).toContain(word)
  const onPaper = textOf(path)
  // Arabic comes out of a PDF in the order of its shapes.
  if (onPaper !== null && lang !== 'ar') for (const word of WORDS[lang].sheet) expect(onPaper).toContain(word)
  await expectNothingCut(page)
  await expectFigures(page, code)
  expect(await page.locator('.bar').isVisible()).toBe(false)
  expect(await page.evaluate('[document.documentElement.dir, document.documentElement.lang]')).toEqual([
    lang === 'ar' ? 'rtl' : 'ltr',
    lang,
  ])
  await page.emulateMedia({ media: null })
  expect(await axeViolations(page)).toEqual([])
  expect(faults).toEqual([])
  await page.close()
})

/** What does not fit the sheet would be cut off without a word. */
async function expectNothingCut(page: Page): Promise<void> {
  const { bottom, last, map, wide } = await page.evaluate<
    Record<'bottom' | 'last' | 'map' | 'wide', number>
  >(`(() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect()
    const sheet = document.querySelector('.sheet')
    return {
      bottom: box('.sheet').bottom,
      last: box('.sources').bottom,
      map: box('.map').height,
      wide: sheet.scrollWidth - sheet.clientWidth,
    }
  })()`)
  expect(last).toBeLessThanOrEqual(bottom + 0.5)
  expect(map).toBeGreaterThan((44 / 25.4) * 96 - 1)
  expect(wide).toBe(0)
}

interface Answered {
  counts: Record<'white' | 'grey' | 'black' | 'unknown' | 'notMeasured', number>
  people: Record<'localities' | 'population' | 'sites', Record<string, number>>
  worst: { code: string }[]
  zones: { id: string }[]
  map: { cells: { class: string; partial: string | null }[] }
}

const digits = (text: string) => Number(text.replace(/[^\d]/g, ''))

async function expectFigures(page: Page, code: string): Promise<void> {
  const { counts, people, worst, zones, map } = await json<Answered>(`/api/v1/areas/${code}/report`)
  for (const colour of ['white', 'grey', 'black', 'unknown'] as const) {
    const cells = await page.locator(`.classes tr[data-class="${colour}"] td`).allInnerTexts()
    expect(cells.map(digits)).toEqual([
      counts[colour],
      people.localities[colour],
      people.population[colour],
      people.sites[colour],
    ])
    const drawn = (await page.locator(`.map path[data-class="${colour}"]`).getAttribute('d')) ?? ''
    expect(drawn.split('M').length - 1).toBe(
      map.cells.filter((cell) => cell.class === colour && cell.partial === null).length,
    )
  }
  expect(await page.locator('.classes tr[data-class="notMeasured"] td').allInnerTexts()).toEqual([
    expect.stringMatching(/\d/),
    '–',
    '–',
    '–',
  ])
  const rows = (table: string, name: string) =>
    page
      .locator(`.${table} tbody tr[data-${name}]`)
      .evaluateAll((all, n) => all.map((row) => row.getAttribute(`data-${n}`)), name)
  expect(await rows('worst', 'code')).toEqual(worst.map((area) => area.code))
  expect(await rows('zones', 'zone')).toEqual(zones.map(({ id }) => id))
}

test('printed in grey, the legend keeps its classes apart', async () => {
  const { page } = await openReport(codes.region, 'lang=fr')
  await page.setViewportSize({ width: 900, height: 1300 })
  const lightness: Record<string, { mean: number; spread: number }> = {}
  for (const colour of ['white', 'grey', 'black', 'unknown']) {
    const swatch = page.locator(`.classes tr[data-class="${colour}"] .swatch`)
    const picture = await swatch.screenshot()
    lightness[colour] = await greyOf(page, picture)
  }
  writeFileSync(`${SHOTS}/report-grey.json`, JSON.stringify(lightness, null, 2))
  const sorted = Object.values(lightness).toSorted((a, b) => a.mean - b.mean)
  // L* of the middle of a swatch, from 0 to 100.
  for (const [i, { mean }] of sorted.slice(1).entries()) expect(mean - sorted[i]!.mean).toBeGreaterThan(8)
  expect(lightness['unknown']!.spread).toBeGreaterThan(3)
  for (const plain of ['white', 'grey', 'black']) expect(lightness[plain]!.spread).toBeLessThan(3)
  await page.close()
})

/** Mean and spread of the lightness L* in the middle of a picture. */
const greyOf = (page: Page, picture: Buffer) =>
  page.evaluate<{ mean: number; spread: number }>(`(async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${picture.toString('base64')}'
    await image.decode()
    const canvas = document.createElement('canvas')
    const [w, h] = [image.width, image.height]
    canvas.width = w
    canvas.height = h
    const pen = canvas.getContext('2d')
    pen.drawImage(image, 0, 0)
    const linear = (x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    const { data } = pen.getImageData(Math.ceil(w * 0.3), Math.ceil(h * 0.3), Math.floor(w * 0.4), Math.floor(h * 0.4))
    const values = []
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [0, 1, 2].map((c) => linear(data[i + c] / 255))
      values.push(116 * Math.cbrt(Math.max(0.0089, 0.2126 * r + 0.7152 * g + 0.0722 * b)) - 16)
    }
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length
    const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
    return { mean, spread }
  })()`)

test('where nothing is known there are dashes and a sentence that says so, and no white cell', async () => {
  const code = await emptyCommune()
  const { page } = await openReport(code, 'lang=fr')
  expect(await page.locator('.summary').innerText()).toContain('Aucune maille n’a été mesurée')
  const places = page.locator('.classes tbody tr[data-class="white"] td')
  expect((await places.allInnerTexts()).slice(1)).toEqual(['–', '–', '–'])
  expect(await page.locator('.map path[data-class="white"]').getAttribute('d')).toBe('')
  await expectNothingCut(page)
  await page.close()
})

/** A commune of which nothing is known: the demonstration has something in each of its own. */
async function emptyCommune(): Promise<string> {
  const [{ code }] = await db().query(
    `INSERT INTO area (code, vintage, level, type, parent_code, name_fr, name_ar, search_name, population, source, cell_count, geom)
     SELECT left(code, 6) || '.98.01', vintage, level, type, parent_code, 'Aït Rien', 'آيت لا شيء', 'x', NULL, source, 5, geom
     FROM current_area WHERE level = 'commune' ORDER BY code LIMIT 1 RETURNING code`,
  )
  await db().query(
    `INSERT INTO area_count (run_id, code, vintage, white, grey, black, unknown)
     SELECT r.id, a.code, a.vintage, 0, 0, 0, 0 FROM run AS r, area AS a WHERE a.code = $1`,
    [code],
  )
  return code as string
}

test('the address says which run and rule; another area, run or rule is refused by name', async () => {
  const runs = (await json<{ items: { id: number }[] }>('/api/v1/runs?rule=ma-floor')).items
  const first = runs.at(-1)!.id
  const { page } = await openReport(codes.province, `lang=en&run=${first}&rule=ma-floor`)
  expect(await page.locator('.sources').innerText()).toContain(`Run ${first} of`)
  expect(await page.locator('.summary').innerText()).toContain('no run before')
  const links = page.locator('.bar a')
  const targets = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  expect(targets).toHaveLength(4)
  for (const target of targets) expect(target).toContain(`run=${first}`)
  await page.getByRole('link', { name: 'العربية' }).click()
  await page.waitForSelector('html[dir="rtl"] .map svg')
  await page.goto(`${web.server.url}/report/99.999?lang=fr`)
  await expect.poll(() => page.locator('.problem p').innerText()).toBe('Ce lieu n’est pas connu ici.')
  expect(await axeViolations(page)).toEqual([])
  await page.close()
  const refused = async (path: string) => {
    const answer = await fetch(`${web.server.url}/api/v1/areas/${path}`)
    return [answer.status, ((await answer.json()) as { detail: string }).detail]
  }
  expect(await refused('99/report')).toEqual([404, 'no area has the code "99"'])
  expect(await refused('01/report?run=99999')).toEqual([404, 'run 99999 not found'])
  expect((await refused('01/report?run=x'))[0]).toBe(400)
})

test.each([
  ['fr', 'Rapport à imprimer', 'Chiffres'],
  ['ar', 'تقرير للطباعة', 'الأرقام'],
])('in %s the panel and the figures lead to the report of their run', async (lang, name, tab) => {
  const { page } = await web.openMap(`lang=${lang}&area=${codes.province}`)
  const link = page.locator('.panel').getByRole('link', { name })
  const [{ id }] = (await json<{ items: { id: number }[] }>('/api/v1/runs?rule=ma-floor')).items as [
    { id: number },
  ]
  const href = `report/${codes.province}?lang=${lang}&run=${id}&rule=ma-floor`
  expect(await link.getAttribute('href')).toBe(href)
  expect(await link.getAttribute('target')).toBe('_blank')
  await page.getByRole('button', { name: tab, exact: true }).click()
  expect(await page.locator('.view').getByRole('link', { name }).getAttribute('href')).toBe(href)
  await page.close()
})

test.each(['fr', 'ar'])(
  'in %s the map prints with legend and source on one landscape sheet, without controls',
  async (lang) => {
    const { page } = await web.openMap(`lang=${lang}`)
    await page.waitForSelector('[data-ready="true"]')
    const path = `${SHOTS}/map-${lang}.pdf`
    const { count, box } = pagesOf(await page.pdf({ preferCSSPageSize: true, path }))
    expect(count).toBe(1)
    expect(Math.abs(box[2]! - A4.long)).toBeLessThan(1)
    expect(Math.abs(box[3]! - A4.short)).toBeLessThan(1)
    await page.emulateMedia({ media: 'print' })
    for (const control of ['.zoom', '.search', 'nav', 'header .pick', 'input'])
      expect(await page.locator(control).first().isVisible(), control).toBe(false)
    for (const shown of ['#map', '.legend .source', '.legend .count', '.simulated'])
      expect(await page.locator(shown).first().isVisible(), shown).toBe(true)
    await page.close()
  },
)

test('what is not simulated carries no such banner', async () => {
  await db().query('UPDATE site SET simulated = false')
  const { page } = await openReport(codes.province, 'lang=fr')
  expect(await page.locator('.simulated').count()).toBe(0)
  await page.close()
})

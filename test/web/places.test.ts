/** What lies on the map can be chosen: zones, localities, sites; what operators declare; the probes behind a verdict. */
import { type Technology } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import { cellToSql } from '#geo'
import { upsertLocalities } from '#store/areas'
import { importCoverage } from '#store/coverage'
import { classify } from '#store/runs'
import { cellToLatLng, gridDisk } from 'h3-js'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let run: number
let site: { code: string; name: string; lat: number; lng: number; h3: string }
const web = webFixture({
  prepare: async ({ database }) => {
    const db = database.source
    ;[site] = (await db.query(
      `SELECT code, name, lat, lng, to_hex(s.cell) AS h3 FROM site AS s JOIN zone AS z ON s.cell = ANY(z.cells) AND z.class = 'white'
         AND z.next_run IS NULL JOIN run AS r ON r.series = z.series AND r.rule_id = 'ma-floor' ORDER BY code LIMIT 1`,
    )) as [typeof site]
    // The demonstration has a douar at some sites: the nearest is picked, and two lie at the same distance.
    await db.query('DELETE FROM locality WHERE abs(lat - $1) + abs(lng - $2) < 0.01', [site.lat, site.lng])
    await upsertLocalities(db.manager, [
      {
        id: 'd1',
        nameFr: 'Douar Aït Test',
        nameAr: 'دوار أيت تست',
        kind: 'douar',
        population: 900,
        communeCode: null,
        lat: site.lat,
        lng: site.lng,
      },
    ])
    // What an operator declares here would speak against white.
    const near = gridDisk(site.h3, 2)
    const around = gridDisk(site.h3, 12).filter((h3) => !near.includes(h3))
    const rows = around.map((h3, n) => ({
      cell: cellToSql(h3),
      operator: 'iam',
      technology: '4g' as Technology,
      downloadBps: n % 5 === 0 ? 1e6 : 30e6,
      uploadBps: null,
      onDate: '2026-01-01',
    }))
    await importCoverage(db, 'declared', rows, { source: 'test.csv', author: 'test' })
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    run = (await classify(db, { rule, author: 'test' })).id
  },
})

const open = (query: string, size?: { width: number; height: number }) =>
  web.openMap(`rule=ma-floor&${query}`, { size })

const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)

const WORDS = {
  fr: {
    also: 'Aussi ici',
    locality: 'Localité:',
    zone: 'Zone:',
    cell: 'Maille:',
    why: 'Pourquoi : voir la maille',
  },
  ar: { also: 'هنا أيضا', locality: 'تجمع سكاني:', zone: 'منطقة:', cell: 'خلية:', why: 'لماذا: عرض الخلية' },
} as const

test.each(['fr', 'ar'] as const)(
  'in %s Enter picks what lies on top, the rest is a list, and the address restores each',
  async (lang) => {
    const { page, faults } = await open(
      `lang=${lang}&at=13/${site.lat}/${site.lng}&with=zones,localities,sites`,
    )
    const panel = page.locator('.panel')
    await page.locator('#map').focus()
    await expect
      .poll(async () => {
        await page.keyboard.press('Enter')
        return panel
          .locator('h2')
          .getAttribute('data-site', { timeout: 2_000 })
          .catch(() => null)
      })
      .toBe(site.code)
    expect(await page.evaluate('document.activeElement.className')).toContain('panel')
    await expect.poll(() => parameter(page, 'site')).toBe(site.code)
    const also = page.getByRole('navigation', { name: WORDS[lang].also })
    await expect.poll(() => also.getByRole('button').count()).toBe(4)
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/site-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await also.getByRole('button', { name: WORDS[lang].zone }).press('Enter')
    await panel.locator('h2[data-zone]').waitFor()
    await expect.poll(() => parameter(page, 'zone')).toMatch(/^\d+-88/)
    await page.screenshot({ path: `${SHOTS}/zone-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    const { id, cellCount } = (await (
      await fetch(`${web.server.url}/api/v1/zones/${parameter(page, 'zone')}?run=${run}`)
    ).json()) as { id: string; cellCount: number }
    expect(await panel.innerText()).toContain(String(cellCount))
    expect(await panel.innerText()).toContain(id)
    await also.getByRole('button', { name: WORDS[lang].locality }).press('Enter')
    await panel.locator('h2[data-locality="d1"]').waitFor()
    expect(await panel.innerText()).toContain('900')
    await page.screenshot({ path: `${SHOTS}/locality-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await page.reload()
    await panel.locator('h2[data-locality="d1"]').waitFor()
    await panel.getByRole('button', { name: WORDS[lang].why }).click()
    await panel.locator('h2[data-verdict="white"]').waitFor()
    expect([parameter(page, 'locality'), parameter(page, 'cell')]).toEqual([null, site.h3])
    expect(faults).toEqual([])
    await page.close()
  },
)

test('a link to a zone, a site or a locality goes there', async () => {
  for (const query of ['site=' + encodeURIComponent(site.code), 'locality=d1']) {
    const { page } = await open(`lang=en&${query}`)
    await page.locator('.panel h2').waitFor()
    await expect.poll(() => parameter(page, 'at')).not.toBe(null)
    const [, lat, lng] = parameter(page, 'at')!.split('/').map(Number)
    expect([lat, lng]).toEqual([expect.closeTo(site.lat, 1), expect.closeTo(site.lng, 1)])
    await page.close()
  }
  const { page } = await open('lang=en&zone=1-88aaaaaaaaaaaaa')
  await page.getByText('This place is not known here.').waitFor()
  await page.close()
})

test('the readout names what is under the pointer', async () => {
  const { page } = await open(`lang=fr&at=13/${site.lat}/${site.lng}&with=zones,localities,sites`)
  await page.waitForSelector('[data-ready="true"]')
  const box = (await page.locator('#map').boundingBox())!
  const names = async () => {
    await page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2)
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    return page
      .locator('.under')
      .innerText({ timeout: 2_000 })
      .catch(() => '')
  }
  // Each layer's tiles come by themselves.
  for (const name of ['Douar Aït Test', site.name, 'Zone blanche']) await expect.poll(names).toContain(name)
  await page.screenshot({ path: `${SHOTS}/readout-fr.png` })
  await page.close()
})

test.each(['fr', 'ar'])(
  'in %s what operators declare is a theme of its own, near and from afar',
  async (lang) => {
    const { page, faults } = await open(`lang=${lang}&show=declared:iam:4g&at=12/${site.lat}/${site.lng}`)
    await page.waitForSelector('[data-ready="true"]')
    await expect.poll(() => page.locator('[data-row]').count()).toBe(4)
    await expect.poll(() => page.locator('.layers select').nth(1).inputValue()).toBe('iam')
    await page.screenshot({ path: `${SHOTS}/declared-near-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    // One after the other: a click while the map still zooms is lost.
    for (const zoom of [11, 10, 9]) {
      await page.locator('.zoom button').last().click()
      await expect.poll(() => parameter(page, 'at')).toMatch(new RegExp(`^${zoom}/`))
    }
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/declared-far-${lang}.png` })
    expect(parameter(page, 'show')).toBe('declared:iam:4g')
    expect(faults).toEqual([])
    await page.close()
  },
)

test('the probes behind a verdict: by the hour for everybody, all for a planner', async () => {
  const [{ h3 }] = (await web.database.source.query(
    `SELECT to_hex(cell) AS h3 FROM probe GROUP BY cell ORDER BY count(DISTINCT device_id) DESC, cell LIMIT 1`,
  )) as [{ h3: string }]
  // More than a page of them.
  await web.database.source.query(
    `INSERT INTO probe SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
         'measured_at', p.measured_at + n * interval '1 second'))).*
     FROM probe AS p, generate_series(1, 4) AS n WHERE to_hex(cell) = $1`,
    [h3],
  )
  // One that was measured on the way, by the site's device alone.
  await web.database.source.query(
    `UPDATE probe SET flags = array_append(flags, 'far_from_site') WHERE id = (
       SELECT p.id FROM probe AS p, run AS r WHERE to_hex(cell) = $1 AND r.id = $2
         AND measured_at >= valid_from AND measured_at < valid_to LIMIT 1)`,
    [h3, run],
  )
  const [lat, lng] = cellToLatLng(h3)
  const { page, faults } = await open(`lang=fr&at=13/${lat}/${lng}&cell=${h3}`)
  const show = () => page.getByRole('button', { name: 'Voir les mesures derrière ce verdict' }).press('Enter')
  await show()
  // An office's own line is shown; all else only where three devices measured alike.
  await expect.poll(() => page.locator('.probes tbody tr').count()).toBeGreaterThan(0)
  await page.getByText('Certaines mesures ne sont pas montrées').waitFor()
  await page.screenshot({ path: `${SHOTS}/probes-public-fr.png` })
  await web.signInOn(page, await signIn(web.server, web.database, 'planner'))
  for (const lang of ['fr', 'ar'] as const) {
    await page.goto(page.url().replace(/lang=\w\w/, `lang=${lang}`))
    await page.locator('.panel h2[data-verdict]').waitFor()
    await page
      .getByRole('button', { name: lang === 'fr' ? /Voir les mesures/ : /عرض القياسات التي/ })
      .press('Enter')
    await expect.poll(() => page.locator('.probes tbody tr').count()).toBe(50)
    await page.getByRole('button', { name: lang === 'fr' ? 'En voir plus' : 'عرض المزيد' }).press('Enter')
    await expect.poll(() => page.locator('.probes tbody tr').count()).toBeGreaterThan(50)
    await page.locator('.probes').scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${SHOTS}/probes-all-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
  }
  expect(faults).toEqual([])
  await page.close()
})

/** For everyone: by keys alone, by name alone, and on the screens that people have. */
import { SHIPPED_RULES } from '#domain/rule'
import { classify } from '#store/runs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { SHOTS, axeViolations } from '../support/browser.js'
import { webFixture } from '../support/web-fixture.js'

let place: { h3: string; lat: number; lng: number; zone: string }
const web = webFixture({
  prepare: async ({ database }) => {
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    const { id } = await classify(database.source, { rule, author: 'test' })
    ;[place] = (await database.source.query(
      `SELECT to_hex(s.cell) AS h3, lat, lng, z.id AS zone FROM site AS s JOIN zone AS z ON s.cell = ANY(z.cells)
         AND z.class = 'white' AND z.next_run IS NULL AND z.series = (SELECT series FROM run WHERE id = $1)
       ORDER BY code LIMIT 1`,
      [id],
    )) as [typeof place]
  },
})

interface Focused {
  name: string
  tag: string
  isOutlined: boolean
  isInView: boolean
}

/** What has the focus, and whether a person would see it. */
const focused = (page: Page) =>
  page.evaluate<Focused>(`(async () => {
    // What comes late above it moves it; in the frame after, the browser has scrolled it back.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame)
    const element = document.activeElement
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    return {
      name: element.id || element.className || element.textContent.slice(0, 30),
      tag: element.tagName,
      // The panel and the view's pane take the focus so that reading goes on there: no key acts on them.
      isOutlined: (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || element.tabIndex < 0,
      isInView: box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    }
  })()`)

/** Presses a key until something has the focus, and sees that it was never lost nor hidden on the way. */
async function walkTo(page: Page, selector: string, key = 'Tab'): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press(key)
    const at = await focused(page)
    expect(at).toEqual({ ...at, isOutlined: true, isInView: true })
    expect(at.tag).not.toBe('BODY')
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return
  }
  throw new Error(`no ${key} leads to ${selector}`)
}

test.each(['fr', 'ar'])(
  'in %s keys alone lead through all of the page, and the focus is always seen',
  async (lang) => {
    const { page, faults } = await web.openMap(`lang=${lang}&rule=ma-floor&at=13/${place.lat}/${place.lng}`)
    await page.waitForSelector('[data-ready="true"]')
    await page.keyboard.press('Tab')
    expect((await focused(page)).name).toBe('skip')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    await walkTo(page, '#map')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.panel h2')
    expect((await focused(page)).name).toContain('panel')
    await walkTo(page, '.panel .close')
    await walkTo(page, '.panel [aria-expanded]')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.panel', { state: 'detached' })
    expect((await focused(page)).name).toBe('map')
    // Back over the tabs to the search, and all the way on again.
    await walkTo(page, '.search input', 'Shift+Tab')
    await walkTo(page, '#rule')
    await walkTo(page, 'nav button:nth-child(2)')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.view table')
    await walkTo(page, 'nav button:first-child', 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.view', { state: 'detached' })
    await walkTo(page, '.zoom button:last-child')
    await walkTo(page, '.legend summary')
    await walkTo(page, '.layers select')
    await walkTo(page, '.overlays input')
    await page.keyboard.press('Space')
    await expect.poll(() => new URL(page.url()).searchParams.get('with')).toBe('zones')
    await walkTo(page, '.runs input[type=range]')
    await walkTo(page, '.what-if input')
    expect(faults).toEqual([])
    await page.close()
  },
)

/** Roles that somebody acts on, without a name: what a screen reader would read as "button". */
async function nameless(page: Page): Promise<string[]> {
  const client = await page.context().newCDPSession(page)
  const { nodes } = await client.send('Accessibility.getFullAXTree')
  const acted = [
    'button',
    'link',
    'textbox',
    'combobox',
    'slider',
    'checkbox',
    'tab',
    'application',
    'searchbox',
    'Date',
  ]
  return nodes
    .filter(({ ignored, role }) => !ignored && acted.includes(String(role?.value)))
    .filter(({ name }) => !String(name?.value ?? '').trim())
    .map(({ role, nodeId }) => `${role?.value} ${nodeId}`)
}

const STATES = (p: typeof place): Record<string, string> => ({
  cell: `at=13/${p.lat}/${p.lng}&cell=${p.h3}`,
  zone: `zone=${p.zone}&with=zones,localities,sites`,
  figures: 'view=figures',
  declared: 'show=declared::',
})

test.each(['fr', 'ar', 'en'])(
  'in %s every state has names for all that is acted on, and axe finds nothing',
  async (lang) => {
    for (const [state, query] of Object.entries(STATES(place))) {
      const { page, faults } = await web.openMap(`lang=${lang}&rule=ma-floor&${query}`)
      await page.waitForSelector('[data-ready="true"]')
      if (state === 'cell' || state === 'zone') await page.waitForSelector('.panel h2')
      if (state === 'figures') await page.waitForSelector('.view table')
      expect([state, await nameless(page)]).toEqual([state, []])
      expect([state, await axeViolations(page)]).toEqual([state, []])
      expect(faults).toEqual([])
      await page.close()
    }
  },
)

const SCREENS = { desk: { width: 1280, height: 720 }, tablet: { width: 820, height: 1180 } }

/** Pairs of cards that lie on each other. */
const overlaps = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const cards = [...document.querySelectorAll('.legend, .panel, .zoom, .view, header, .newer, .notice')]
      .map((e) => ({ name: e.className || e.tagName, box: e.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0)
    const found = []
    for (const [i, a] of cards.entries())
      for (const b of cards.slice(i + 1))
        if (a.box.left < b.box.right - 1 && b.box.left < a.box.right - 1 && a.box.top < b.box.bottom - 1 && b.box.top < a.box.bottom - 1)
          found.push(a.name + ' on ' + b.name)
    return found
  })()`)

test.each(
  (['fr', 'ar'] as const).flatMap((lang) =>
    (Object.keys(SCREENS) as (keyof typeof SCREENS)[]).map((screen) => [lang, screen] as const),
  ),
)('in %s it fits a %s: with panel, legend and view nothing lies on anything', async (lang, screen) => {
  const context = await web.browser.newContext({ viewport: SCREENS[screen], hasTouch: screen === 'tablet' })
  const page = await context.newPage()
  for (const [state, query] of Object.entries({
    ...STATES(place),
    both: `${STATES(place)['cell']}&view=figures`,
  })) {
    await page.goto(`${web.server.url}/?lang=${lang}&rule=ma-floor&${query}`)
    await page.waitForSelector('[data-ready="true"]')
    if (/cell|zone|both/.test(state)) await page.waitForSelector('.panel h2')
    if (/figures|both/.test(state)) await page.waitForSelector('.view table')
    await page.screenshot({ path: `${SHOTS}/${screen}-${state}-${lang}.png` })
    expect([state, await overlaps(page)]).toEqual([state, []])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SCREENS[screen].width)
    if (screen === 'tablet') {
      const small = await page.evaluate<string[]>(
        `[...document.querySelectorAll('button, select, summary')].filter((e) => e.checkVisibility()).map((e) => [e.textContent.slice(0, 20), e.getBoundingClientRect()])
          .filter(([, { width, height }]) => width > 0 && (width < 24 || height < 24)).map(([name]) => name)`,
      )
      expect([state, small]).toEqual([state, []])
    }
  }
  await context.close()
})

test('a finger picks on a tablet', async () => {
  const context = await web.browser.newContext({ viewport: SCREENS.tablet, hasTouch: true })
  const page = await context.newPage()
  await page.goto(`${web.server.url}/?lang=ar&rule=ma-floor&at=13/${place.lat}/${place.lng}`)
  await page.waitForSelector('[data-ready="true"]')
  const box = (await page.locator('#map').boundingBox())!
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
  await page.waitForSelector('.panel h2[data-verdict="white"]')
  await context.close()
})

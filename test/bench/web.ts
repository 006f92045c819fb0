/**
 * The planner's map in Chromium: milliseconds until it is coloured, against a bare Leaflet page with the same tiles from
 * static files; frames a second while it is dragged, against those of a page at rest; kilobytes of its script, against
 * those of the bare page; Lighthouse's scores, against 100. For the first and the third smaller is better.
 */
import { buildDemo } from '#demo'
import Fastify from 'fastify'
import fastifyStatic from '@fastify/static'
import lighthouse, { desktopConfig } from 'lighthouse'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, type Page, chromium } from 'playwright-core'
import { build } from 'vite'
import { BUILT_WEB } from '../support/browser.js'
import { freePort } from '../support/cluster.js'
import { type Bench, type Ground, type Result, median, resultOf, tell } from './bench.js'
import { type BenchDatabase, withClient, withServer } from './database.js'
import { fill } from './what-if.js'

const COUNTRIES = ['demo', '1m'] as const
const ROUNDS = 7
const DRAG_SECONDS = 4
const VIEW = { width: 1280, height: 720 }

/** Characters of what Lighthouse finds, for who looks for the cause. */
const DETAIL = 2_000

const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const
const scoreName = (category: (typeof CATEGORIES)[number]) => `web.lighthouse_${category.replace('-', '_')}`

export const web: Bench = {
  names: [
    'web.first_map',
    'web.first_map_1m',
    'web.pan_fps',
    'web.pan_fps_1m',
    'web.bundle_kb',
    ...CATEGORIES.map(scoreName),
  ],
  run,
}

async function run(ground: Ground): Promise<Result[]> {
  const results: Result[] = []
  const port = await freePort()
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`],
  })
  const floor = await mkdtemp(join(tmpdir(), 'taghtiya-floor-'))
  try {
    await buildFloor(floor)
    for (const country of COUNTRIES) {
      const place = await countryOf(ground, country)
      await withServer(place, async ({ url }) => {
        results.push(...(await speedOf(browser, { url, floor, country })))
        if (country === 'demo') results.push(...(await scoresOf(url, port)))
      })
    }
    results.push(await bundle(floor))
  } finally {
    await browser.close()
    await rm(floor, { recursive: true })
  }
  return results
}

async function countryOf(ground: Ground, country: (typeof COUNTRIES)[number]): Promise<BenchDatabase> {
  const place = await ground.database(`web_${country}`)
  const database = await place.open('batch')
  try {
    if (country === 'demo') await buildDemo(database.source, new Date(), () => {})
    else await fill(database)
  } finally {
    await database.close()
  }
  if (country === '1m') await withClient(place.url, (client) => client.query(COLOURED))
  return place
}

/** fill() leaves one class and no parents, which the map is drawn of from afar. */
const COLOURED = `
  UPDATE verdict SET class = (ARRAY['white', 'grey', 'black', 'unknown'])[1 + abs(hashint8(cell_parent(cell, 6))) % 4];
  INSERT INTO rollup (series, cell, first_run, white, grey, black, unknown)
  SELECT series, cell_parent(cell, res), first_run, count(*) FILTER (WHERE class = 'white'),
    count(*) FILTER (WHERE class = 'grey'), count(*) FILTER (WHERE class = 'black'), count(*) FILTER (WHERE class = 'unknown')
  FROM verdict, generate_series(4, 7) AS res GROUP BY 1, 2, 3;
  UPDATE run SET white = 250000, grey = 250000, black = 250000, unknown = 250000;
  ANALYZE verdict; ANALYZE rollup`

interface Pages {
  url: string
  floor: string
  country: (typeof COUNTRIES)[number]
}

async function speedOf(browser: Browser, { url, floor, country }: Pages): Promise<Result[]> {
  const suffix = country === 'demo' ? '' : `_${country}`
  const at = await keepTiles(browser, url, floor)
  const server = Fastify()
  await server.register(fastifyStatic, { root: floor, preCompressed: true })
  const bare = await server.listen({ port: 0, host: '127.0.0.1' })
  const [ours, theirs]: [number[], number[]] = [[], []]
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const [a, b] = [
        await firstMap(browser, `${url}/?lang=fr&at=${at}`),
        await firstMap(browser, `${bare}/index.html?at=${at}`),
      ]
      // The first round warms the server's cache and the browser's own code.
      if (round === 0) continue
      ours.push(a)
      theirs.push(b)
    }
  } finally {
    await server.close()
  }
  const [first, floorFirst] = [median(ours), median(theirs)]
  const { dragged, resting } = await frames(browser, `${url}/?lang=fr&at=${at}`)
  return [
    resultOf(`web.first_map${suffix}`, first, floorFirst, 'ms', first / floorFirst),
    resultOf(`web.pan_fps${suffix}`, dragged, resting, 'frames/s', dragged / resting),
  ]
}

/** Keeps the tiles that the page asks for as files, and tells where it looked. */
async function keepTiles(browser: Browser, url: string, floor: string): Promise<string> {
  const folder = join(floor, 'tiles')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  const page = await browser.newPage({ viewport: VIEW })
  const kept: Promise<void>[] = []
  page.on('response', (answer) => {
    const [, layer, z, x, y] = /\/tiles\/\d+\/(\w+)\/(\d+)\/(\d+)\/(\d+)\.mvt$/.exec(answer.url()) ?? []
    if (!y) return
    const name = join(folder, `${layer}-${z}-${x}-${y}.mvt`)
    kept.push(
      answer.body().then(async (body) => {
        await writeFile(name, body)
        await writeFile(`${name}.gz`, gzipSync(body))
      }),
    )
  })
  await page.goto(`${url}/?lang=fr`)
  await page.waitForSelector('[data-drawn]:not([data-drawn="0"])')
  await page.waitForLoadState('networkidle')
  await Promise.all(kept)
  // The address follows the map only when it moves.
  await page.getByRole('button', { name: '+' }).or(page.locator('.zoom button')).first().click()
  await page.locator('.zoom button').last().click()
  await page.waitForURL(/at=/)
  await page.waitForTimeout(SETTLE_MS)
  const at = new URL(page.url()).searchParams.get('at')!
  await page.close()
  tell(`web: ${kept.length} tiles at ${at}`)
  return at
}

/** Leaflet's zoom takes a quarter of a second. */
const SETTLE_MS = 1_000

/** Milliseconds from the start of the navigation until all tiles are drawn; nothing is remembered from before. */
async function firstMap(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: VIEW })
  const page = await context.newPage()
  await page.addInitScript(`new MutationObserver((_, watch) => {
    const drawn = document.querySelector('[data-drawn]')?.dataset.drawn
    if (!drawn || drawn === '0') return
    document.documentElement.dataset.firstMap = performance.now()
    watch.disconnect()
  }).observe(document, { subtree: true, childList: true, attributes: true })`)
  await page.goto(url)
  const ms = Number(await page.getAttribute('html[data-first-map]', 'data-first-map'))
  await context.close()
  return ms
}

/** Frames a second while the map is dragged in circles, and while it rests. */
async function frames(browser: Browser, url: string): Promise<{ dragged: number; resting: number }> {
  const page = await browser.newPage({ viewport: VIEW })
  await page.goto(url)
  await page.waitForSelector('[data-drawn]:not([data-drawn="0"])')
  const resting = await rate(page, () => page.waitForTimeout(1_000 * DRAG_SECONDS))
  const dragged = await rate(page, () => drag(page))
  await page.close()
  return { dragged, resting }
}

async function rate(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(`{
    const frames = (window.counted = [])
    const count = (t) => { frames.push(t); if (window.counted === frames) requestAnimationFrame(count) }
    requestAnimationFrame(count)
  }`)
  await work()
  return page.evaluate(`(() => {
    const f = window.counted
    window.counted = null
    return 1000 * (f.length - 1) / (f.at(-1) - f[0])
  })()`)
}

const RADIUS = 180
const STEPS_PER_TURN = 120

async function drag(page: Page): Promise<void> {
  const [x, y] = [VIEW.width * 0.6, VIEW.height * 0.5]
  const end = performance.now() + 1_000 * DRAG_SECONDS
  await page.mouse.move(x + RADIUS, y)
  await page.mouse.down()
  for (let step = 0; performance.now() < end; step++) {
    const turn = (2 * Math.PI * step) / STEPS_PER_TURN
    await page.mouse.move(x + RADIUS * Math.cos(turn), y + RADIUS * Math.sin(turn))
  }
  await page.mouse.up()
}

async function scoresOf(url: string, port: number): Promise<Result[]> {
  const flags = { port, onlyCategories: [...CATEGORIES], logLevel: 'error' as const }
  const done = await lighthouse(`${url}/?lang=fr`, flags, desktopConfig)
  return CATEGORIES.map((category) => {
    const { score, auditRefs } = done!.lhr.categories[category]!
    const poor = auditRefs.filter(({ id, weight }) => weight > 0 && (done!.lhr.audits[id]!.score ?? 1) < 0.9)
    for (const { id } of poor)
      tell(`${scoreName(category)}: ${id} ${JSON.stringify(done!.lhr.audits[id]!.details).slice(0, DETAIL)}`)
    const points = (score ?? 0) * 100
    return resultOf(scoreName(category), points, 100, 'points', points / 100)
  })
}

async function buildFloor(folder: string): Promise<void> {
  await build({
    // Its source: what runs here is compiled, the page is not.
    root: resolve('test/bench/web-floor'),
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
  })
}

/** Kilobytes, packed, of the scripts that a page loads first. */
async function bundle(floor: string): Promise<Result> {
  const [ours, theirs] = [await firstScripts(BUILT_WEB), await firstScripts(floor)]
  return resultOf('web.bundle_kb', ours, theirs, 'kB', ours / theirs)
}

async function firstScripts(folder: string): Promise<number> {
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  const names = await readdir(join(folder, 'assets'))
  const first = names.filter((name) => name.endsWith('.js') && page.includes(name))
  const sizes = await Promise.all(
    first.map(async (name) => gzipSync(await readFile(join(folder, 'assets', name))).length),
  )
  return sizes.reduce((sum, size) => sum + size, 0) / 1_000
}

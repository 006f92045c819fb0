/** Chromium on the pages of a test server. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { type Browser, type Page, chromium } from 'playwright-core'

/** Screenshots for people to look at. */
export const SHOTS = 'dist/screenshots'

/** Where `npm run build` leaves the pages. */
export const BUILT_WEB = `${resolve('dist/web')}/`

export function launch(): Promise<Browser> {
  mkdirSync(SHOTS, { recursive: true })
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
}

const FLAGS = [
  '--headless',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The map, drawn; any request to another host and any script error is among the faults. */
export async function openMap(
  browser: Browser,
  url: string,
  query: string,
  size = { width: 1280, height: 720 },
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ viewport: size })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) faults.push(request.url())
  })
  await page.goto(`${url}/?${query}`)
  await page.waitForSelector('[data-drawn]:not([data-drawn="0"])')
  return { page, faults }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, and where. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    return (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)
  })
}

/** Opens the pages of a test server in Chromium. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { type Browser, type Page, chromium } from 'playwright-core'

/** Screenshots for people to look at. */
export const SHOTS = 'dist/screenshots'

/** Folder of the pages that `npm run build` makes. */
export const BUILT_WEB = `${resolve('dist/web')}/`

export const CHROMIUM = '/usr/bin/chromium'

export const CHROMIUM_FLAGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A time that only a page that hangs may reach: two busy cores take five times as long as two free ones. */
const TIMEOUT_MS = 90_000

export async function launch(): Promise<Browser> {
  mkdirSync(SHOTS, { recursive: true })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless', ...CHROMIUM_FLAGS] })
  browser.on('context', (context) => {
    context.setDefaultTimeout(TIMEOUT_MS)
    context.setDefaultNavigationTimeout(TIMEOUT_MS)
  })
  return browser
}

export interface OpenedPage {
  page: Page
  /** Script errors and requests to other hosts; a test expects none. */
  faults: string[]
}

export interface OpenOptions {
  size?: { width: number; height: number }
  /** Cookie of a session; null if nobody is signed in. */
  cookie?: string | null
}

/** Opens a page that collects its faults from the start. */
export async function newPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<OpenedPage> {
  const { size = { width: 1280, height: 720 }, cookie = null } = options
  const page = await browser.newPage({ viewport: size })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) faults.push(request.url())
  })
  if (cookie) await addCookie(page, url, cookie)
  return { page, faults }
}

export async function addCookie(page: Page, url: string, cookie: string): Promise<void> {
  const [name, value] = cookie.split('=') as [string, string]
  await page.context().addCookies([{ name, value, url }])
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The violations that axe finds, with their places. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    return (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)
  })
}

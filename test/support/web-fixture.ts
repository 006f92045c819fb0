/** Fixture of every browser test: a server over a database of its own, and a browser. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { BUILT_WEB, type OpenOptions, type OpenedPage, addCookie, launch, newPage } from './browser.js'
import { type TestDatabase, freshDatabase } from './database.js'
import { demoDatabase } from './demo-database.js'
import { type TestServer, serve } from './server.js'

const MAP_DRAWN = '[data-drawn]:not([data-drawn="0"])'

/** A browser on the built pages of a server over a database of its own. */
export interface WebFixture {
  database: TestDatabase
  server: TestServer
  browser: Browser
  /** Opens the map at the query of an address and waits until it is drawn. */
  openMap(query: string, options?: OpenOptions): Promise<OpenedPage>
  /** A new page without an address. */
  newPage(options?: OpenOptions): Promise<OpenedPage>
  /** Gives a page a session and reloads it, because it asks for the account when it starts. */
  signInOn(page: Page, cookie: string): Promise<void>
}

interface FixtureOptions {
  /** Whether the database holds the demonstration country. */
  hasDemo?: boolean
  /** Further preparation by the test; the server answers already. */
  prepare?(fixture: WebFixture): Promise<void>
}

/** Makes the fixture before the first test of the calling file, and ends it after the last. */
export function webFixture({ hasDemo = true, prepare }: FixtureOptions = {}): WebFixture {
  const fixture = {
    openMap: async (query, options) => {
      const opened = await fixture.newPage(options)
      await opened.page.goto(`${fixture.server.url}/?${query}`)
      await opened.page.waitForSelector(MAP_DRAWN)
      return opened
    },
    newPage: (options) => newPage(fixture.browser, fixture.server.url, options),
    signInOn: async (page, cookie) => {
      await addCookie(page, fixture.server.url, cookie)
      await page.reload()
      await page.waitForSelector('[data-ready="true"]')
    },
  } as WebFixture
  beforeAll(async () => {
    fixture.database = hasDemo ? await demoDatabase() : await freshDatabase('postgresql')
    fixture.server = await serve(fixture.database, {}, BUILT_WEB)
    await prepare?.(fixture)
    fixture.browser = await launch()
  }, 300_000)
  afterAll(async () => {
    await fixture.browser?.close()
    await fixture.server?.close()
    await fixture.database?.drop()
  })
  return fixture
}

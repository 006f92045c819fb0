/** The API on a free port over a test database, in the process of the tests. */
import { type Config, loadConfig } from '#config'
import { type Log, openLog } from '#log'
import { insertAccount, hashPassword, insertDevice, newToken, sha256, type Role } from '#store/people'
import { upsertSites } from '#store/sites'
import { createServer } from '../../apps/api/server.js'
import { Settings } from '../../apps/api/settings.js'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { OpenApiDocument, Parameter } from '../../apps/api/openapi/document-types.js'
import type { TestDatabase } from './database.js'

/** Path of the document that `npm run build` makes. */
export const BUILT_DOCUMENT = resolve('dist/openapi.json')

/** The document with each parameter in its place, also those that are references to components. */
export function builtDocument(): OpenApiDocument {
  const document = JSON.parse(readFileSync(BUILT_DOCUMENT, 'utf8')) as OpenApiDocument
  const { parameters: shared = {} } = document.components
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods)))
    operation.parameters = operation.parameters.map(
      (one) => (shared[(one as { $ref?: string }).$ref?.split('/').at(-1) ?? ''] as Parameter) ?? one,
    )
  return document
}

export interface TestServer {
  url: string
  close(): Promise<void>
}

export async function serve(
  database: TestDatabase,
  config: Partial<Config> = {},
  webRoot: string | null = null,
  clock: () => number = () => Date.now(),
  log: Log = openLog({ format: 'text', level: 'info' }),
): Promise<TestServer> {
  const settings = new Settings({ ...loadConfig({}), ...config }, '0.0.0-test', clock)
  const app = await createServer({
    settings,
    log,
    secrets: database.secrets,
    interactive: database,
    batch: database,
    webRoot,
    documentPath: BUILT_DOCUMENT,
  })
  await app.listen(0, '127.0.0.1')
  return { url: await app.getUrl(), close: () => app.close() }
}

/** Makes a school in Al Hoceima and a device in it. */
export async function siteWithDevice(
  database: Pick<TestDatabase, 'source'>,
  code = 'S1',
): Promise<{ site: string; token: string }> {
  const site = {
    code,
    name: 'École',
    type: 'school' as const,
    communeCode: '01.051.01.01',
    lat: 35.2447,
    lng: -3.9317,
  }
  await upsertSites(database.source.manager, [site], { author: 'test', simulated: false })
  const token = newToken()
  await insertDevice(database.source.manager, code, sha256(token), 'test')
  return { site: code, token }
}

/** Makes an account with its own password and signs it in; resolves to the cookie. */
export async function signIn(
  server: TestServer,
  database: TestDatabase,
  role: Role,
  { name = `test-${role}`, operator = null }: { name?: string; operator?: string | null } = {},
): Promise<string> {
  const password = 'a password of the tests'
  const account = { name, role, mustChangePassword: false, operator }
  await insertAccount(
    database.source.manager,
    { ...account, passwordHash: await hashPassword(password) },
    'test',
  )
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: account.name, password }),
  })
  return answer.headers.getSetCookie()[0]!.split(';')[0]!
}

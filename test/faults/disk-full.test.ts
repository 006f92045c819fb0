/**
 * The disk of the database is full: nothing can be written, and that is said; reading goes on. The files of tables are
 * replaced by /dev/full, which answers every write as a full disk does, so that the error is the system's own.
 */
import { prepareDatabase } from '#setup'
import { openDatabase } from '#store/database'
import { KeyFile, prepareSecrets } from '#store/secrets'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, renameSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Cluster, startCluster } from '../support/cluster.js'
import { type TestDatabase } from '../support/database.js'
import { type TestServer, serve, siteWithDevice } from '../support/server.js'

let cluster: Cluster
let database: TestDatabase
let server: TestServer
let token: string
let now = Date.now()
beforeAll(async () => {
  // Not durable: the server ends itself where it cannot flush a file to the disk, and /dev/full cannot be flushed.
  cluster = await startCluster({ durable: false })
  const url = cluster.url('postgres')
  const opened = await openDatabase({ url, dataDir: '', purpose: 'interactive' })
  await prepareDatabase(opened.source, new Date(), () => {})
  const SECRETS_KEY_FILE = join(mkdtempSync(join(tmpdir(), 'taghtiya-keys-')), 'secrets.key')
  const secrets = await prepareSecrets(opened.source, new KeyFile(SECRETS_KEY_FILE))
  database = { ...opened, secrets, env: { DATABASE_URL: url, SECRETS_KEY_FILE }, drop: opened.close }
  token = (await siteWithDevice(database)).token
  server = await serve(database, {}, null, () => now)
})
afterAll(async () => {
  await server.close()
  await database.close()
  await cluster.stop()
})

const get = (path: string) => fetch(server.url + path)
const send = () =>
  fetch(`${server.url}/api/v1/probes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      id: randomUUID(),
      measuredAt: new Date(Date.now() - 3_600_000).toISOString(),
      outcome: 'ok',
    }),
  })
const problem = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]

/** The files of tables that are empty so far. */
async function filesOf(...tables: string[]): Promise<string[]> {
  const rows: { path: string; size: number }[] = await database.source.query(
    'SELECT pg_relation_filepath(t::regclass) AS path, pg_relation_size(t::regclass)::int AS size FROM unnest($1::text[]) AS t',
    [tables],
  )
  expect(rows.map(({ size }) => size)).toEqual(tables.map(() => 0))
  return rows.map(({ path }) => join(cluster.dir, 'data', path))
}

test('a full disk: writing is refused and said so, reading goes on, and all is well when there is space', async () => {
  const files = await filesOf('probe_ledger', 'lease')
  for (const file of files) {
    renameSync(file, `${file}.empty`)
    symlinkSync('/dev/full', file)
  }
  const refused = await send()
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(await problem(refused)).toEqual([503, 'disk_full'])
  for (const path of ['/api/v1/probes', '/api/v1/areas', '/api/v1/sites/S1'])
    expect([path, (await get(path)).status]).toEqual([path, 200])
  const ready = await get('/health/ready')
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'read_only', writing: 'disk_full', worker: 'silent' },
  ])
  // Tried again after a while, and still full.
  now += 60_000
  expect(await problem(await get('/health/ready/writing'))).toEqual([503, 'disk_full'])
  for (const file of files) renameSync(`${file}.empty`, file)
  // Sessions that have the file open would go on with it.
  await cluster.restart()
  await vi.waitFor(
    async () => {
      now += 60_000
      expect((await get('/health/ready/writing')).status).toBe(200)
      expect((await send()).status).toBe(200)
    },
    { timeout: 120_000, interval: 1_000 },
  )
})

test('a database that takes no writes: the same, with its own name', async () => {
  await database.source.query('ALTER DATABASE postgres SET default_transaction_read_only = on')
  const sessions = await openDatabase({ url: database.env.DATABASE_URL, dataDir: '', purpose: 'interactive' })
  const readOnly = await serve({ ...database, ...sessions }, {}, null, () => now)
  try {
    const sent = await fetch(`${readOnly.url}/api/v1/probes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: randomUUID(), measuredAt: new Date().toISOString(), outcome: 'ok' }),
    })
    expect(await problem(sent)).toEqual([503, 'read_only'])
    expect(await problem(await fetch(`${readOnly.url}/health/ready/writing`))).toEqual([503, 'read_only'])
    expect((await fetch(`${readOnly.url}/api/v1/areas`)).status).toBe(200)
  } finally {
    await readOnly.close()
    await sessions.close()
  }
})

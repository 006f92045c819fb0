/** A backup made while probes arrive, and restored into an empty database, on both engines. */
import { openDatabase } from '#store/database'
import { wrongDigests } from '#store/backup'
import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoDatabase } from '../support/demo-database.js'
import {
  ENGINES,
  type EngineName,
  type TestDatabase,
  emptyServerPlace,
  freshDatabase,
} from '../support/database.js'
import { runCli, startServer } from '../support/process.js'
import { siteWithDevice } from '../support/server.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-backup-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PATIENCE = { timeout: 60_000, interval: 100 }

interface Manifest {
  madeAt: string
  rows: Record<string, number>
  digests: Record<string, string>
  bytes: number
}

const emptyPlace = async (engine: EngineName) =>
  engine === 'postgresql'
    ? await emptyServerPlace()
    : { env: { DATA_DIR: mkdtempSync(join(folder, 'empty-')) }, remove: async () => {} }

/** Sends probes one after another until it is stopped; resolves to the ids that were acknowledged, each with when. */
function sendProbes(url: string, token: string) {
  const acknowledged: { id: string; at: number }[] = []
  let isStopped = false
  const done = (async () => {
    while (!isStopped) {
      const id = randomUUID()
      const measuredAt = new Date(Date.now() - 60_000).toISOString()
      const answer = await fetch(`${url}/api/v1/probes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          id,
          measuredAt,
          lat: 35.2447,
          lng: -3.9317,
          outcome: 'ok',
          operator: 'iam',
          technology: '4g',
          downloadBps: 9e6,
          uploadBps: 2e6,
          latencyMs: 40,
        }),
      })
      if (answer.ok) acknowledged.push({ id, at: Date.now() })
    }
  })()
  return {
    acknowledged,
    stop: async () => {
      isStopped = true
      await done
    },
  }
}

describe.each(ENGINES)('a backup of %s', (engine) => {
  const file = join(folder, `${engine}.backup`)
  let database: TestDatabase
  let manifest: Manifest
  let acknowledged: { id: string; at: number }[]
  let startedAt: number
  let endedAt: number
  beforeAll(async () => {
    database = engine === 'postgresql' ? await demoDatabase() : await freshDatabase(engine)
    const { token } = await siteWithDevice(database)
    // The folder of the embedded database is held by the server then, and the command is its guest.
    if (engine === 'embedded') await database.close()
    const server = await startServer({ ...database.env, RATE_LIMIT: '100000' })
    const probes = sendProbes(server.url, token)
    await vi.waitFor(() => expect(probes.acknowledged.length).toBeGreaterThan(5), PATIENCE)
    if (engine === 'embedded') expect(await runCli(database.env, 'classify')).toMatchObject({ code: 0 })
    startedAt = Date.now()
    const made = await runCli(database.env, 'backup', '--out', file, '--json')
    endedAt = Date.now()
    await vi.waitFor(() => expect(probes.acknowledged.at(-1)!.at).toBeGreaterThan(endedAt), PATIENCE)
    await probes.stop()
    server.process.kill('SIGTERM')
    await server.ended
    expect(made).toMatchObject({ code: 0, err: '' })
    manifest = JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Manifest
    expect(JSON.parse(made.out)).toMatchObject(manifest)
    acknowledged = probes.acknowledged
  }, 180_000)
  afterAll(async () => {
    if (engine === 'postgresql') await database.drop()
  })

  test('its files are read by their owner alone, and it replaces none', async () => {
    for (const path of [file, `${file}.manifest.json`]) expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await runCli(database.env, 'backup', '--out', join(folder, 'none', 'x'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/none\/x\.part cannot be written \(ENOENT\): the folder must exist/),
    })
    expect(await runCli(database.env, 'backup', '--out', file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('exists already'),
    })
  })

  test('is restored with all that was acknowledged before it began, counts and digests as they were', async () => {
    const place = await emptyPlace(engine)
    const { code, out, err } = await runCli(place.env, 'restore', file)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('counts of all tables and digests of all runs are those of the backup')
    expect(Object.keys(manifest.digests).length).toBeGreaterThan(0)
    const restored = await openDatabase({
      url: place.env.DATABASE_URL,
      dataDir: place.env.DATA_DIR ?? '',
      purpose: 'batch',
    })
    const ids = new Set(
      ((await restored.source.query('SELECT id FROM probe')) as { id: string }[]).map(({ id }) => id),
    )
    expect(ids.size).toBe(manifest.rows['probe'])
    const before = acknowledged.filter(({ at }) => at < startedAt)
    expect(before.filter(({ id }) => !ids.has(id))).toEqual([])
    expect(acknowledged.filter(({ id }) => !ids.has(id)).length, 'probes went on arriving').toBeGreaterThan(0)
    await restored.close()
    // Without the key of the backup's time the server does not start.
    await expect(startServer(place.env)).rejects.toThrow('put back the file that belongs to the database')
    const { SECRETS_KEY_FILE } = database.env
    const server = await startServer({ ...place.env, SECRETS_KEY_FILE })
    expect((await fetch(`${server.url}/api/v1/cells?limit=1`)).status).toBe(200)
    server.process.kill('SIGTERM')
    await server.ended
    expect((await runCli(place.env, 'doctor')).out).toMatch(/^ok {3}last backup: /m)
    await place.remove()
  }, 180_000)

  test('is restored into an empty database only', async () => {
    const other = await freshDatabase(engine)
    if (engine === 'embedded') await other.close()
    const { code, err } = await runCli(other.env, 'restore', file)
    expect(code).toBe(1)
    expect(err).toMatch(
      engine === 'postgresql' ? /not empty \(it has .+\): make a new one/ : /holds a database already/,
    )
    if (engine === 'postgresql') await other.drop()
  })

  test.each([
    ['without its end', (copy: string) => truncateSync(copy, manifest.bytes - 1), /bytes and not/],
    [
      'with a changed byte',
      (copy: string) => (truncateSync(copy, manifest.bytes - 1), appendFileSync(copy, '\u0001')),
      /is not the file that was made/,
    ],
    ['without its manifest', (copy: string) => rmSync(`${copy}.manifest.json`), /a backup is two files/],
  ])('is refused %s', async (name, damage, reason) => {
    const dir = join(folder, `${engine} ${name}`)
    mkdirSync(dir)
    const copy = join(dir, 'copy')
    copyFileSync(file, copy)
    copyFileSync(`${file}.manifest.json`, `${copy}.manifest.json`)
    damage(copy)
    const place = await emptyPlace(engine)
    const { code, err } = await runCli(place.env, 'restore', copy)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(reason) })
    await place.remove()
  })
})

test('a backup of the other engine is refused by name', async () => {
  const place = await emptyServerPlace()
  expect(await runCli(place.env, 'restore', join(folder, 'embedded.backup'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('restore it without DATABASE_URL'),
  })
  const env = { DATA_DIR: mkdtempSync(join(folder, 'empty-')) }
  expect(await runCli(env, 'restore', join(folder, 'postgresql.backup'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('set DATABASE_URL to an empty database'),
  })
  await place.remove()
})

test('a verdict that differs from what its run was published with is found, in each run that has it', async () => {
  const database = await demoDatabase()
  const manager = database.source.manager
  expect(await wrongDigests(manager)).toEqual([])
  // A row of the series that has most runs.
  const [row] = await manager.query(
    `SELECT series, cell, first_run AS first, coalesce(next_run, 1e6) AS next FROM verdict WHERE class <> 'white' AND series =
       (SELECT series FROM run GROUP BY series ORDER BY count(*) DESC, series LIMIT 1) LIMIT 1`,
  )
  const { series, cell, first, next } = row
  await manager.query(
    `UPDATE verdict SET class = 'white' WHERE series = $1 AND cell = $2 AND first_run = $3`,
    [series, cell, first],
  )
  const runs = (await manager.query(
    'SELECT id FROM run WHERE series = $1 AND id >= $2 AND id < $3 ORDER BY id',
    [series, first, next],
  )) as { id: number }[]
  expect((await wrongDigests(manager)).map(({ run }) => run)).toEqual(runs.map(({ id }) => id))
  await database.drop()
})

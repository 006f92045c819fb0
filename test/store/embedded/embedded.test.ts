/** The embedded engine by a real `pg` client: what a server would do, it does. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
// The engine itself, not through the library: this is its own suite.
import { type EmbeddedDatabase, openEmbedded } from '../../../libs/store/database/embedded/index.js'

const INVALID = `ST_GeomFromText('POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))')`
const SQUARE = `ST_GeomFromText('POLYGON((0 0, 0 3, 3 3, 3 0, 0 0))')`
/** An overlay of an invalid polygon: GEOS throws, and PGlite says nothing. */
const THROWS = `SELECT ST_AsText(ST_Intersection(${INVALID}, ${SQUARE}))`

const folders: string[] = []
function copyOfTemplate(): string {
  const dir = mkdtempSync(join(tmpdir(), 'taghtiya-engine-'))
  cpSync(inject('embeddedTemplate'), dir, { recursive: true })
  folders.push(dir)
  return dir
}
afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true, force: true })))

describe('one process', () => {
  let engine: EmbeddedDatabase
  let dir: string
  const pools: pg.Pool[] = []
  const pool = () => {
    const made = new pg.Pool(engine.poolOptions as pg.PoolConfig)
    made.on('error', () => undefined)
    pools.push(made)
    return made
  }
  beforeAll(async () => {
    dir = copyOfTemplate()
    engine = await openEmbedded(dir)
    const one = pool()
    await one.query('CREATE TABLE t (id int PRIMARY KEY, v text)')
  })
  afterEach(async () => {
    for (const made of pools.splice(0)) await made.end()
    const one = pool()
    await one.query('TRUNCATE t')
  })
  afterAll(async () => {
    for (const made of pools) await made.end()
    await engine.close()
    expect(existsSync(join(dir, 'lock')) || existsSync(join(dir, 'endpoint.json'))).toBe(false)
  })
  const count = async () => Number((await pool().query('SELECT count(*) AS n FROM t')).rows[0].n)

  test('transactions commit and roll back', async () => {
    const client = await pool().connect()
    await client.query('BEGIN')
    await client.query(`INSERT INTO t VALUES (1, 'a')`)
    await client.query('COMMIT')
    await client.query('BEGIN')
    await client.query(`INSERT INTO t VALUES (2, 'b')`)
    await client.query('ROLLBACK')
    client.release()
    expect(await count()).toBe(1)
  })

  test('fifty concurrent requests are all answered, each with its own answer', async () => {
    const one = pool()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => one.query('SELECT $1::int AS i', [i])),
    )
    expect(answers.map((a) => a.rows[0].i)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  test('another connection waits for a transaction, and its row outlives the rollback', async () => {
    const first = await pool().connect()
    await first.query('BEGIN')
    await first.query(`INSERT INTO t VALUES (1, 'lost')`)
    const second = pool().query(`INSERT INTO t VALUES (2, 'kept')`)
    await first.query('ROLLBACK')
    await second
    first.release()
    expect((await pool().query('SELECT id FROM t')).rows).toEqual([{ id: 2 }])
  })

  test('an error in a transaction lets nothing of it through', async () => {
    const client = await pool().connect()
    await client.query('BEGIN')
    await client.query(`INSERT INTO t VALUES (1, 'a')`)
    await expect(client.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' })
    await expect(client.query(`INSERT INTO t VALUES (2, 'b')`)).rejects.toMatchObject({ code: '25P02' })
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
    client.release()
    expect(await count()).toBe(0)
  })

  test.each([
    ['simple', (client: pg.PoolClient) => client.query(THROWS)],
    ['extended', (client: pg.PoolClient) => client.query(`${THROWS} WHERE $1::int = 1`, [1])],
  ])('an exception of GEOS is an error and ends its transaction (%s)', async (_kind, run) => {
    const client = await pool().connect()
    await expect(run(client)).rejects.toMatchObject({ code: 'XX000' })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.query('BEGIN')
    await client.query(`INSERT INTO t VALUES (1, 'a')`)
    await expect(run(client)).rejects.toMatchObject({ code: 'XX000' })
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
    client.release()
    expect(await count()).toBe(0)
  })

  test('exceptions without number do not use up the engine: it is started anew, and nothing committed is lost', async () => {
    await pool().query(`INSERT INTO t VALUES (1, 'kept')`)
    const ended = new Set<number>()
    for (let i = 0; i < 700; i++) {
      const client = new pg.Client(engine.poolOptions as pg.ClientConfig)
      client.on('error', () => ended.add(i))
      await client.connect()
      await client.query(THROWS).catch(() => undefined)
      await client.end()
    }
    expect(ended.size).toBe(1)
    expect(await count()).toBe(1)
  })

  test('COPY goes in and comes out, and a failed one leaves nothing', async () => {
    const client = await pool().connect()
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i}\tسطر ${i}\n`)
    await pipeline(Readable.from(lines), client.query(copyFrom('COPY t FROM STDIN')))
    const out: Buffer[] = []
    for await (const chunk of client.query(copyTo('COPY (SELECT * FROM t ORDER BY id) TO STDOUT')))
      out.push(chunk as Buffer)
    expect(Buffer.concat(out).toString()).toBe(lines.join(''))
    await expect(
      pipeline(Readable.from(['x\ty\n']), client.query(copyFrom('COPY t FROM STDIN'))),
    ).rejects.toThrow(/integer/)
    const binary: Buffer[] = []
    for await (const chunk of client.query(copyTo('COPY t TO STDOUT (FORMAT binary)')))
      binary.push(chunk as Buffer)
    await client.query('TRUNCATE t')
    await pipeline(Readable.from(binary), client.query(copyFrom('COPY t FROM STDIN (FORMAT binary)')))
    client.release()
    expect(await count()).toBe(20_000)
  })

  test('named statements of two connections do not clash', async () => {
    const [a, b] = [await pool().connect(), await pool().connect()]
    for (let i = 0; i < 3; i++) {
      expect((await a.query({ name: 's', text: 'SELECT $1::int + 1 AS n', values: [i] })).rows[0].n).toBe(
        i + 1,
      )
      expect((await b.query({ name: 's', text: 'SELECT $1::int - 1 AS n', values: [i] })).rows[0].n).toBe(
        i - 1,
      )
    }
    a.release()
    b.release()
  })

  test('a cursor reads in parts, an empty query is no error, values come as from a server', async () => {
    const client = await pool().connect()
    expect((await client.query('')).rows).toEqual([])
    await client.query('BEGIN')
    await client.query('DECLARE c CURSOR FOR SELECT generate_series(1, 5) AS n')
    expect((await client.query('FETCH 2 FROM c')).rows).toEqual([{ n: 1 }, { n: 2 }])
    await client.query('COMMIT')
    const { rows } = await client.query(
      `SELECT 9007199254740993 AS big, '{"a":1}'::jsonb AS doc, '\\x00ff'::bytea AS raw`,
    )
    expect(rows[0]).toEqual({ big: '9007199254740993', doc: { a: 1 }, raw: Buffer.from([0, 255]) })
    client.release()
  })

  test('who disconnects in a transaction is rolled back and holds nobody up', async () => {
    const leaving = new pg.Pool(engine.poolOptions as pg.PoolConfig)
    const client = await leaving.connect()
    await client.query('BEGIN')
    await client.query(`INSERT INTO t VALUES (1, 'a')`)
    client.release(true)
    await leaving.end()
    expect(await count()).toBe(0)
  })

  test('a guest of the same folder shares the data, one without the secret gets nothing', async () => {
    const { port, secret } = JSON.parse(readFileSync(join(dir, 'endpoint.json'), 'utf8')) as {
      port: number
      secret: string
    }
    expect(statSync(join(dir, 'endpoint.json')).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    const guest = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: secret,
      database: 'postgres',
    })
    await guest.connect()
    await guest.query(`INSERT INTO t VALUES (7, 'guest')`)
    await guest.end()
    expect(await count()).toBe(1)
    const stranger = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: 'guess',
      database: 'postgres',
    })
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' })
  })
})

/** Opens the folder in a process of its own and inserts until it is killed, telling each row that was acknowledged. */
const INSERTER = `
import pg from 'pg'
const { openEmbedded } = await import(process.argv[1])
const engine = await openEmbedded(process.argv[2])
const pool = new pg.Pool(engine.poolOptions)
await pool.query('CREATE TABLE IF NOT EXISTS k (id int PRIMARY KEY)')
if (process.argv[3] === 'open') await pool.query('BEGIN')
process.stdout.write(engine.role + '\\n')
for (let id = Number(process.argv[4]); ; id++) {
  await pool.query('INSERT INTO k VALUES ($1)', [id])
  process.stdout.write(id + '\\n')
}
`

function inserter(dir: string, mode: 'open' | 'commit', first: number) {
  const built = new URL('../../../dist/libs/store/database/embedded/index.js', import.meta.url).href
  const args = ['--input-type=module', '-e', INSERTER, built, dir, mode, String(first)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const lines = () => said.split('\n').slice(0, -1)
  const until = async (n: number) => {
    while (lines().length < n) await new Promise((again) => setTimeout(again, 20))
  }
  const kill = () => new Promise((ended) => (child.once('exit', ended), child.kill('SIGKILL')))
  return { lines, until, kill }
}

describe('several processes', () => {
  test('a killed owner loses nothing it acknowledged, and its lock is taken over', async () => {
    const dir = copyOfTemplate()
    const child = inserter(dir, 'commit', 1)
    await child.until(300)
    await child.kill()
    const acknowledged = child.lines().slice(1).map(Number)
    expect(existsSync(join(dir, 'lock'))).toBe(true)
    const engine = await openEmbedded(dir)
    expect(engine.role).toBe('owner')
    const pool = new pg.Pool(engine.poolOptions as pg.PoolConfig)
    const { rows } = await pool.query('SELECT id FROM k ORDER BY id')
    await pool.end()
    await engine.close()
    const there = new Set(rows.map((r: { id: number }) => r.id))
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([])
  })

  test('the second on a folder is a guest; killed in a transaction, it is rolled back and holds nobody up', async () => {
    const dir = copyOfTemplate()
    const engine = await openEmbedded(dir)
    const pool = new pg.Pool(engine.poolOptions as pg.PoolConfig)
    const guest = inserter(dir, 'open', 1)
    await guest.until(20)
    expect(guest.lines()[0]).toBe('guest')
    await guest.kill()
    expect((await pool.query('SELECT count(*) AS n FROM k')).rows[0].n).toBe('0')
    await pool.end()
    await engine.close()
  })

  test('a lock of a process that is gone, or of another with its number, is stale', async () => {
    const dir = copyOfTemplate()
    for (const holder of [
      { pid: 2 ** 22 + 7, started: '1' },
      { pid: process.pid, started: '1' },
    ]) {
      writeFileSync(join(dir, 'lock'), JSON.stringify(holder))
      const engine = await openEmbedded(dir)
      expect(engine.role).toBe('owner')
      await engine.close()
    }
  })
})

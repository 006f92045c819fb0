/** Results of other tools through HTTP, and the real clients that a Debian machine has. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

const sample = (name: string) => readFileSync(new URL(`../formats/samples/${name}`, import.meta.url))

interface Answer {
  status: number
  body: {
    format: string
    unit: string
    records: number
    accepted: number
    duplicates: number
    rejected: { index: number; reason: string }[]
    reasons: { reason: string; count: number }[]
    sample: Record<string, unknown>[]
    detail: string
  }
}

describe.each(ENGINES)('POST /api/v1/probes/import on %s', (engine) => {
  let database: TestDatabase
  let server: TestServer
  let token: string
  let planner: string
  beforeAll(async () => {
    database = await freshDatabase(engine)
    server = await serve(database)
    token = (await siteWithDevice(database)).token
    planner = await signIn(server, database, 'planner')
  })
  afterAll(async () => {
    await server.close()
    await database.drop()
  })

  async function send(
    query: string,
    body: Buffer | string,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const answer = await fetch(`${server.url}/api/v1/probes/import?${query}`, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers,
    })
    return { status: answer.status, body: (await answer.json()) as Answer['body'] }
  }
  const asDevice = (query: string, body: Buffer | string, more = {}) =>
    send(query, body, { authorization: `Bearer ${token}`, ...more })
  const asPlanner = (query: string, body: Buffer | string, more = {}) =>
    send(query, body, { cookie: planner, ...more })
  const count = async () => Number((await database.source.query('SELECT count(*) AS n FROM probe'))[0].n)

  test('a device sends any tool’s document, of any content type, packed or not; again is a duplicate', async () => {
    for (const [name, type] of [
      ['ookla.json', 'application/json'],
      ['ndt7-client.json', 'text/plain'],
      ['plain-en.csv', 'text/csv'],
      ['iperf3-stream.ndjson', 'application/x-ndjson'],
      ['giga.json', 'application/octet-stream'],
    ] as const) {
      const first = await asDevice('', sample(name), { 'content-type': type })
      expect(first).toMatchObject({ status: 200, body: { accepted: 1, duplicates: 0, rejected: [] } })
      const again = await asDevice('format=auto', gzipSync(sample(name)), {
        'content-type': type,
        'content-encoding': 'gzip',
      })
      expect(again).toMatchObject({ status: 200, body: { accepted: 0, duplicates: 1 } })
    }
    const [row] = await database.source.query(`SELECT * FROM probe WHERE tool = 'ookla'`)
    expect(row).toMatchObject({ site_code: 'S1', operator: 'iam', download_bps: '12500000' })
    expect(JSON.parse(row.raw)).toEqual(JSON.parse(sample('ookla.json').toString()))
  })

  test('a preview writes nothing and tells what would become of it', async () => {
    const before = await count()
    const { status, body } = await asPlanner('preview=true', sample('plain-fr.csv'))
    expect(status).toBe(200)
    expect(body).toMatchObject({ format: 'csv', records: 4, accepted: 2 })
    expect(body.reasons.map((r) => r.count)).toEqual([1, 1])
    expect(body.sample[0]).toMatchObject({ operator: 'iam', download_bps: 12_500_000, upload_bps: 3_250_000 })
    expect(await count()).toBe(before)
    const done = await asPlanner('', sample('plain-fr.csv'))
    expect(done.body).toMatchObject({ accepted: 2, rejected: [{ index: 2 }, { index: 3 }] })
    expect(await count()).toBe(before + 2)
    const [item] = await database.source.query(
      `SELECT document FROM quarantine WHERE reason LIKE 'Technologie%'`,
    )
    expect(JSON.parse(item.document)).toMatchObject({ Technologie: '6G', Opérateur: 'Orange' })
  })

  test('a question is an answer of its own, and nothing is written', async () => {
    const before = await count()
    expect(await asPlanner('', sample('no-unit.csv'))).toMatchObject({
      status: 422,
      body: { detail: expect.stringMatching(/In which unit is the column “download”/) },
    })
    expect(await asPlanner('', sample('cloudflare.json'))).toMatchObject({ status: 422 })
    expect(await asPlanner('', '{"half":')).toMatchObject({ status: 422, body: { detail: /not JSON/ } })
    expect(await asPlanner('', '')).toMatchObject({ status: 422 })
    expect(await count()).toBe(before)
    const answered = await asPlanner(
      'measuredAt=2026-03-02T09:30:00Z&site=S1&operator=inwi&technology=4g',
      sample('cloudflare.json'),
    )
    expect(answered.body).toMatchObject({ accepted: 1, format: 'cloudflare' })
    expect((await asPlanner('unit=Mbit/s', sample('no-unit.csv'))).body).toMatchObject({ accepted: 1 })
  })

  test('each question has an answer that is a parameter', async () => {
    const ask = async (table: string) => (await asPlanner('preview=true', table)).body.detail
    const accepted = async (query: string, table: string) =>
      (await asPlanner(`preview=true&site=S1&${query}`, table)).body.sample[0]
    const loss = 'date,download (Mbit/s),packet loss\n2026-03-01 10:00,3,0.5\n'
    expect(await ask(loss)).toContain('lossUnit=percent or lossUnit=ratio')
    expect(await accepted('lossUnit=percent', loss)).toMatchObject({ loss_ratio: 0.005 })
    const comma = 'date;download (kbit/s)\n2026-03-01 10:00;10,240\n'
    expect(await ask(comma)).toContain('decimal=comma')
    expect(await accepted('decimal=point', comma)).toMatchObject({ download_bps: 10_240_000 })
    const lambert = 'date,x,y,download (Mbit/s)\n2026-03-01 10:00,525000,380000,3\n'
    expect(await ask(lambert)).toContain('crs=EPSG:26191')
    expect(await accepted('crs=EPSG:26191', lambert)).toMatchObject({ lat: expect.closeTo(34.0186, 4) })
    expect(await accepted('unit=MB/s', 'date,download (MB/s)\n2026-03-01 10:00,3\n')).toMatchObject({
      download_bps: 24_000_000,
    })
    for (const query of ['lossUnit=half', 'decimal=dot', 'unit=MB'])
      expect((await asPlanner(query, loss)).status).toBe(400)
    expect((await asPlanner('crs=EPSG:1', lambert)).body.detail).toContain('EPSG:1')
  })

  test('what its source calls implausible is stored, flagged, and does not count', async () => {
    const row = (last: string, implausible: boolean) =>
      `O22222222-2222-4222-8222-3333333333${last},2026-03-01 09:30,4G,34.02,-6.84,12500,3250,${implausible}`
    const table = [
      'open_test_uuid,time_utc,cat_technology,lat,long,download_kbit,upload_kbit,implausible',
      row('01', false),
      row('02', true),
    ].join('\n')
    expect((await asPlanner('operator=inwi', table)).body).toMatchObject({ accepted: 2, rejected: [] })
    const rows = await database.source.query(
      `SELECT flags, counted FROM probe WHERE id::text LIKE '%3333333333__' ORDER BY id`,
    )
    expect(rows.map(({ counted }: { counted: boolean }) => counted)).toEqual([true, false])
    expect(rows[1].flags).toContain('implausible')
  })

  test('every record is accepted, known or refused; a file that breaks off says where', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `2026-03-03 10:00,34.02,-6.84,${i + 1},x`)
    const table = [
      'date,lat,lng,download (Mbit/s),comment',
      ...rows,
      '2026-03-03 11:00,34.02,-6.84,3,"y',
    ].join('\n')
    const { status, body } = await asPlanner('', table)
    expect(status).toBe(200)
    expect(body).toMatchObject({ accepted: 300, duplicates: 0, rejected: [{ index: 300 }] })
    expect(body.rejected[0]!.reason).toContain('the rest of the file was not read: line 302')
    const swallowed =
      'date,download (Mbit/s),comment\n2026-03-01 10:00,1,"a\n2026-03-01 11:00,2,b"\n2026-03-01 12:00,3,c\n'
    expect((await asPlanner('site=S1', swallowed)).body).toMatchObject({ accepted: 1, rejected: [{}, {}] })
  })

  test('the question reaches who is still sending: a large file is not cut off', async () => {
    const before = await count()
    const row = `${'2026-03-01 10:30,12.5,3.25'}\n`
    const large = `date,download,upload\n${row.repeat(1_000_000)}`
    for (const answer of [await asPlanner('preview=true', large), await asPlanner('', gzipSync(large))])
      expect(answer).toMatchObject({ status: 422, body: { detail: /In which unit/ } })
    // One result a line, the last of which nobody can read without help.
    const lines = `${JSON.stringify({ measuredAt: '2026-03-02T09:30:00Z', outcome: 'failed', lat: 34, lng: -6 })}\n`
    expect(await asPlanner('', `${lines.repeat(600)}{"download":1,"upload":2}\n`)).toMatchObject({
      status: 200,
    })
    expect(await count()).toBe(before)
  })

  test.each([
    ['format=fax', 400, /format/],
    ['unit=MB', 400, /unit/],
    ['measuredAt=yesterday', 400, /measuredAt/],
    ['site=nowhere', 422, /site is .*nowhere.*: no site has this code/],
    ['preview=perhaps', 400, /preview/],
  ])('%s is refused', async (query, status, detail) => {
    const answer = await asPlanner(query, sample('ookla.json'))
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toMatch(detail)
  })

  test('is for planners and devices, each for what is theirs', async () => {
    expect((await send('', sample('ookla.json'), {})).status).toBe(401)
    expect(
      (await send('', sample('ookla.json'), { authorization: 'Bearer tgt_unknown_unknown_unknown' })).status,
    ).toBe(401)
    const analyst = await signIn(server, database, 'analyst')
    expect((await send('', sample('ookla.json'), { cookie: analyst })).status).toBe(403)
    expect((await asDevice('site=S2', sample('ookla.json'))).status).toBe(422)
    expect(
      (await send('', sample('ookla.json'), { cookie: planner, origin: 'http://elsewhere.example' })).status,
    ).toBe(403)
  })

  test.skipIf(!existsSync('/usr/bin/iperf3'))('takes what the real iperf3 writes', async () => {
    const port = await freePort()
    const listener = spawn('iperf3', ['-s', '-1', '--forceflush', '-B', '127.0.0.1', '-p', String(port)])
    await new Promise<void>((ready) => listener.stdout.once('data', () => ready()))
    const { stdout } = spawnSync('iperf3', ['-c', '127.0.0.1', '-p', String(port), '-J', '-R', '-n', '20M'])
    listener.kill()
    const { body } = await asDevice('', stdout)
    expect(body).toMatchObject({ format: 'iperf3', accepted: 1 })
    const [row] = await database.source.query(
      `SELECT download_bps::float8 AS bps, raw FROM probe WHERE tool = 'iperf3' AND download_bps IS NOT NULL`,
    )
    expect(row.bps).toBeCloseTo(JSON.parse(stdout.toString()).end.sum_received.bits_per_second, -1)
    const failed = spawnSync('iperf3', ['-c', '127.0.0.1', '-p', String(await freePort()), '-J']).stdout
    expect((await asDevice('measuredAt=2026-03-01T09:30:00Z', failed)).body).toMatchObject({ accepted: 1 })
  })

  // Ten seconds of its own, whatever the engine.
  test.skipIf(!existsSync('/usr/bin/speedtest-cli') || engine === 'embedded')(
    'takes what the real speedtest-cli writes',
    { timeout: 60_000 },
    async () => {
      const fake = await speedtestServers()
      const env = { ...process.env, http_proxy: fake.url, no_proxy: '' }
      const child = spawn('speedtest-cli', ['--json'], { env })
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
      await new Promise((done) => child.once('close', done))
      fake.close()
      expect(err).toBe('')
      const { body } = await asDevice('', out)
      expect(body).toMatchObject({ format: 'speedtest-cli', accepted: 1 })
      const [row] = await database.source.query(
        `SELECT download_bps::float8 AS bps FROM probe WHERE tool = 'speedtest-cli'`,
      )
      expect(row.bps).toBe(Math.round(JSON.parse(out).download))
    },
  )
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** A proxy on loopback that answers for the servers which speedtest-cli looks for: there is no internet here. */
async function speedtestServers() {
  const config = `<settings><client ip="105.66.4.7" lat="33.5" lon="-7.6" isp="Maroc Telecom" isprating="3.7" rating="0" ispdlavg="0" ispulavg="0" loggedin="0" country="MA"/>
    <server-config threadcount="2" ignoreids="" forcepingid=""/><download testlength="1" threadsperurl="1"/><upload ratio="1" testlength="1" threads="1" maxchunkcount="1" mintestsize="0"/></settings>`
  const servers = `<settings><servers><server url="http://speedtest.example/speedtest/upload.php" lat="33.5" lon="-7.6" name="Casablanca" country="Morocco" cc="MA" sponsor="Example" id="1" host="speedtest.example:8080"/></servers></settings>`
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://proxy')
    if (pathname.endsWith('speedtest-config.php')) response.end(config)
    else if (/servers(-static)?\.php$/.test(pathname)) response.end(servers)
    else if (pathname.endsWith('latency.txt')) response.end('test=test\n')
    else if (pathname.endsWith('.jpg')) response.end(Buffer.alloc(200_000, 'x'))
    else request.resume().on('end', () => response.end('size=500'))
  }).listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

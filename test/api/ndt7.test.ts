/** Speed tests against our own server, by the unmodified client and by hand. */
import { isDisagreement } from '#domain/probe'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type Socket, connect as connectSocket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { ndt7 } from '../../apps/agent/ndt7-client.js'
import { type TestServer, serve, siteWithDevice } from '../support/server.js'

const PROTOCOL = 'net.measurementlab.ndt.v7'

describe.each(ENGINES)('the ndt7 server on %s', (engine) => {
  let database: TestDatabase
  let server: TestServer
  let token: string
  beforeAll(async () => {
    database = await freshDatabase(engine)
    server = await serve(database)
    token = (await siteWithDevice(database)).token
  })
  afterAll(async () => {
    await server.close()
    await database.drop()
  })
  const open = new Set<WebSocket>()
  afterEach(() => open.forEach((ws) => ws.terminate()))

  const host = () => new URL(server.url).host
  const headers = () => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })
  async function ticket(): Promise<string> {
    const answer = await fetch(`${server.url}/api/v1/tests`, {
      method: 'POST',
      headers: headers(),
      body: '{}',
    })
    expect(answer.status).toBe(201)
    return ((await answer.json()) as { token: string }).token
  }
  /** Opens a test: its socket, or the status with which it was refused. */
  function connect(
    path: string,
    protocol = PROTOCOL,
    headers: Record<string, string> = {},
  ): Promise<WebSocket | { status: number; retryAfter?: string; detail: string }> {
    const options = { perMessageDeflate: false, headers }
    const ws = new WebSocket(`ws://${host()}/ndt/v7/${path}`, protocol, options)
    open.add(ws)
    return new Promise((done, failed) => {
      ws.once('open', () => done(ws))
      ws.once('unexpected-response', (_request, answer) => {
        let body = ''
        answer.on('data', (chunk) => (body += chunk))
        answer.on('end', () => {
          const { detail } = JSON.parse(body) as { detail: string }
          const retryAfter = answer.headers['retry-after']
          done({ status: answer.statusCode!, detail, ...(retryAfter && { retryAfter }) })
        })
      })
      ws.once('error', failed)
    })
  }
  const connectDevice = async () => connect(`upload?token=${await ticket()}`)
  const isRunning = (test: unknown) => test instanceof WebSocket
  const observed = async (id: string) => {
    for (let i = 0; i < 100; i++) {
      const rows = await database.source.query('SELECT * FROM speed_test WHERE id = $1', [id])
      if (rows.length > 0) return rows[0] as Record<string, string | number | null>
      await sleep(20)
    }
    throw new Error(`no observation of ${id}`)
  }

  test(
    'serves the unmodified client; both sides agree and are joined with the probe',
    { timeout: 60_000 },
    async () => {
      const { code, errors, download, upload } = await ndt7(server.url, {
        token: await ticket(),
        max_bytes: '3000000000',
      })
      expect({ code, errors }).toEqual({ code: 0, errors: [] })
      const id = download!.LastServerMeasurement!.ConnectionInfo.UUID
      const seen = await observed(id)
      // A busy machine does not send 3 GB in the ten seconds of a test.
      expect(seen).toMatchObject({
        direction: 'download',
        ended: expect.stringMatching(/^(max_bytes|complete)$/),
      })
      expect(seen['device_id']).not.toBeNull()
      expect(seen['min_rtt_ms']).toBeGreaterThan(0)
      const clientBps = download!.LastClientMeasurement!.MeanClientMbps * 1e6
      expect(Number(seen['bps']) / clientBps).toBeGreaterThan(0.8)
      expect(Number(seen['bps']) / clientBps).toBeLessThan(1.25)
      const up = await observed(upload!.LastServerMeasurement!.ConnectionInfo.UUID)
      expect(up).toMatchObject({ direction: 'upload' })
      const { TCPInfo } = upload!.LastServerMeasurement!
      expect(((TCPInfo.BytesReceived / TCPInfo.ElapsedTime) * 8e6) / Number(up['bps'])).toBeCloseTo(1, 0)

      const claim = (downloadBps: number) => ({
        id: randomUUID(),
        measuredAt: new Date().toISOString(),
        outcome: 'ok',
        downloadBps,
        downloadTest: id,
      })
      const honest = claim(Number(seen['bps']) * 1.1)
      const liar = claim(Number(seen['bps']) * 1.5)
      expect(isDisagreement(honest.downloadBps, Number(seen['bps']))).toBe(false)
      await fetch(`${server.url}/api/v1/probes`, {
        method: 'POST',
        headers: headers(),
        body: JSON.stringify([honest, liar]),
      })
      const rows = await database.source.query(
        'SELECT id, flags, counted, download_test FROM probe WHERE id = ANY($1)',
        [[honest.id, liar.id]],
      )
      const byId = Object.fromEntries(rows.map((r: { id: string }) => [r.id, r]))
      expect(byId[honest.id]).toMatchObject({
        flags: ['position_from_site'],
        counted: true,
        download_test: id,
      })
      expect(byId[liar.id]).toMatchObject({
        flags: ['position_from_site', 'disagrees_with_server'],
        counted: false,
      })
    },
  )

  test('a token is good for one test of each direction, and for no other', async () => {
    const one = await ticket()
    expect(await connect(`download?token=${one}&max_bytes=10000`)).toBeInstanceOf(WebSocket)
    expect(await connect(`download?token=${one}`)).toMatchObject({ status: 401 })
    expect(await connect(`upload?token=${one}&max_bytes=10000`)).toBeInstanceOf(WebSocket)
    expect(await connect(`upload?token=tgt_unknown`)).toMatchObject({ status: 401 })
    const later = await ticket()
    await database.source.query(`UPDATE test_token SET expires_at = now() - interval '1 second'`)
    expect(await connect(`download?token=${later}`)).toMatchObject({ status: 401 })
  })

  test('the byte cap ends either direction early', async () => {
    for (const direction of ['download', 'upload'] as const) {
      const ws = (await connect(`${direction}?max_bytes=1000000`)) as WebSocket
      let bytes = 0
      let id = ''
      ws.on('message', (data: Buffer, isBinary) => {
        if (isBinary) bytes += data.length
        else id = JSON.parse(data.toString()).ConnectionInfo.UUID
      })
      const closed = new Promise<number>((done) => ws.once('close', done))
      const sending = setInterval(
        () => direction === 'upload' && ws.readyState === ws.OPEN && ws.send(Buffer.alloc(100_000)),
        2,
      )
      expect(await closed).toBe(1000)
      clearInterval(sending)
      const seen = await observed(id)
      expect(seen).toMatchObject({ direction, ended: 'max_bytes', device_id: null })
      expect(Number(seen['bytes'])).toBeGreaterThan(direction === 'upload' ? 1_000_000 : 900_000)
      expect(Number(seen['bytes'])).toBeLessThan(2_500_000)
      if (direction === 'download') expect(bytes).toBeLessThan(2_500_000)
    }
  })

  test.each([
    ['download?max_bytes=9', 400, /max_bytes is "9"/],
    ['download?max_bytes=1e9', 400, /max_bytes/],
    ['download?early_exit=5', 400, /early_exit is "5"/],
    ['download?a=1&a=2', 400, /has a more than once/],
    [`download?a=${'x'.repeat(5_000)}`, 400, /longer than 4096/],
    ['sideways', 404, /download and/],
  ])('refuses %s before the upgrade', async (path, status, detail) => {
    expect(await connect(path)).toMatchObject({ status, detail: expect.stringMatching(detail) })
  })

  test('refuses another protocol, binary on a download and floods of text', async () => {
    expect(await connect('download', 'net.measurementlab.ndt.v8')).toMatchObject({ status: 400 })
    for (const flood of [
      (ws: WebSocket) => ws.send(Buffer.alloc(10)),
      (ws: WebSocket) => Array.from({ length: 1_100 }, () => ws.send('{}')),
    ]) {
      const ws = (await connect('download')) as WebSocket
      const closed = new Promise<number>((done) => ws.once('close', done))
      flood(ws)
      expect(await closed).toBe(1003)
    }
  })

  /** As no library would: asks for a test with a token that is not known, and keeps its side open. */
  async function refusedAndOpen(path: string): Promise<{ socket: Socket; answer: string }> {
    const { hostname, port } = new URL(server.url)
    const socket = connectSocket({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.on('error', () => {})
    const lines = ['connection: upgrade', 'upgrade: websocket', `sec-websocket-protocol: ${PROTOCOL}`]
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return { socket, answer: answer.toString() }
  }

  test('who is refused holds no place, however long the connection is kept open', async () => {
    const held = []
    for (let i = 0; i < 16; i++) held.push(await refusedAndOpen('/ndt/v7/upload?token=tgt_unknown'))
    expect(held.map(({ answer }) => answer.slice(9, 12))).toEqual(held.map(() => '401'))
    await sleep(100)
    expect(await connect('upload')).toBeInstanceOf(WebSocket)
    held.forEach(({ socket }) => socket.destroy())
  })

  test('an address that is none is the caller’s fault', async () => {
    const { answer, socket } = await refusedAndOpen('//')
    expect(answer).toContain('404')
    socket.destroy()
  })

  test('a pong that answers no ping tells of no load', async () => {
    const ws = (await connect('download?max_bytes=100000')) as WebSocket
    let id = ''
    ws.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) id = JSON.parse(data.toString()).ConnectionInfo.UUID
    })
    for (const text of ['999999999999 0', randomUUID()]) ws.pong(text)
    await once(ws, 'close')
    expect(Number((await observed(id))['bytes'])).toBeLessThan(300_000)
  })

  test('strangers leave half of the tests to devices, however many come', async () => {
    const strangers = await Promise.all(Array.from({ length: 40 }, () => connect('upload')))
    expect(strangers.filter(isRunning)).toHaveLength(8)
    expect(isRunning(await connectDevice())).toBe(true)
  })

  test('one address and one network of strangers have few tests at once', async () => {
    const from = (address: string) => connect('upload', PROTOCOL, { 'x-forwarded-for': address })
    const running = async (addresses: string[]) =>
      (await Promise.all(addresses.map(from))).filter(isRunning).length
    expect(await running(['203.0.113.7', '203.0.113.7', '203.0.113.7'])).toBe(2)
    expect(await running(['203.0.113.8', '203.0.113.9', '203.0.113.10'])).toBe(2)
    expect(await running([1, 2, 3].map((i) => `2001:db8:0:1::${i}`))).toBe(2)
    expect(await running(['198.51.100.7'])).toBe(1)
  })

  test('so many tests run at once; the next is told when to come back, and may when one has ended', async () => {
    const anonymous = Array.from({ length: 8 }, () => connect('upload'))
    const running = await Promise.all([...anonymous, ...Array.from({ length: 8 }, connectDevice)])
    expect(running.every((ws) => ws instanceof WebSocket)).toBe(true)
    const refused = (await connect('upload')) as { status: number; retryAfter: string }
    expect(refused.status).toBe(503)
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(10)
    const asked = await fetch(`${server.url}/api/v1/tests`, {
      method: 'POST',
      headers: headers(),
      body: '{}',
    })
    expect(asked.status).toBe(503)
    expect(Number(asked.headers.get('retry-after'))).toBeGreaterThanOrEqual(10)
    expect(((await asked.json()) as { detail: string }).detail).toMatch(/retry in \d+ seconds/)
    ;(running[0] as WebSocket).terminate()
    await sleep(100)
    expect(await connect('upload')).toBeInstanceOf(WebSocket)
  })
})

/** Bodies of strangers, of the patient and of the greedy: who sends is checked first, and no body stops the others. */
import { Logger } from '@nestjs/common'
import Fastify, { type FastifyInstance } from 'fastify'
import { EventEmitter, once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { registerBodyParsers } from '../../apps/api/http/bodies/bodies.js'
import { bodyLimitsOf } from '../../apps/api/http/bodies/body-limits.js'
import { holdBytes, limitedBody } from '../../apps/api/http/bodies/body-stream.js'
import { ByteBudget } from '../../apps/api/http/bodies/byte-budget.js'
import { jsonDepthCounter } from '../../apps/api/http/bodies/json-depth.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

const MIB = 1024 * 1024

describe('on the server', () => {
  let database: TestDatabase
  let server: TestServer
  let token: string
  let cookie: string
  beforeAll(async () => {
    database = await freshDatabase('postgresql')
    server = await serve(database)
    token = (await siteWithDevice(database)).token
    cookie = await signIn(server, database, 'planner')
  })
  afterAll(async () => {
    await server?.close()
    await database?.drop()
  })

  /** Sends the head of a request whose body never comes; gives the first line of the answer. */
  async function answerWithoutBody(method: string, path: string, headers: Record<string, string> = {}) {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    const lines = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...headers })
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString().split('\r\n')[0]!
  }

  test.each([
    ['POST', '/api/v1/probes', {}],
    ['POST', '/api/v1/probes', { authorization: 'Bearer tgd_unknown_unknown_unknown' }],
    ['POST', '/api/v1/probes/import', {}],
    ['POST', '/api/v1/plan/import', {}],
    ['POST', '/api/v1/tests', {}],
    ['POST', '/api/v1/rules', {}],
    ['PUT', '/api/v1/plan/X', {}],
    ['POST', '/api/v1/disputes', {}],
    ['DELETE', '/api/v1/devices/7f2c1c1e-6a53-4a7e-9a43-0d0b6b1f2a11', {}],
  ])('%s %s of a stranger is refused before its body is read', async (method, path, headers) => {
    const size = { 'content-length': String(10 * MIB) }
    expect(await answerWithoutBody(method, path, { ...size, ...headers })).toContain(' 401 ')
  })

  test('a person without the role is refused before the body is read', async () => {
    const size = { 'content-length': String(MIB), cookie }
    expect(await answerWithoutBody('POST', '/api/v1/accounts', size)).toContain(' 403 ')
  })

  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(server.url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })

  test('a stranger’s body is small, packed or not', async () => {
    const form = JSON.stringify({ name: 'x'.repeat(100_000), password: 'x' })
    expect((await post('/api/v1/session', form)).status).toBe(413)
    expect((await post('/api/v1/session', gzipSync(form), { 'content-encoding': 'gzip' })).status).toBe(413)
    expect((await post('/api/v1/runs/1/budget', form)).status).toBe(413)
  })

  test.each([
    ['of a stranger', '/api/v1/session', () => ({}), [400, 413]],
    ['of a planner', '/api/v1/rules', () => ({ cookie }), [400, 413]],
    ['of a device', '/api/v1/probes', () => ({ authorization: `Bearer ${token}` }), [400]],
  ])('16 MiB of brackets, packed into 16 kB, %s keep nobody waiting', async (_, path, sender, statuses) => {
    const bomb = gzipSync('['.repeat(16 * MIB - 1))
    expect(bomb.length).toBeLessThan(20_000)
    const answers = Array.from({ length: 3 }, () =>
      post(path, bomb, { 'content-encoding': 'gzip', ...sender() }).then(({ status }) => status),
    )
    let slowest = 0
    for (let i = 0; i < 20; i++) {
      const start = performance.now()
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - start)
    }
    for (const status of await Promise.all(answers)) expect(statuses).toContain(status)
    // Parsing one of them took seconds.
    expect(slowest).toBeLessThan(1_500)
  })

  test('a sender who goes away in the middle of a body is no fault of the server', async () => {
    const log = vi.spyOn(Logger.prototype, 'error')
    const { hostname, port } = new URL(server.url)
    for (const type of ['application/x-ndjson', 'application/json']) {
      const socket = connect(Number(port), hostname)
      socket.write(
        `POST /api/v1/probes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\ncontent-length: 9000\r\n\r\n{"id":`,
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
      socket.destroy()
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(log.mock.calls).toEqual([])
    log.mockRestore()
  })

  test.each(['/api/v1/session', '/api/v1/rules', '/api/v1/runs/1/budget', '/api/v1/plan'])(
    '%s takes no form where JSON is meant',
    async (path) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie }
      expect((await post(path, 'name=admin&password=x', headers)).status).toBe(415)
    },
  )
})

describe('depth', () => {
  test.each([
    ['[[[]]]', 3, false],
    ['[[[]]]', 2, true],
    ['[[],[],[],{}]', 2, false],
    ['{"a":"[[[[[","b":"\\"[[[["}', 1, false],
    ['"\\\\"[', 1, false],
    ['"\\\\"[[', 1, true],
  ])('%s is deeper than %i: %s', (json, max, expected) => {
    const bytes = Buffer.from(json)
    expect(jsonDepthCounter(max)(bytes)).toBe(expected)
    // The same when every byte comes alone.
    const counter = jsonDepthCounter(max)
    expect([...bytes].some((byte) => counter(Buffer.from([byte])))).toBe(expected)
  })
})

describe('limits of time and memory', () => {
  let app: FastifyInstance | undefined
  const sockets: Socket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await app?.close()
  })

  /** A server with these limits and one route, which answers how long its body was. */
  async function start(limits: Partial<ReturnType<typeof bodyLimitsOf>>, budget: ByteBudget) {
    app = Fastify()
    const limitsOf: typeof bodyLimitsOf = (...route) => ({ ...bodyLimitsOf(...route), ...limits })
    registerBodyParsers(app, { rights: new Map(), budget, limitsOf })
    app.post('/', (request) => ({ length: JSON.stringify(request.body).length }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return (app.server.address() as { port: number }).port
  }

  function open(port: number, head: string): Socket {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${head}\r\n\r\n`)
    return socket
  }
  const answerOf = async (socket: Socket) => ((await once(socket, 'data')) as [Buffer])[0].toString()

  test('a body that stops is ended, one that crawls on for too long as well, one that crawls is not', async () => {
    const port = await start({ totalMs: 600, idleMs: 200 }, new ByteBudget(MIB))
    const stopped = open(port, 'content-length: 100')
    stopped.write('{')
    expect(await answerOf(stopped)).toMatch(/^HTTP\/1.1 408 /)
    const crawling = open(port, 'content-length: 100')
    const timer = setInterval(() => crawling.write(' '), 50)
    expect(await answerOf(crawling)).toMatch(/^HTTP\/1.1 408 /)
    clearInterval(timer)
    const slow = open(port, 'content-length: 4')
    for (const byte of '"ab"') {
      slow.write(byte)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(await answerOf(slow)).toMatch(/^HTTP\/1.1 200 /)
  })

  test('who goes away before the body is read, or while it is unpacked, holds nothing', async () => {
    const budget = new ByteBudget(10_000)
    const gone = Object.assign(new EventEmitter(), { closed: true, destroyed: true })
    holdBytes(9_000, { raw: gone } as never, budget)
    expect(budget.take(10_000)).toBe(true)
    budget.release(10_000)
    const raw = Object.assign(new EventEmitter(), { closed: false, destroyed: false })
    const payload = new PassThrough()
    const request = { raw: Object.assign(payload, { socket: { bytesRead: 0 } }) }
    const limits = bodyLimitsOf('/', undefined, false)
    const body = limitedBody(request as never, { raw } as never, payload, { limits, budget, isGzip: false })
    body.resume()
    payload.write('a'.repeat(6_000))
    await new Promise(setImmediate)
    expect(budget.take(6_000)).toBe(false)
    raw.emit('close')
    payload.write('b'.repeat(3_000))
    await new Promise(setImmediate)
    expect(budget.take(10_000)).toBe(true)
  })

  test('the bodies of all requests together are limited; what is answered makes room', async () => {
    const port = await start({}, new ByteBudget(10_000))
    const first = open(port, 'content-length: 8002')
    first.write(`"${'a'.repeat(7_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const second = open(port, 'content-length: 5002')
    second.write(`"${'b'.repeat(5_000)}"`)
    expect(await answerOf(second)).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: \d+/i)
    first.write(`${'a'.repeat(1_000)}"`)
    expect(await answerOf(first)).toMatch(/^HTTP\/1.1 200 /)
    first.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const third = open(port, 'content-length: 5002')
    third.write(`"${'c'.repeat(5_000)}"`)
    expect(await answerOf(third)).toMatch(/^HTTP\/1.1 200 /)
  })
})

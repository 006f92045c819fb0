/** Webhooks to a real receiver that fails sometimes, and the addresses that they must never reach. */
import { MAX_DELIVERY_HOURS, webhookUrlRefusal, isGivenUp, backoffMsAfter } from '#domain/event'
import { SHIPPED_RULES } from '#domain/rule'
import { editPlan, importPlan, judgePlanNow } from '#store/plan'
import { classify } from '#store/runs'
import {
  deleteSubscription,
  insertSubscription,
  listDeliveries,
  listEvents,
  listSubscriptions,
  findSubscription,
  pauseSubscription,
  renewSubscriptionSecret,
} from '#store/subscriptions'
import fc from 'fast-check'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliverWebhooks } from '../../apps/worker/deliver.js'
import { resolvePublicAddress, isPublicAddress, postWebhook } from '../../apps/worker/webhook-post.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { serve, signIn } from '../support/server.js'

interface PlanEvent {
  kind: string
  item: string
}

const INSERT_EVENT = `INSERT INTO plan_event (code, at, version, state, state_before) VALUES ($1, $2, 1, 'works', 'planned')`

const by = () => ({ author: 'test', at: new Date() })

interface Got {
  id: string
  path: string
  headers: Record<string, string>
  body: string
}

/** A receiver that answers as the test sets it, and records what it received. */
async function receiver() {
  const got: Got[] = []
  const next: (number | 'hold')[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      got.push({ id: headers['webhook-id']!, path: request.url!, headers, body })
      const status = next.shift() ?? 204
      if (status === 'hold') return
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const close = () => (server.closeAllConnections(), server.close())
  return { got, next, url: `http://127.0.0.1:${port}/hook`, close }
}

const MINUTE = 60_000

describe.each(ENGINES)('webhooks on %s', (engine) => {
  let database: TestDatabase
  let to: Awaited<ReturnType<typeof receiver>>
  beforeAll(async () => {
    database = await freshDatabase(engine)
    to = await receiver()
    await fillObservatory(database, new Date())
  })
  afterAll(async () => {
    to?.close()
    await database?.drop()
  })

  const rule = (id: string) => SHIPPED_RULES.find((one) => one.id === id)!
  /** The same events again, as if new runs had made them. */
  const queueAgain = () => database.source.query('DELETE FROM event_batch')
  const deliverAt = (ms: number) =>
    deliverWebhooks(database.source, {
      secrets: database.secrets,
      allowsLoopback: true,
      now: () => new Date(ms),
    })

  test('each event is delivered once, in order and signed; failed attempts are repeated with the same id and bytes', async () => {
    const db = database.source.manager
    const start = Date.now()
    await deliverAt(start)
    const all = { url: to.url, kinds: [], area: null, rule: null }
    const { id, secret } = (await insertSubscription(database.source, database.secrets, all, by()))!
    const other = { ...all, rule: 'eu-2013', kinds: ['zone.resolved' as const] }
    await insertSubscription(database.source, database.secrets, other, by())
    await deliverAt(Date.now())
    // Nobody gets the events of a run from before the subscription.
    expect(to.got).toEqual([])
    const first = await classify(database.source, { rule: rule('eu-2013'), author: 'test' })
    const second = await classify(database.source, { rule: rule('giga-school'), author: 'test' })
    to.next.push(500, 302)
    let now = Date.now()
    await deliverAt(now)
    expect(to.got).toHaveLength(1)
    const [waiting] = await listDeliveries(db, id, { before: 2, limit: 10 })
    expect(waiting).toMatchObject({ attempts: 1, lastError: 'the receiver answered 500', deliveredAt: null })
    // It is not sent before it is due, and no other event overtakes it.
    await deliverAt(now + 1_000)
    expect(to.got).toHaveLength(1)
    await deliverAt((now += MINUTE))
    await deliverAt((now += 2 * MINUTE))
    expect(new Set(to.got.slice(0, 3).map((message) => message.id)).size).toBe(1)
    expect(new Set(to.got.slice(0, 3).map((message) => message.body)).size).toBe(1)
    const arrived = to.got
      .slice(2)
      .map(({ body }) => JSON.parse(body) as { data: { run: number; events: { id: string }[] } })
    expect(arrived.map(({ data }) => data.run)).toEqual(
      arrived.map(({ data }) => data.run).toSorted((a, b) => a - b),
    )
    const events = []
    for (const { id: run } of [first, second])
      events.push(
        ...(await listEvents(db, {
          kinds: [],
          area: null,
          rule: null,
          batch: `zone-${run}`,
          since: null,
          after: null,
          limit: 1000,
        })),
      )
    expect(events.length).toBeGreaterThan(1)
    expect(arrived.flatMap(({ data }) => data.events.map((event) => event.id))).toEqual(
      events.map((event) => event.id),
    )
    for (const { headers, body } of to.got.slice(-1)) {
      // The package uses the real clock, while the test has moved its own.
      const timestamp = Number(headers['webhook-timestamp'])
      const signed = new Webhook(secret).sign(headers['webhook-id']!, new Date(timestamp * 1000), body)
      expect(headers['webhook-signature']).toBe(signed)
    }
    expect(() => new Webhook(secret).verify(to.got[0]!.body, to.got[0]!.headers)).not.toThrow()
    expect(() => new Webhook(secret).verify(`${to.got[0]!.body} `, to.got[0]!.headers)).toThrow()
    const done = await listDeliveries(db, id, { before: 1000, limit: 10 })
    expect(done.every(({ deliveredAt, lastError }) => deliveredAt !== null && lastError === null)).toBe(true)
    await deliverAt((now += MINUTE))
    expect(to.got).toHaveLength(2 + arrived.length)
  })

  test('a delivery that fails for three days is given up with the reason; a paused subscription waits', async () => {
    const db = database.source.manager
    const { id } = (await listSubscriptions(db))[0]!
    await queueAgain()
    const before = to.got.length
    await pauseSubscription(db, id, true, 'test')
    await deliverAt(Date.now())
    expect(to.got).toHaveLength(before)
    await pauseSubscription(db, id, false, 'test')
    to.next.push(503, 503)
    const now = Date.now()
    await deliverAt(now)
    await deliverAt(now + (MAX_DELIVERY_HOURS + 1) * 3_600_000)
    const [dead] = (await listDeliveries(db, id, { before: 1000, limit: 100 })).filter(({ deadAt }) => deadAt)
    expect(dead).toMatchObject({ attempts: 2, lastError: 'the receiver answered 503' })
    expect((await listSubscriptions(db))[0]).toMatchObject({ pending: 0, dead: 1 })
  })

  test('a change of the plan is delivered once, whether a list, a person or the calendar made it', async () => {
    const plan = await receiver()
    const { source, secrets } = database
    await deliverAt(Date.now())
    const about = { author: 'test', source: null, comment: 'test', now: new Date(), preview: false }
    const rowOf = (code: string, promisedBy: string | null) => ({
      line: 2,
      code,
      fields: { nameFr: `Douar ${code}`, areaCode: '01.051.01.01', promisedBy },
      place: { lat: 35.2, lng: -3.9 },
      comment: null,
    })
    await importPlan(source, [rowOf('BEFORE', null)], { ...about, simulated: false })
    const made = await Promise.all([
      insertSubscription(
        source,
        secrets,
        { url: plan.url, kinds: [], area: '01.051', rule: 'ma-floor' },
        by(),
      ),
      insertSubscription(
        source,
        secrets,
        { url: `${plan.url}/late`, kinds: ['plan.late'], area: null, rule: null },
        by(),
      ),
    ])
    const tomorrow = new Date(Date.now() + 86_400_000)
    const day = tomorrow.toISOString().slice(0, 10)
    await importPlan(source, [rowOf('A/é', null)], { ...about, simulated: true })
    await importPlan(source, [rowOf('B', day)], { ...about, simulated: false })
    const edit = { author: 'test', now: new Date(), place: null, comment: 'test', withdrawn: false }
    await editPlan(source, { ...edit, code: 'A/é', version: 1, fields: { awardedOn: '2026-01-01' } })
    // Two workers run at the same time.
    await Promise.all([deliverAt(Date.now()), deliverAt(Date.now())])
    const later = new Date(tomorrow.getTime() + 2 * 86_400_000)
    await source.transaction((tx) => judgePlanNow(tx, later, null))
    // Nothing has changed since.
    await source.transaction((tx) => judgePlanNow(tx, later, null))
    await editPlan(source, { ...edit, code: 'B', version: 1, fields: {}, withdrawn: true })
    await deliverAt(Date.now())
    await deliverAt(Date.now())
    const messages = plan.got.map(({ path, body }) => ({
      path,
      events: (JSON.parse(body) as { data: { events: PlanEvent[] } }).data.events.toReversed(),
    }))
    const eventsSentTo = (path: string) =>
      messages
        .flatMap((one) => (one.path === path ? one.events : []))
        .map(({ kind, item }) => `${item} ${kind}`)
    expect(eventsSentTo('/hook')).toEqual([
      'A/é plan.planned',
      'B plan.planned',
      'A/é plan.awarded',
      'B plan.late',
      'B plan.withdrawn',
    ])
    expect(eventsSentTo('/hook/late')).toEqual(['B plan.late'])
    const [, , awarded] = messages.filter(({ path }) => path === '/hook').flatMap(({ events }) => events)
    expect(awarded).toMatchObject({
      stateBefore: 'planned',
      simulated: true,
      nameFr: 'Douar A/é',
      zone: null,
    })
    expect(awarded).toMatchObject({ communeCode: '01.051.01.01', provinceCode: '01.051', regionCode: '01' })
    if (engine === 'postgresql') {
      // It began before another transaction and commits after it.
      const runner = source.createQueryRunner()
      await runner.startTransaction()
      await runner.query(INSERT_EVENT, ['A/é', new Date()])
      await source.query(INSERT_EVENT, ['B', new Date()])
      await deliverAt(Date.now())
      await runner.commitTransaction()
      await runner.release()
      await deliverAt(Date.now())
      expect(plan.got.slice(-2).map(({ body }) => /"item":"([^"]*)"/.exec(body)![1])).toEqual(['B', 'A/é'])
    }
    for (const one of made) await deleteSubscription(source.manager, one!.id, 'test', new Date())
    plan.close()
  })

  test('after a change of the secret messages are signed with both for a day, then with the new one alone', async () => {
    const { source, secrets } = database
    const hook = await receiver()
    const made = (await insertSubscription(
      source,
      secrets,
      { url: hook.url, kinds: [], area: null, rule: null },
      by(),
    ))!
    const at = new Date()
    const renewed = await renewSubscriptionSecret(source, secrets, made.id, { author: 'test', at })
    expect(renewed.secret).not.toBe(made.secret)
    expect((await findSubscription(source.manager, made.id))!.previousSecretUntil).toEqual(
      renewed.previousSecretUntil,
    )
    await source.query(INSERT_EVENT, ['B', new Date()])
    await deliverAt(Date.now())
    const [message] = hook.got
    // A receiver verifies with the secret that it has, whichever of the two that is.
    for (const secret of [made.secret, renewed.secret])
      expect(() => new Webhook(secret).verify(message!.body, message!.headers)).not.toThrow()
    await source.query(INSERT_EVENT, ['B', new Date()])
    await source.query(
      `UPDATE subscription SET previous_secret_until = now() - interval '1 second' WHERE id = $1`,
      [made.id],
    )
    await deliverAt(Date.now())
    const last = hook.got.at(-1)!
    expect(last).not.toBe(message)
    expect(() => new Webhook(renewed.secret).verify(last.body, last.headers)).not.toThrow()
    expect(() => new Webhook(made.secret).verify(last.body, last.headers)).toThrow()
    await deleteSubscription(source.manager, made.id, 'test', new Date())
    hook.close()
  })

  if (engine === 'postgresql')
    test('a worker that is killed during an attempt loses nothing: another one sends it again with the same id', async () => {
      await queueAgain()
      const before = to.got.length
      to.next.push('hold')
      const worker = startWorker(database)
      try {
        await expect.poll(() => to.got.length, { timeout: 90_000, interval: 200 }).toBe(before + 1)
      } finally {
        worker.kill('SIGKILL')
        await once(worker, 'exit')
      }
      // It is leased by the dead worker, and not sent before that lease ends.
      await deliverAt(Date.now())
      expect(to.got).toHaveLength(before + 1)
      await deliverAt(Date.now() + 2 * MINUTE)
      expect(to.got[before + 1]!.id).toBe(to.got[before]!.id)
      expect(to.got[before + 1]!.body).toBe(to.got[before]!.body)
    }, 180_000)
})

function startWorker({ env }: TestDatabase): ChildProcess {
  return spawn(process.execPath, ['dist/apps/worker/main.js'], {
    env: { ...process.env, ...env, WEBHOOKS_LOOPBACK: 'on' },
    stdio: 'ignore',
  })
}

test('over HTTP a planner subscribes, sees the secret once, pauses and deletes; others are refused', async () => {
  const database = await freshDatabase('postgresql')
  const server = await serve(database, { webhooksLoopback: false })
  try {
    const as = {
      planner: await signIn(server, database, 'planner'),
      analyst: await signIn(server, database, 'analyst'),
    }
    const call = async (method: string, path: string, who: keyof typeof as | null, body?: object) => {
      const answer = await fetch(`${server.url}/api/v1/subscriptions${path}`, {
        method,
        headers: { ...(who && { cookie: as[who] }), ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, text, body: (text ? JSON.parse(text) : null) as Record<string, string> }
    }
    const subscription = { url: 'https://example.org/hook', kinds: ['zone.born'], area: '01' }
    expect((await call('POST', '', null, subscription)).status).toBe(401)
    expect((await call('POST', '', 'analyst', subscription)).status).toBe(403)
    const made = await call('POST', '', 'planner', subscription)
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ ...subscription, paused: false, pending: 0 }),
    ])
    expect(made.body['secret']).toMatch(/^whsec_[A-Za-z0-9+/=]{44}$/)
    expect((await call('GET', '', 'planner')).text).not.toContain('whsec_')
    expect((await call('PATCH', `/${made.body['id']}`, 'planner', { paused: true })).body).toMatchObject({
      paused: true,
    })
    expect((await call('GET', `/${made.body['id']}/deliveries`, 'planner')).body).toEqual({
      items: [],
      next: null,
    })
    expect((await call('DELETE', `/${made.body['id']}`, 'planner')).status).toBe(204)
    expect((await call('GET', `/${made.body['id']}/deliveries`, 'planner')).status).toBe(404)
    for (const url of [
      'http://127.0.0.1:9/x',
      'http://example.org/x',
      'ftp://example.org/x',
      'https://a:b@example.org/',
    ])
      expect([url, (await call('POST', '', 'planner', { url })).status]).toEqual([url, 422])
    expect((await call('POST', '', 'planner', { ...subscription, kinds: ['zone.eaten'] })).status).toBe(400)
  } finally {
    await server.close()
    await database.drop()
  }
})

describe('an address that is not public', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001::1',
  ])('%s', async (address) => {
    expect(isPublicAddress(address)).toBe(false)
    const resolve = async () => [
      { address: '196.200.131.1', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ]
    await expect(resolvePublicAddress(new URL('https://hook.example'), false, resolve)).rejects.toThrow(
      'not a public address',
    )
  })

  test.each(['8.8.8.8', '172.32.0.1', '196.200.131.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test('other spellings and names of this machine are refused', async () => {
    for (const url of [
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://[::1]/',
      'https://localhost/',
    ])
      await expect(postWebhook({ url, headers: {}, body: '' }, false)).rejects.toThrow('not a public address')
    await expect(postWebhook({ url: 'http://127.0.0.1/', headers: {}, body: '' }, false)).rejects.toThrow(
      'https://',
    )
    expect(webhookUrlRefusal('http://127.0.0.1.evil.example/', true)).not.toBeNull()
    expect(webhookUrlRefusal('https://hook.example/#x', true)).not.toBeNull()
    expect(webhookUrlRefusal('https://hook.example/a?b=c', false)).toBeNull()
  })

  test('a name is resolved once and no redirect is followed', async () => {
    const to = await receiver()
    let lookups = 0
    const resolve = async () => (lookups++, [{ address: '127.0.0.1', family: 4 }])
    const url = to.url.replace('127.0.0.1', 'localhost')
    await postWebhook({ url, headers: { 'webhook-id': 'a' }, body: '{}' }, true, resolve)
    to.next.push(302)
    await expect(
      postWebhook({ url, headers: { 'webhook-id': 'b' }, body: '{}' }, true, resolve),
    ).rejects.toThrow('302')
    expect([lookups, to.got.map(({ id }) => id)]).toEqual([2, ['a', 'b']])
    to.close()
  })
})

/** A receiver that answers with the given bytes. */
test.each([
  [
    'an upgrade that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  ],
  ['no HTTP', 'SSH-2.0-x\r\n'],
  ['a header without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`],
  ['only early hints', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['nothing', ''],
])('a receiver that answers %s is one that failed: the others do not wait for it', async (_, bytes) => {
  const odd = createSocketServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () =>
      bytes.includes('103') || bytes === '' ? socket.end(bytes) : socket.write(bytes),
    )
  })
  odd.listen(0, '127.0.0.1')
  await once(odd, 'listening')
  const { port } = odd.address() as { port: number }
  const url = `http://127.0.0.1:${port}/`
  await expect(postWebhook({ url, headers: {}, body: '{}' }, true)).rejects.toThrow()
  odd.close()
})

test('the backoff grows from a quarter of a minute to an hour, and attempts end after three days', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempts, random) => {
        const pause = backoffMsAfter(attempts, random)
        expect(pause).toBeGreaterThanOrEqual(15_000)
        expect(pause).toBeLessThanOrEqual(3_600_000)
        expect(backoffMsAfter(attempts + 1, random)).toBeGreaterThanOrEqual(pause)
      },
    ),
    { seed: 20261126 },
  )
  expect(isGivenUp(0, MAX_DELIVERY_HOURS * 3_600_000)).toBe(false)
  expect(isGivenUp(0, MAX_DELIVERY_HOURS * 3_600_000 + 1)).toBe(true)
})

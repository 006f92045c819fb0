/** `/api/v1/session` and what needs one: accounts, flags, quarantine, devices. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFirstAdministrator } from '#setup'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type TestServer, serve, siteWithDevice, signIn } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await callJson<Record<string, never> & { items: Record<string, string>[] }>(
    server.url + path,
    method,
    { body, headers },
  )
  return { ...answer, cookie: answer.headers.getSetCookie()[0] ?? '' }
}

describe('signing in', () => {
  test('the first administrator’s password opens nothing but a password of their own', async () => {
    const admin = (await createFirstAdministrator(database.source))!
    expect(await createFirstAdministrator(database.source)).toBeNull()
    const signed = await call('POST', '/api/v1/session', admin)
    expect(signed.body).toMatchObject({ role: 'administrator', mustChangePassword: true })
    expect(signed.cookie).toMatch(/HttpOnly/)
    expect(signed.cookie).toMatch(/SameSite=Strict/)
    const cookie = { cookie: signed.cookie.split(';')[0]! }
    expect((await call('GET', '/api/v1/quarantine', undefined, cookie)).status).toBe(403)
    const next = 'correct horse battery'
    const short = await call(
      'POST',
      '/api/v1/session/password',
      { current: admin.password, next: 'short' },
      cookie,
    )
    expect(short.status).toBe(400)
    for (const [next, reason] of [
      ['password1234', 'common'],
      ['admin admin 1', 'name'],
      ['aaaaaaaaaaaaa', 'monotonous'],
      [admin.password, 'same'],
    ] as const) {
      const change = { current: admin.password, next }
      const { body } = await call('POST', '/api/v1/session/password', change, cookie)
      expect([next, body]).toMatchObject([
        next,
        { status: 422, code: 'password_refused', fields: { reason } },
      ])
      expect(JSON.stringify(body)).not.toContain(next)
    }
    const set = await call('POST', '/api/v1/session/password', { current: admin.password, next }, cookie)
    expect(set.status).toBe(204)
    expect((await call('GET', '/api/v1/quarantine', undefined, cookie)).status).toBe(200)
    expect((await call('DELETE', '/api/v1/session', undefined, cookie)).status).toBe(204)
    expect((await call('GET', '/api/v1/session', undefined, cookie)).status).toBe(401)
    expect((await call('GET', '/api/v1/session')).status).toBe(204)
  })

  test('a session has a token of its own from the server alone, ends after twelve hours, and a new password ends the others', async () => {
    const chosen = 'taghtiya_session=chosen-by-somebody-else'
    const first = await signIn(server, database, 'public', { name: 'sessions' })
    const own = { name: 'sessions', password: 'a password of the tests' }
    const second = (await call('POST', '/api/v1/session', own, { cookie: chosen })).cookie.split(';')[0]!
    expect(new Set([chosen, first, second]).size).toBe(3)
    const who = async (cookie: string, path = '/api/v1/session') =>
      (await call('GET', path, undefined, { cookie })).status
    expect([await who(chosen), await who(first), await who(second)]).toEqual([401, 200, 200])
    // A token in an address, or as that of a program, is none.
    const token = second.split('=')[1]!
    expect(await who('', `/api/v1/session?${second}`)).toBe(204)
    expect(await who('', `/api/v1/sessions?${second}`)).toBe(401)
    const bearer = { authorization: `Bearer ${token}` }
    expect((await call('GET', '/api/v1/sessions', undefined, bearer)).status).toBe(401)

    const next = 'correct horse battery staple'
    const change = { current: own.password, next }
    const headers = { cookie: second }
    expect((await call('POST', '/api/v1/session/password', change, headers)).status).toBe(204)
    expect([await who(first), await who(second)]).toEqual([401, 200])

    const [{ hours }] = await database.source.query(
      `SELECT round(extract(epoch FROM expires_at - created_at) / 3600)::int AS hours FROM session WHERE account_name = 'sessions'`,
    )
    expect(hours).toBe(12)
    await database.source.query(`UPDATE session SET expires_at = now() WHERE account_name = 'sessions'`)
    expect(await who(second)).toBe(401)
  })

  test('tries are counted: the sixth in a minute is refused, right or wrong', async () => {
    const tries = []
    for (let i = 0; i < 6; i++)
      tries.push((await call('POST', '/api/v1/session', { name: 'nobody', password: 'wrong' })).status)
    expect(tries).toEqual([401, 401, 401, 401, 401, 429])
    await signIn(server, database, 'public')
    const right = { name: 'test-public', password: 'a password of the tests' }
    for (let i = 0; i < 4; i++) await call('POST', '/api/v1/session', { ...right, password: 'wrong' })
    expect((await call('POST', '/api/v1/session', right)).status).toBe(429)
  })

  test('behind a proxy on this machine tries are counted by who asked: name by name, and all names together', async () => {
    const from = (address: string, name: string) =>
      call('POST', '/api/v1/session', { name, password: 'wrong' }, { 'x-forwarded-for': address })
    for (let i = 0; i < 5; i++) await from('203.0.113.30', 'far')
    expect((await from('203.0.113.30', 'far')).status).toBe(429)
    // Nobody else is locked out by it.
    expect((await from('203.0.113.31', 'far')).status).toBe(401)
    const tries = []
    for (let i = 0; i < 61; i++) tries.push((await from('203.0.113.32', `name-${i}`)).status)
    expect(tries).toEqual([...Array.from({ length: 60 }, () => 401), 429])
  })

  test('several processes of one server count together', async () => {
    const other = await serve(database)
    try {
      const urls = [server.url, other.url]
      const from = async (i: number, name: string) => {
        const answer = await callJson(`${urls[i % 2]}/api/v1/session`, 'POST', {
          body: { name, password: 'wrong' },
          headers: { 'x-forwarded-for': '203.0.113.40' },
        })
        return answer.status
      }
      const statuses = []
      for (let i = 0; i < 8; i++) statuses.push(await from(i, 'shared'))
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
      const all = []
      for (let i = 0; i < 54; i++) all.push(await from(i, `of-all-${i}`))
      expect(all).toEqual([...Array.from({ length: 52 }, () => 401), 429, 429])
    } finally {
      await other.close()
    }
  })

  test('behind a proxy that speaks TLS the cookie never travels without it, and the page’s origin is the proxy’s', async () => {
    await signIn(server, database, 'public', { name: 'behind' })
    const body = { name: 'behind', password: 'a password of the tests' }
    const proxy = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'observatory.example' }
    const signed = await call('POST', '/api/v1/session', body, {
      ...proxy,
      origin: 'https://observatory.example',
    })
    expect(signed.status).toBe(200)
    expect(signed.cookie).toMatch(/; Secure/)
    const foreign = await call('POST', '/api/v1/session', body, { ...proxy, origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    expect((await call('POST', '/api/v1/session', body)).cookie).not.toMatch(/Secure/)
  })

  test('where PUBLIC_URL begins with https the cookie never travels without TLS, whatever the proxy says', async () => {
    await signIn(server, database, 'public', { name: 'named' })
    const named = await serve(database, { publicUrls: ['https://obs.example.ma'] })
    try {
      const answer = await callJson(`${named.url}/api/v1/session`, 'POST', {
        body: { name: 'named', password: 'a password of the tests' },
      })
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([
        200,
        [expect.stringMatching(/^taghtiya_session=.*; HttpOnly; Secure; SameSite=Strict/)],
      ])
    } finally {
      await named.close()
    }
  })

  test('guesses at one account from many addresses are noticed, and keep nobody out who was there before', async () => {
    const own = { name: 'guessed', password: 'a password of the tests' }
    await signIn(server, database, 'public', { name: own.name })
    const attempt = (password: string, i: number) =>
      call('POST', '/api/v1/session', { ...own, password }, { 'x-forwarded-for': `203.0.${i}.1` })
    expect((await attempt(own.password, 200)).status).toBe(200)
    const statuses: number[] = []
    for (let i = 0; i < 30; i++) statuses.push((await attempt(`guess ${i}`, i)).status)
    expect(statuses.slice(0, 20)).toEqual(statuses.slice(0, 20).map(() => 401))
    expect(statuses.slice(20).filter((status) => status === 429).length).toBeGreaterThanOrEqual(8)
    const refused = await attempt(own.password, 199)
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect((await attempt(own.password, 200)).status).toBe(200)
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(
      /taghtiya_failed_sign_ins_total ([2-9]\d|\d{3,})$/m,
    )
  })

  test('150 guesses from 150 addresses reach few passwords, and the person is told at the next sign-in', async () => {
    const own = { name: 'hunted', password: 'a password of the tests' }
    await signIn(server, database, 'public', { name: own.name })
    const statuses: number[] = []
    for (let i = 0; i < 150; i++) {
      const from = { 'x-forwarded-for': `198.51.${i}.1` }
      const guess = { name: own.name, password: `guess ${i}` }
      statuses.push((await call('POST', '/api/v1/session', guess, from)).status)
    }
    const guessed = statuses.filter((status) => status === 401).length
    expect(guessed).toBeGreaterThanOrEqual(20)
    // Twenty are free; the 21st waits a second, the next two, four, eight …
    expect(guessed).toBeLessThan(30)
    expect(statuses.filter((status) => status === 429)).toHaveLength(150 - guessed)
    const { body } = await call('POST', '/api/v1/session', own)
    expect(body).toMatchObject({ failedSignIns: guessed, lastFailedSignInAt: expect.any(String) })
    expect((await call('POST', '/api/v1/session', own)).body).toMatchObject({
      failedSignIns: 0,
      lastFailedSignInAt: null,
    })
  }, 60_000)

  test('a page of another site can change nothing', async () => {
    const cookie = await signIn(server, database, 'planner')
    const site = { code: 'X', name: 'X', type: 'school', communeCode: '01.051.01.01', lat: 34, lng: -6 }
    const from = (headers: Record<string, string>) =>
      call('POST', '/api/v1/sites', site, { cookie, ...headers })
    expect((await from({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await from({ origin: server.url })).status).toBe(201)
  })

  test('changing anything needs an account with the role, and leaves its author', async () => {
    const site = { code: 'Y', name: 'Y', type: 'school', communeCode: '01.051.01.01', lat: 34, lng: -6 }
    expect((await call('POST', '/api/v1/sites', site)).status).toBe(401)
    const analyst = { cookie: await signIn(server, database, 'analyst') }
    expect((await call('POST', '/api/v1/sites', site, analyst)).status).toBe(403)
    expect((await call('POST', '/api/v1/sites/X/devices', {}, analyst)).status).toBe(403)
    expect((await call('GET', '/api/v1/quarantine', undefined, analyst)).status).toBe(403)
    const authors = await database.source.query(
      `SELECT author FROM change WHERE action = 'save site' AND subject = 'X'`,
    )
    expect(authors).toEqual([{ author: 'test-planner' }])
  })

  test('neither a password nor a session can be read from the database', async () => {
    const rows = await database.source.query(
      `SELECT row_to_json(a)::text AS t FROM account AS a UNION ALL SELECT row_to_json(s)::text FROM session AS s`,
    )
    const text = (rows as { t: string }[]).map((r) => r.t).join()
    expect(text).toContain('$argon2id$')
    expect(text).not.toContain('a password of the tests')
    expect(text).not.toContain('tgt_')
  })
})

describe('a planner’s flag', () => {
  test('needs a planner and a comment, and shows who set it', async () => {
    const { token } = await siteWithDevice(database, 'S9')
    const probe = { id: randomUUID(), measuredAt: '2026-01-02T10:00:00Z', outcome: 'ok', downloadBps: 9e9 }
    await call('POST', '/api/v1/probes', probe, { authorization: `Bearer ${token}` })
    const path = `/api/v1/probes/${probe.id}/flags`
    const body = { name: 'test-planner', password: 'a password of the tests' }
    const planner = { cookie: (await call('POST', '/api/v1/session', body)).cookie.split(';')[0]! }
    expect((await call('POST', path, { comment: 'nine gigabits in a douar' })).status).toBe(401)
    expect((await call('POST', path, { comment: '' }, planner)).status).toBe(400)
    expect(
      (await call('POST', `/api/v1/probes/${randomUUID()}/flags`, { comment: 'why' }, planner)).status,
    ).toBe(404)
    expect((await call('POST', path, { comment: 'nine gigabits in a douar' }, planner)).status).toBe(201)
    const shown = (await call('GET', path, undefined, planner)).body as unknown
    expect(shown).toMatchObject([{ flag: 'implausible', author: 'test-planner', counted: false }])
  })
})

describe('quarantine', () => {
  test('is an administrator’s to read: not a planner’s, and nobody’s without an account', async () => {
    const body = { name: 'test-planner', password: 'a password of the tests' }
    const planner = { cookie: (await call('POST', '/api/v1/session', body)).cookie.split(';')[0]! }
    expect((await call('GET', '/api/v1/session', undefined, planner)).body).toMatchObject({ role: 'planner' })
    expect((await call('GET', '/api/v1/quarantine', undefined, planner)).status).toBe(403)
    expect((await call('GET', '/api/v1/accounts', undefined, planner)).status).toBe(403)
    expect((await call('GET', '/api/v1/quarantine')).status).toBe(401)
  })

  test('is listed, corrected and submitted again by an administrator, once', async () => {
    const { token } = await siteWithDevice(database)
    const bad = { id: randomUUID(), measuredAt: '2026-01-01T10:00:00Z', outcome: 'ok', downloadBps: -5 }
    await call('POST', '/api/v1/probes', bad, { authorization: `Bearer ${token}` })
    await call('POST', '/api/v1/probes', bad, { authorization: `Bearer ${token}` })
    const admin = { cookie: await signIn(server, database, 'administrator') }
    const [item] = (await call('GET', '/api/v1/quarantine', undefined, admin)).body.items
    expect(item).toMatchObject({ field: 'downloadBps', siteCode: 'S1', times: 2 })
    expect(JSON.parse(item!['document']!)).toEqual(bad)
    const again = (downloadBps: number) =>
      call(
        'POST',
        `/api/v1/quarantine/${item!['id']}/resubmit`,
        { document: { ...bad, downloadBps }, comment: 'sign' },
        admin,
      )
    expect((await again(-6)).status).toBe(422)
    expect((await again(5)).body).toEqual({ accepted: 1, duplicates: 0 })
    expect((await again(5)).status).toBe(409)
    const [row] = await database.source.query('SELECT site_code, download_bps FROM probe WHERE id = $1', [
      bad.id,
    ])
    expect(row).toEqual({ site_code: 'S1', download_bps: '5' })
    expect((await call('GET', '/api/v1/quarantine', undefined, admin)).body.items).toEqual([])
    const resolved = (await call('GET', '/api/v1/quarantine?resolved=true', undefined, admin)).body.items
    expect(resolved).toMatchObject([{ id: item!['id'], resolvedBy: 'test-administrator', comment: 'sign' }])
    const changes = await database.source.query(
      `SELECT author, subject FROM change WHERE action = 'resubmit quarantined'`,
    )
    expect(changes).toEqual([{ author: 'test-administrator', subject: item!['id'] }])
  })

  test('a device made and revoked over HTTP is known and refused at once; no table holds its token', async () => {
    const body = { name: 'test-administrator', password: 'a password of the tests' }
    const cookie = (await call('POST', '/api/v1/session', body)).cookie.split(';')[0]!
    const made = await call('POST', '/api/v1/sites/S1/devices', {}, { cookie })
    const { id, token } = made.body as unknown as { id: string; token: string }
    const post = () => call('POST', '/api/v1/probes', [], { authorization: `Bearer ${token}` })
    expect((await post()).status).toBe(200)
    expect((await call('DELETE', `/api/v1/devices/${id}`, undefined, { cookie })).status).toBe(204)
    expect((await post()).status).toBe(401)
    expect((await call('DELETE', `/api/v1/devices/${id}`, undefined, { cookie })).status).toBe(404)
    const secrets = [token, cookie.split('=')[1]!, body.password]
    const tables: { t: string }[] = await database.source.query(
      `SELECT quote_ident(tablename) AS t FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'area'`,
    )
    for (const { t } of tables) {
      const [{ n }] = await database.source.query(
        `SELECT count(*) AS n FROM ${t} AS x, unnest($1::text[]) AS s WHERE strpos(to_jsonb(x)::text, s) > 0`,
        [secrets],
      )
      expect([t, n]).toEqual([t, '0'])
    }
  })
})

import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, siteWithDevice, signIn } from '../support/server.js'

interface Answer {
  status: number
  type: string | null
  body: {
    accepted: number
    duplicates: number
    rejected: { index: number; id: string | null; field: string; reason: string }[]
    detail: string
  }
}

describe.each(ENGINES)('POST /api/v1/probes on %s', (engine) => {
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

  async function send(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${server.url}/api/v1/probes`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    })
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      body: (await answer.json()) as Answer['body'],
    }
  }
  const post = (document: unknown) => send(JSON.stringify(document))
  const ndjson = { 'content-type': 'application/x-ndjson' }
  const good = (more: object = {}) => ({
    id: randomUUID(),
    measuredAt: new Date(Date.now() - 60_000).toISOString(),
    outcome: 'ok',
    operator: 'IAM',
    technology: '4g',
    downloadBps: 5_000_000,
    ...more,
  })
  const stored = async (id: string) =>
    (await database.source.query('SELECT *, to_hex(cell) AS h3 FROM probe WHERE id = $1', [id])) as Record<
      string,
      unknown
    >[]
  const quarantined = async (): Promise<number> =>
    Number((await database.source.query('SELECT count(*) AS n FROM quarantine'))[0].n)

  test('takes one object, an array, NDJSON, and gzip of each', async () => {
    const lines = [good(), good()].map((p) => JSON.stringify(p)).join('\r\n\n')
    const packed = { 'content-encoding': 'gzip' }
    const answers = [
      await post(good()),
      await post([good(), good()]),
      await send(`${lines}\n`, ndjson),
      await send(gzipSync(JSON.stringify([good(), good()])), packed),
      await send(gzipSync([good(), good()].map((p) => JSON.stringify(p)).join('\n')), {
        ...ndjson,
        ...packed,
      }),
      await post([]),
    ]
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(answers.map((a) => a.body.accepted)).toEqual([1, 2, 2, 2, 2, 0])
    expect(answers.flatMap((a) => a.body.rejected)).toEqual([])
  })

  test('the same id is one probe, in a body, across bodies and with a corrected time', async () => {
    const probe = good()
    expect((await post([probe, probe])).body).toMatchObject({ accepted: 1, duplicates: 1 })
    const corrected = { ...probe, measuredAt: new Date(Date.now() - 3_600_000).toISOString() }
    expect((await post(corrected)).body).toMatchObject({ accepted: 0, duplicates: 1 })
    expect(await stored(probe.id)).toHaveLength(1)
  })

  test('concurrent bodies that overlap count each id once', async () => {
    const probes = Array.from({ length: 60 }, () => good())
    const bodies = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: 9 }, (_, k) => probes[(i * 7 + k * k) % 60]),
    )
    const answers = await Promise.all(bodies.map(post))
    const distinct = new Set(bodies.flat().map((p) => p!.id)).size
    expect(answers.reduce((n, a) => n + a.body.accepted, 0)).toBe(distinct)
    expect(answers.reduce((n, a) => n + a.body.accepted + a.body.duplicates, 0)).toBe(450)
    const ids = probes.map((p) => p.id)
    const rows = await database.source.query('SELECT count(*) AS n FROM probe WHERE id = ANY($1)', [ids])
    expect(Number(rows[0].n)).toBe(distinct)
  })

  test('a probe without a position takes its site’s; operators have one name', async () => {
    const here = good({ operator: ' Maroc  Télécom ' })
    await post(here)
    const [row] = await stored(here.id)
    expect(row).toMatchObject({ lat: 35.2447, lng: -3.9317, site_code: 'S1', operator: 'iam' })
    expect(row!['flags']).toContain('position_from_site')
  })

  test('what is imprecise is kept and not counted, what is far from its site is kept and flagged', async () => {
    const vague = good({ lat: 35.24, lng: -3.93, accuracyM: 3000 })
    const far = good({ lat: 35.2, lng: -3.93 })
    expect((await post([vague, far])).body.accepted).toBe(2)
    expect((await stored(vague.id))[0]).toMatchObject({ counted: false, flags: ['inaccurate_position'] })
    expect((await stored(far.id))[0]).toMatchObject({ counted: true, flags: ['far_from_site'] })
  })

  test('what is farther from the site of its device than a day’s journey is kept and not counted', async () => {
    // Dakhla; the site lies in Al Hoceima.
    const elsewhere = good({ lat: 23.7, lng: -15.93, operator: 'inwi' })
    expect((await post(elsewhere)).body.accepted).toBe(1)
    expect((await stored(elsewhere.id))[0]).toMatchObject({
      counted: false,
      // The device was in Al Hoceima minutes before, too.
      flags: expect.arrayContaining(['far_from_site', 'too_far_from_site']),
    })
  })

  test.each([
    ['id', { id: 'x' }],
    ['measuredAt', { measuredAt: 'yesterday' }],
    ['measuredAt', { measuredAt: '2026-01-01T10:00:00' }],
    ['measuredAt', { measuredAt: '2026-02-30T10:00:00Z' }],
    ['measuredAt', { measuredAt: '2009-01-01T10:00:00Z' }],
    ['measuredAt', { measuredAt: new Date(Date.now() + 3_600_000).toISOString() }],
    ['lat', { lat: 48.8, lng: 2.3 }],
    ['lat', { lat: '34', lng: -6 }],
    ['lng', { lat: 34 }],
    ['outcome', { outcome: 'good' }],
    ['technology', { technology: '6g' }],
    ['downloadBps', { downloadBps: 101e9 }],
    ['downloadBps', { downloadBps: -1 }],
    ['uploadBps', { uploadBps: '5' }],
    ['lossRatio', { lossRatio: 3 }],
    ['operator', { operator: 'a\u0000b' }],
    ['tool', { tool: '\ud800' }],
    ['operator', { operator: 'a\udc00' }],
    ['tool', { tool: '\u0000' }],
    ['accuracyM', { accuracyM: -1 }],
    ['latencyMs', { latencyMs: true }],
    ['jitterMs', { jitterMs: [] }],
    ['signalDbm', { signalDbm: {} }],
    ['downloadBps', { downloadBps: '' }],
    ['raw', { raw: 'x'.repeat(70_000) }],
  ])('refuses a wrong %s by name, keeps its document, and lands its neighbours', async (field, wrong) => {
    const before = await quarantined()
    const bad = good(wrong)
    const answer = await post([good(), bad, good()])
    expect(answer.body).toMatchObject({ accepted: 2, rejected: [{ index: 1, id: bad.id, field }] })
    expect(answer.body.rejected[0]!.reason).toContain(field)
    expect(await quarantined()).toBe(before + 1)
    const [kept] = await database.source.query(
      'SELECT document, site_code FROM quarantine ORDER BY id DESC LIMIT 1',
    )
    expect(kept.site_code).toBe('S1')
    if (!('raw' in wrong)) expect(JSON.parse(kept.document)).toEqual(bad)
  })

  test('a broken line never refuses its neighbours', async () => {
    const body = [JSON.stringify(good()), '{"id":', '42', 'null', '[]', JSON.stringify(good())].join('\n')
    const answer = await send(body, ndjson)
    expect(answer.body.accepted).toBe(2)
    expect(answer.body.rejected.map((r) => r.index)).toEqual([1, 2, 3, 4])
  })

  test('the tool’s own document is kept as it came, whatever it holds', async () => {
    const raw = { text: 'NUL \u0000 half \ud800 end', deep: [{ a: 1e300 }] }
    const probe = good({ raw })
    expect((await post(probe)).body.accepted).toBe(1)
    expect(JSON.parse(String((await stored(probe.id))[0]!['raw']))).toEqual(raw)
  })

  test('no record, however odd, makes a fault or harms another', async () => {
    const keys = Object.keys(good({ lat: 1, lng: 1, raw: 1, tool: 1, lossRatio: 1, accuracyM: 1 }))
    const odd = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()))
    const property = fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 8 }), async (records) => {
      const [first, last] = [good(), good()]
      const answer = await post([first, ...records, last])
      expect(answer.status).toBe(200)
      expect(await stored(first.id)).toHaveLength(1)
      expect(await stored(last.id)).toHaveLength(1)
      const { accepted, duplicates, rejected } = answer.body
      expect(accepted + duplicates + rejected.length).toBe(records.length + 2)
    })
    await fc.assert(property, { numRuns: 40, seed: 3 })
  })

  test('says what is wrong with a whole request, as problem+json', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, 32))
    const answers: [number, Answer][] = [
      [401, await send('{}', { authorization: '' })],
      [401, await send('{}', { authorization: 'Bearer tgt_0123456789012345678901234567890123456789' })],
      [400, await send('{"id":')],
      [400, await send('"text"')],
      [415, await send('a,b', { 'content-type': 'text/csv' })],
      [400, await send('no gzip', { 'content-encoding': 'gzip' })],
      [400, await send(gzipSync('[]').subarray(0, 12), { 'content-encoding': 'gzip' })],
      [413, await send(bomb, { 'content-encoding': 'gzip' })],
    ]
    expect(answers.map(([, a]) => a.status)).toEqual(answers.map(([status]) => status))
    for (const [, { type, body }] of answers) {
      expect(type).toContain('application/problem+json')
      expect(body.detail.length).toBeGreaterThan(10)
      expect(body.detail).not.toMatch(/SELECT|INSERT|node_modules| at /)
    }
  })

  test('a revoked device is refused', async () => {
    const other = await siteWithDevice(database, 'S2')
    const auth = { authorization: `Bearer ${other.token}` }
    await database.source.query(`UPDATE device SET revoked_at = now() WHERE site_code = 'S2'`)
    expect((await send(JSON.stringify(good()), auth)).status).toBe(401)
  })

  test('the token is nowhere in the database', async () => {
    const rows = await database.source.query('SELECT row_to_json(d)::text AS text FROM device AS d')
    for (const { text } of rows as { text: string }[]) expect(text).not.toContain(token)
  })

  test('a planner pages through every probe once, without device, site or position; others see what was measured at the site', async () => {
    const cookie = await signIn(server, database, 'planner')
    const seen: string[] = []
    let cursor: string | null = ''
    do {
      const page = (await (
        await fetch(`${server.url}/api/v1/probes?limit=37${cursor && `&cursor=${cursor}`}`, {
          headers: { cookie },
        })
      ).json()) as {
        items: { id: string }[]
        next: string | null
      }
      for (const item of page.items)
        expect(Object.keys(item).filter((k) => /device|site|^lat$|^lng$|raw/.test(k))).toEqual([])
      seen.push(...page.items.map((item) => item.id))
      cursor = page.next
    } while (cursor)
    const [{ n }] = await database.source.query('SELECT count(*) AS n FROM probe')
    expect(seen.length).toBe(Number(n))
    expect(new Set(seen).size).toBe(seen.length)
    const lines: { id: string }[] = await database.source.query(
      `SELECT id FROM probe WHERE site_code IN (SELECT code FROM site) AND NOT 'far_from_site' = ANY (flags)`,
    )
    const open = (await (await fetch(`${server.url}/api/v1/probes?limit=10000`)).json()) as {
      items: { id: string }[]
    }
    expect(open.items.map((item) => item.id).toSorted()).toEqual(lines.map(({ id }) => id).toSorted())
    expect(open.items.length).toBeGreaterThan(0)
  })
})

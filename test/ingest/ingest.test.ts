import { randomUUID } from 'node:crypto'
import { MOROCCO_BOUNDS } from '#domain/probe'
import { ProbeWriter, ingest, judgeRecord, recordsOfBody } from '#ingest'
import type { ProbeRow } from '#store/probes'
import { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const NOW = Date.UTC(2026, 5, 1)
const clock = () => NOW
const good = (more: object = {}) => ({
  id: randomUUID(),
  measuredAt: '2026-05-01T10:00:00Z',
  lat: 34,
  lng: -6,
  outcome: 'ok',
  downloadBps: 5e6,
  ...more,
})

function rowOf(more: object = {}): ProbeRow {
  const judged = judgeRecord(good(more), { device: null, bounds: MOROCCO_BOUNDS, now: NOW })
  if ('rejection' in judged) throw new Error(judged.rejection.reason)
  return judged.row
}

describe.each(ENGINES)('writing in groups on %s', (engine) => {
  let database: TestDatabase
  const groups: number[] = []
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())
  const writer = () => new ProbeWriter(database.source, 1, (rows) => groups.push(rows))
  const rows = async (ids: string[]) =>
    Number((await database.source.query('SELECT count(*) AS n FROM probe WHERE id = ANY($1)', [ids]))[0].n)

  test('what is sent together is written together, and each hears of its own', async () => {
    const [one, shared] = [rowOf(), rowOf()]
    groups.length = 0
    const target = writer()
    const bodies = [[one], [shared], [shared, rowOf()], [rowOf(), rowOf(), one]]
    expect(await Promise.all(bodies.map((body) => target.write(body)))).toEqual([1, 1, 1, 2])
    expect(groups).toEqual([7])
  })

  test('a row that the database refuses fails its own request only', async () => {
    const target = writer()
    const bad = { ...rowOf(), cell: '0', latency_ms: 'x' as unknown as number }
    const others = [rowOf(), rowOf(), rowOf()]
    const answers = await Promise.allSettled(
      [others[0]!, bad, ...others.slice(1)].map((row) => target.write([row])),
    )
    expect(answers.map((a) => a.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await rows(others.map((row) => row.id))).toBe(3)
    expect(await rows([bad.id])).toBe(0)
    expect(await target.write([rowOf()])).toBe(1)
  })

  test('nothing to write asks nothing of the database', async () => {
    const query = vi.spyOn(DataSource.prototype, 'transaction')
    expect(await writer().write([])).toBe(0)
    expect(query).not.toHaveBeenCalled()
    query.mockRestore()
  })

  test('a file without a device needs positions; what has none is kept in quarantine', async () => {
    const documents = [good(), good({ lat: undefined, lng: undefined }), good({ lng: null })]
    const result = await ingest(writer(), [recordsOfBody(documents)], { device: null, clock })
    expect(result.accepted).toBe(1)
    expect(result.rejected.map((r) => [r.index, r.field])).toEqual([
      [1, 'lat'],
      [2, 'lng'],
    ])
    const kept: { document: string }[] = await database.source.query(
      'SELECT document FROM quarantine WHERE document LIKE $1',
      [`%${documents[1]!.id}%`],
    )
    expect(kept.map((k) => JSON.parse(k.document))).toEqual([JSON.parse(JSON.stringify(documents[1]))])
  })

  test('of very many refusals ten thousand are listed, all are counted and kept', async () => {
    const before = Number((await database.source.query('SELECT count(*) AS n FROM quarantine'))[0].n)
    const documents = Array.from({ length: 10_500 }, (_, n) => ({ n }))
    const batches = Array.from({ length: 21 }, (_, i) =>
      recordsOfBody(documents.slice(i * 500, i * 500 + 500)).map((r) => ({ ...r, index: i * 500 + r.index })),
    )
    const result = await ingest(writer(), batches, { device: null, clock })
    expect([result.accepted, result.rejected.length, result.rejectedMore]).toEqual([0, 10_000, 500])
    const [{ n }] = await database.source.query('SELECT count(*) AS n FROM quarantine')
    expect(Number(n) - before).toBe(10_500)
  })

  test('the same refusal sent again is one item that counts', async () => {
    const bad = { id: 'the same' }
    for (let i = 0; i < 3; i++) await ingest(writer(), [recordsOfBody(bad)], { device: null, clock })
    const items = await database.source.query(`SELECT times FROM quarantine WHERE document LIKE '%the same%'`)
    expect(items).toEqual([{ times: 3 }])
  })

  test('the same refusal several times in one batch counts as often', async () => {
    const bad = { id: 'again and again' }
    for (let i = 0; i < 2; i++)
      await ingest(writer(), [recordsOfBody([bad, bad, bad])], { device: null, clock })
    const items = await database.source.query(
      `SELECT times FROM quarantine WHERE document LIKE '%again and again%'`,
    )
    expect(items).toEqual([{ times: 6 }])
  })

  test('a failing database is the caller’s to hear of, and nothing stays unhandled', async () => {
    const broken = new ProbeWriter({} as DataSource, 1)
    const batches = [recordsOfBody(good()), recordsOfBody(good()), recordsOfBody(good())]
    await expect(ingest(broken, batches, { device: null, clock })).rejects.toThrow()
  })
})

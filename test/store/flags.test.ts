/** Flags that need the database: repeats, movement, a planner's own, and devices beside their neighbours. */
import { REPEAT_WINDOW_MS, isMovingTooFast, isRepeat } from '#domain/probe'
import { cellAt, cellToSql } from '#geo'
import { insertDevice } from '#store/people'
import {
  type ListedProbe,
  type ProbeRow,
  ensureProbeMonths,
  flagDisagreeing,
  flagImplausible,
  insertProbes,
  lateFlagsOf,
  listProbes,
} from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import { evidenceAt } from '#store/verdicts'
import { SHIPPED_RULES } from '#domain/rule'
import fc from 'fast-check'
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { siteWithDevice } from '../support/server.js'
import { rowOf } from './oracle.js'

const MINUTE = 60_000
const START = Date.UTC(2026, 2, 1)

describe.each(ENGINES)('flags on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01', '2026-03-01', '2026-04-01'])
    await siteWithDevice(database)
  })
  afterAll(() => database.drop())

  const device = () =>
    insertDevice(database.source.manager, 'S1', createHash('sha256').update(randomUUID()).digest(), 'test')
  const probe = (device_id: string | null, at: number, change: Partial<ProbeRow> = {}): ProbeRow => {
    const { lat, lng } = { lat: 34, lng: -6, ...change }
    return {
      ...rowOf({
        id: randomUUID(),
        h3: cellAt(lat, lng),
        measuredAt: '',
        outcome: 'ok',
        device: device_id,
        counted: true,
      }),
      measured_at: new Date(at).toISOString(),
      technology: '4g',
      operator: 'iam',
      download_bps: 10e6,
      ...change,
      lat,
      lng,
      cell: cellToSql(cellAt(lat, lng)),
    }
  }
  const stored = async (ids: readonly string[]): Promise<Map<string, string[]>> =>
    new Map(
      (await database.source.query('SELECT id, flags FROM probe WHERE id = ANY($1::uuid[])', [ids])).map(
        (row: { id: string; flags: string[] }) => [row.id, row.flags],
      ),
    )

  test('repeats are what the plain rule says, however the probes are cut into bodies', async () => {
    const one = fc.record({
      minutes: fc.integer({ min: 0, max: 1_200 }),
      operator: fc.constantFrom('iam', 'orange'),
      outcome: fc.constantFrom('ok' as const, 'failed' as const),
      metres: fc.constantFrom(0, 0, 60, 250),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { maxLength: 25 }),
        fc.integer({ min: 1, max: 25 }),
        async (some, size) => {
          const id = await device()
          const rows = some.map(({ minutes, operator, outcome, metres }) =>
            probe(id, START + minutes * MINUTE, { operator, outcome, lat: 34 + metres / 111_195 }),
          )
          const counted: ProbeRow[] = []
          const expected = new Set<string>()
          for (let i = 0; i < rows.length; i += size) {
            const body = rows.slice(i, i + size)
            for (const row of [...body].sort(
              (a, b) => Date.parse(a.measured_at) - Date.parse(b.measured_at),
            )) {
              const others = counted.filter(
                (o) => o.operator === row.operator && o.outcome === row.outcome && o.cell === row.cell,
              )
              const moment = (r: ProbeRow) => ({
                at: Date.parse(r.measured_at),
                lat: r.lat,
                lng: r.lng,
                accuracyM: null,
              })
              if (isRepeat(moment(row), others.map(moment))) expected.add(row.id)
              else counted.push(row)
            }
            await insertProbes(database.source, body)
          }
          const found = await stored(rows.map((r) => r.id))
          const repeated = [...found].filter(([, flags]) => flags.includes('repeat')).map(([name]) => name)
          expect(new Set(repeated)).toEqual(expected)
        },
      ),
      { numRuns: engine === 'embedded' ? 15 : 40, seed: 20261124 },
    )
  })

  test('a device in two places at once is flagged, and another device is not', async () => {
    const [one, other] = [await device(), await device()]
    const far = { lat: 32, lng: -6 }
    const rows = [
      probe(one, START),
      probe(one, START + 30 * MINUTE, far),
      probe(other, START + 30 * MINUTE, far),
      probe(one, START + REPEAT_WINDOW_MS * 2),
    ]
    expect(
      isMovingTooFast(
        { at: 0, lat: 34, lng: -6, accuracyM: null },
        { at: 30 * MINUTE, ...far, accuracyM: null },
      ),
    ).toBe(true)
    for (const row of rows) await insertProbes(database.source, [row])
    const found = await stored(rows.map((r) => r.id))
    expect(rows.map((r) => found.get(r.id))).toEqual([[], ['moving_too_fast'], [], []])
  })

  test('many bodies of the same devices at once neither deadlock nor count twice', async () => {
    const devices = await Promise.all(Array.from({ length: 6 }, device))
    const bodies = Array.from({ length: 24 }, (_, i) =>
      devices.map((_d, k) => probe(devices[(k + i) % devices.length]!, START + 20 * 86_400_000 + i * MINUTE)),
    )
    await Promise.all(bodies.map((body) => insertProbes(database.source, body)))
    const rows = await database.source.query(
      `SELECT device_id, count(*) FILTER (WHERE counted) AS counted FROM probe WHERE device_id = ANY($1) GROUP BY device_id`,
      [devices],
    )
    expect(rows.map((r: { counted: string }) => r.counted)).toEqual(devices.map(() => '1'))
  })

  test('what a planner calls implausible leaves later runs, not published ones, and says who and why', async () => {
    const place = { lat: 33.2, lng: -5.1 }
    const at = Date.UTC(2026, 1, 10, 10)
    const rows = Array.from({ length: 12 }, (_, i) => probe(null, at + i * 86_400_000, place))
    await insertProbes(database.source, rows)
    const rule = SHIPPED_RULES.find((r) => r.id === 'ma-floor')!
    const window = { from: new Date('2026-02-01'), to: new Date('2026-03-01') }
    const samples = async (run: RunRow) =>
      (await evidenceAt(database.source.manager, run, rows[0]!.cell)).reduce((n, e) => n + e.samples, 0)
    const before = await classify(database.source, { rule, author: 'test', ...window })
    expect(await samples(before)).toBe(12)
    expect(await flagImplausible(database.source, rows[3]!.id, 'amina', 'measured in the town hall')).toBe(
      true,
    )
    expect(await flagImplausible(database.source, rows[3]!.id, 'brahim', 'again')).toBe(true)
    expect(await flagImplausible(database.source, randomUUID(), 'amina', 'nothing there')).toBe(false)
    const after = await classify(database.source, { rule, author: 'test', ...window })
    expect(await samples(after)).toBe(11)
    expect(await samples(before)).toBe(12)
    const rebuilt = await classify(database.source, {
      rule,
      author: 'test',
      ...window,
      knownBefore: before.knownBefore,
    })
    expect(rebuilt.digest).toBe(before.digest)
    expect(await lateFlagsOf(database.source.manager, rows[3]!.id)).toMatchObject([
      { flag: 'implausible', author: 'amina', comment: 'measured in the town hall', counted: false },
    ])
    const page = {
      order: 'cell' as const,
      after: null,
      cell: rows[0]!.cell,
      place: null,
      since: null,
      until: null,
      ofSites: false,
      limit: 100,
    }
    const { json } = await listProbes(database.source.manager, page)
    const shown = JSON.parse(json) as ListedProbe[]
    expect(shown.filter((p) => !p.counted)).toMatchObject([{ id: rows[3]!.id, flags: ['implausible'] }])
  })

  test('a device that measures otherwise than its neighbours is marked and still counts', async () => {
    const place = { lat: 31.6, lng: -8 }
    const devices = await Promise.all(Array.from({ length: 4 }, device))
    const at = Date.UTC(2026, 3, 1)
    const rows = devices.flatMap((id, k) =>
      Array.from({ length: 6 }, (_, i) =>
        probe(id, at + i * 86_400_000, { ...place, download_bps: k === 2 ? 90e6 : 10e6 + i * 1e5 }),
      ),
    )
    await insertProbes(database.source, rows)
    const now = new Date(at + 10 * 86_400_000)
    expect(await flagDisagreeing(database.source, now)).toBe(6)
    expect(await flagDisagreeing(database.source, now)).toBe(0)
    const [flag] = await lateFlagsOf(database.source.manager, rows[2 * 6]!.id)
    expect(flag).toMatchObject({ flag: 'disagrees_with_neighbours', counted: true })
    expect(flag!.comment).toBe('median download 90.0 Mbit/s; the other 3 devices in this cell: 10.3 Mbit/s')
    expect(await lateFlagsOf(database.source.manager, rows[0]!.id)).toEqual([])
  })
})

/** One id is one probe: whatever the clock of the device says, however often and through whatever process it is sent. */
import { ProbeWriter } from '#ingest'
import { type Database, openDatabase } from '#store/database'
import { type ProbeRow, ensureProbeMonths, insertProbes } from '#store/probes'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'
import { siteWithDevice } from '../support/server.js'

const FIRST_MONTH = Date.UTC(2021, 5, 1)
const MONTHS = 60
const MONTH_MS = 30.4 * 86_400_000

/** The same sequence in each run. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const rowAt = (id: string, device: string | null, at: number): ProbeRow =>
  probeRow(at, device, { id, technology: '4g', operator: 'iam' })

describe.each(ENGINES)('exactly once on %s', (engine) => {
  let database: TestDatabase
  let device: string
  /** A second pool of connections, as that of a second process; the embedded engine has one process and one session. */
  let other: Database | null = null
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await siteWithDevice(database)
    ;[{ id: device }] = await database.source.query('SELECT id FROM device')
    if (engine === 'postgresql')
      other = await openDatabase({ url: database.env.DATABASE_URL, dataDir: '', purpose: 'interactive' })
  })
  afterAll(async () => {
    await other?.close()
    await database.drop()
  })
  const sources = () => [database.source, ...(other ? [other.source] : [])]
  const storedCount = async (ids: readonly string[]): Promise<{ rows: number; ids: number }> => {
    const [row] = await database.source.query(
      'SELECT count(*)::integer AS rows, count(DISTINCT id)::integer AS ids FROM probe WHERE id = ANY($1::uuid[])',
      [ids],
    )
    return row
  }

  /** Sends all ids several times at once: cut differently, in another order, and with another corrected time each time. */
  async function race(deviceId: string | null, deliveries: number, seed: number): Promise<void> {
    const random = seeded(seed)
    const ids = Array.from({ length: 200 }, () => randomUUID())
    const writers = sources().map((source) => new ProbeWriter(source, engine === 'embedded' ? 1 : 2))
    const sent: Promise<number>[] = []
    for (let n = 0; n < deliveries; n++) {
      const clockErrorMs = random(MONTHS - 1) * MONTH_MS
      const rows = ids
        .map((id) => rowAt(id, deviceId, FIRST_MONTH + clockErrorMs + random(20 * 86_400_000)))
        .sort(() => random(3) - 1)
      while (rows.length > 0)
        sent.push(writers[random(writers.length)]!.write(rows.splice(0, 1 + random(60))))
    }
    const accepted = await Promise.all(sent)
    expect(await storedCount(ids)).toEqual({ rows: 200, ids: 200 })
    expect(accepted.reduce((sum, count) => sum + count, 0)).toBe(200)
  }

  const DELIVERIES = engine === 'embedded' ? 4 : 10
  test('of a device, over 60 months', { timeout: 240_000 }, () => race(device, DELIVERIES, 1))
  test('of a file without a device', { timeout: 240_000 }, () => race(null, DELIVERIES, 2))

  test('a retry after the clock was corrected is a duplicate, a year later too', async () => {
    const id = randomUUID()
    const at = FIRST_MONTH + 40 * MONTH_MS
    const [writer] = sources().map((source) => new ProbeWriter(source, 1))
    expect(await writer!.write([rowAt(id, device, at)])).toBe(1)
    expect(await writer!.write([rowAt(id, device, at + 61_000)])).toBe(0)
    expect(await writer!.write([rowAt(id, device, at + 12 * MONTH_MS)])).toBe(0)
    expect(await storedCount([id])).toEqual({ rows: 1, ids: 1 })
  })

  test('what a crash interrupts can be sent again', async () => {
    const ids = Array.from({ length: 50 }, () => randomUUID())
    const at = FIRST_MONTH + 41 * MONTH_MS
    const rows = ids.map((id, n) => rowAt(id, device, at + n * 86_400_000))
    const months = new Set(rows.map((row) => `${row.measured_at.slice(0, 7)}-01`))
    await ensureProbeMonths(database.source.manager, [...months])
    // The process ends after the ids are claimed and before the probes are written.
    const interrupted = insertProbes(database.source, rows, async () => {
      throw new Error('the process ended')
    })
    await expect(interrupted).rejects.toThrow('the process ended')
    expect(await storedCount(ids)).toEqual({ rows: 0, ids: 0 })
    expect((await insertProbes(database.source, rows)).size).toBe(50)
    expect((await insertProbes(database.source, rows)).size).toBe(0)
    expect(await storedCount(ids)).toEqual({ rows: 50, ids: 50 })
  })
})

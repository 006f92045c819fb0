/** Groups beside each other: a group waits for the lock of a device, and no other group waits with it. */
import { ProbeWriter } from '#ingest'
import { insertDevice, sha256 } from '#store/people'
import { type ProbeRow } from '#store/probes'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'
import { siteWithDevice } from '../support/server.js'

const AT = Date.UTC(2026, 4, 1)

let database: TestDatabase
let devices: string[]
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await siteWithDevice(database)
  devices = await Promise.all(
    [1, 2].map(() => insertDevice(database.source.manager, 'S1', sha256(randomUUID()), 'test')),
  )
})
afterAll(() => database.drop())

const rowOf = (device: string, minutes: number): ProbeRow => probeRow(AT + minutes * 60_000, device)

/** Sessions that wait for a lock of another. */
async function waitingCount(): Promise<number> {
  const [{ n }] = await database.source.query(
    `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return n
}

test('what waits for a locked device keeps no other device waiting', async () => {
  const [locked, free] = devices as [string, string]
  const groups: number[] = []
  const writer = new ProbeWriter(database.source, 2, (rows) => groups.push(rows))
  await writer.write([rowOf(free, 0)])
  const blocker = database.source.createQueryRunner()
  await blocker.query('BEGIN')
  await blocker.query('SELECT 1 FROM device WHERE id = $1 FOR UPDATE', [locked])
  try {
    const order: string[] = []
    const write = (name: string, rows: ProbeRow[]) => writer.write(rows).then(() => order.push(name))
    const first = write('first', [rowOf(locked, 0)])
    await expect.poll(waitingCount).toBe(1)
    // Two more of the same device come before those of the other one.
    const others = [write('second', [rowOf(locked, 1)]), write('third', [rowOf(locked, 2)])]
    await write('free', [rowOf(free, 1)])
    await write('free', [rowOf(free, 2)])
    expect(order).toEqual(['free', 'free'])
    await blocker.query('COMMIT')
    await Promise.all([first, ...others])
    expect(order).toEqual(['free', 'free', 'first', 'second', 'third'])
    // The second and the third were written together, after the first.
    expect(groups).toEqual([1, 1, 1, 1, 2])
  } finally {
    await blocker.query('ROLLBACK')
    await blocker.release()
  }
})

test('a batch over seventeen years is written in transactions of at most a year, each id once', async () => {
  const MONTHS = 203
  const groups: number[] = []
  const writer = new ProbeWriter(database.source, 2, (rows) => groups.push(rows))
  const rows = Array.from({ length: MONTHS }, (_, n) =>
    probeRow(Date.UTC(2010, (n * 97) % MONTHS, 2) + (n % 7), devices[n % 2]!),
  )
  expect(await writer.write([...rows, ...rows.slice(0, 5)])).toBe(MONTHS)
  expect(Math.max(...groups)).toBeLessThanOrEqual(12 + 5)
  expect(groups.length).toBe(Math.ceil(MONTHS / 12))
  expect(await writer.write(rows)).toBe(0)
})

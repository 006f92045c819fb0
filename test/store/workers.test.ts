/** How the jobs went last, and the figures of the database that metrics read. */
import { insertDevice, newToken, sha256 } from '#store/people'
import { MAX_COUNTED, databaseBytes, listJobResults, recordJobEnd, waitingWork } from '#store/workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { siteWithDevice } from '../support/server.js'

describe.each(ENGINES)('figures on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())

  test('a job keeps its last success through a failure, and counts both', async () => {
    const db = database.source.manager
    await recordJobEnd(db, { job: 'partitions', durationMs: 12.6, rows: 3, error: null })
    const [first] = await listJobResults(db)
    expect(first).toMatchObject({
      job: 'partitions',
      durationMs: 13,
      rows: 3,
      runs: 1,
      failures: 0,
      error: null,
    })
    expect(first!.succeededAt).toEqual(first!.endedAt)
    await recordJobEnd(db, { job: 'partitions', durationMs: 5, rows: null, error: 'no room' })
    await recordJobEnd(db, { job: 'classify', durationMs: 5, rows: null, error: 'never worked' })
    const [never, failed] = await listJobResults(db)
    expect(never).toMatchObject({ job: 'classify', succeededAt: null, runs: 1, failures: 1 })
    expect(failed).toMatchObject({ durationMs: 5, rows: null, runs: 2, failures: 1, error: 'no room' })
    expect(failed!.succeededAt).toEqual(first!.endedAt)
    expect(failed!.endedAt.getTime()).toBeGreaterThan(first!.endedAt.getTime())
  })

  test('what waits is counted, and a device is silent since it was made or measured', async () => {
    const { source } = database
    const empty = await waitingWork(source.manager)
    expect(empty).toMatchObject({ deliveries: 0, oldestDeliverySeconds: 0, quarantined: 0, devices: 0 })
    expect(empty).toMatchObject({ newestProbeSeconds: null, silentDevices: [0, 0, 0] })
    expect(empty.monthsAhead).toBeGreaterThan(0)
    await siteWithDevice(database)
    for (let i = 0; i < 3; i++) await insertDevice(source.manager, 'S1', sha256(newToken()), 'test')
    await source.query(
      `UPDATE device SET last_measured_at = now() - make_interval(days => n), revoked_at = CASE WHEN n = 40 THEN now() END
       FROM (SELECT id, (ARRAY[40, 8, 2])[row_number() OVER (ORDER BY id)] AS n FROM device) AS d
       WHERE d.id = device.id AND n IS NOT NULL`,
    )
    await source.query(
      `UPDATE device SET created_at = now() - interval '31 days' WHERE last_measured_at IS NULL`,
    )
    const work = await waitingWork(source.manager)
    // Two, eight and 31 days ago; the one of forty days ago was revoked.
    expect([work.devices, work.silentDevices]).toEqual([3, [3, 2, 1]])
    expect(Math.round(work.newestProbeSeconds! / 86_400)).toBe(2)
  })

  test('a paused webhook makes nothing wait, and counting ends at a limit', async () => {
    const { source } = database
    const subscribe = async (paused: boolean) => {
      const [{ id }] = await source.query(
        `INSERT INTO subscription (id, url, secret, kinds, paused, created_at, created_by)
         VALUES (gen_random_uuid(), 'https://example.ma', 'sealed', '{}', $1, now(), 'test') RETURNING id`,
        [paused],
      )
      await source.query(
        `INSERT INTO delivery (id, subscription_id, number, payload, events, created_at, next_at, delivered_at)
         SELECT gen_random_uuid(), $1, n, '', 1, now() - make_interval(hours => n), now(), CASE WHEN n = 9 THEN now() END
         FROM unnest('{1,4,9}'::integer[]) AS n`,
        [id],
      )
    }
    await subscribe(true)
    expect(await waitingWork(source.manager)).toMatchObject({ deliveries: 0, oldestDeliverySeconds: 0 })
    await subscribe(false)
    await source.query(
      `INSERT INTO quarantine (digest, reason, document) SELECT sha256(n::text::bytea), 'test', '' FROM generate_series(1, $1::integer) AS n`,
      [MAX_COUNTED + 5],
    )
    const work = await waitingWork(source.manager)
    expect([work.deliveries, work.quarantined]).toEqual([2, MAX_COUNTED])
    expect(Math.round(work.oldestDeliverySeconds / 3600)).toBe(4)
  })

  test('the size of the database is that of its files', async () => {
    const { source } = database
    expect(await databaseBytes(source.manager)).toBeGreaterThan(1_000_000)
  })
})

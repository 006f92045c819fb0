import { cellAt, cellToSql } from '#geo'
import { openDatabase } from '#store/database'
import { type ProbeRow, ensureProbeMonths, insertProbes } from '#store/probes'
import fc from 'fast-check'
import { cellToParent, latLngToCell } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'

const HOUR = 3_600_000

const probeAt = (measuredAt: string | number, change: Partial<ProbeRow> = {}): ProbeRow => ({
  ...probeRow(+new Date(measuredAt), null, { technology: '4g', operator: 'iam' }),
  ...change,
})

describe.each(ENGINES)('the months of the probes on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())

  const ensure = (...months: string[]) => ensureProbeMonths(database.source.manager, months)
  const insert = async (...rows: ProbeRow[]) => (await insertProbes(database.source, rows)).size
  const partitions = async (): Promise<string[]> =>
    (
      await database.source.query(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'probe'::regclass ORDER BY 1`,
      )
    ).map((row: { name: string }) => row.name)
  async function partitionOf({ id }: ProbeRow): Promise<string> {
    const [row] = await database.source.query(
      'SELECT tableoid::regclass::text AS name FROM probe WHERE id = $1',
      [id],
    )
    return row.name
  }

  test('a month is made once, however often it is asked for', async () => {
    await ensure('2015-05-01')
    const once = await partitions()
    await ensure('2015-05-01', '2015-05-31', '2015-05-01')
    expect(await partitions()).toEqual(once)
    expect(once).toContain('probe_2015_05')
  })

  test('callers who ask at once for the same months all succeed', async () => {
    const months = ['2016-01-01', '2016-02-01', '2016-03-01']
    const others = engine === 'postgresql' ? await Promise.all([another(), another()]) : []
    const sources = [database, ...others].map((some) => some.source)
    const asked = Array.from({ length: 12 }, (_, i) =>
      ensureProbeMonths(sources[i % sources.length]!.manager, i % 2 ? months : months.toReversed()),
    )
    await Promise.all(asked)
    await Promise.all(others.map((other) => other.close()))
    expect((await partitions()).filter((name) => name.startsWith('probe_2016'))).toEqual([
      'probe_2016_01',
      'probe_2016_02',
      'probe_2016_03',
    ])
  })

  const another = () => openDatabase({ url: database.env.DATABASE_URL, dataDir: '', purpose: 'batch' })

  test('a month that is added has the keys of the others', async () => {
    await ensure('2017-07-01')
    const definitions = async (name: string): Promise<string[]> =>
      (await database.source.query('SELECT indexdef FROM pg_indexes WHERE tablename = $1', [name]))
        .map((row: { indexdef: string }) => row.indexdef.replace(/^.*USING/, 'USING'))
        .sort()
    expect(await definitions('probe_2017_07')).toEqual(await definitions('probe'))
  })

  test('a probe of 2014 goes to its month, and finds no place before that is made', async () => {
    const old = probeAt('2014-03-09T10:00:00Z')
    await expect(insert(old)).rejects.toThrow(/partition/)
    await ensure('2014-03-01')
    expect(await insert(old)).toBe(1)
    expect(await partitionOf(old)).toBe('probe_2014_03')
  })

  test('months begin and end in UTC, whatever the zone of the session', async () => {
    await database.source.transaction(async (tx) => {
      await tx.query(`SET LOCAL TimeZone = 'Africa/Casablanca'`)
      await ensureProbeMonths(tx, ['2018-06-01', '2018-07-01'])
    })
    const last = probeAt('2018-06-30T23:59:59.999Z')
    const first = probeAt('2018-07-01T00:00:00.000Z')
    await insert(last, first)
    expect([await partitionOf(last), await partitionOf(first)]).toEqual(['probe_2018_06', 'probe_2018_07'])
  })

  test.runIf(engine === 'postgresql')(
    'a month is added while probes of another are being written',
    async () => {
      const other = await another()
      await database.source.transaction(async (tx) => {
        await tx.query('LOCK TABLE probe IN ROW EXCLUSIVE MODE')
        await ensureProbeMonths(other.source.manager, ['2019-01-01'])
      })
      await other.close()
      expect(await partitions()).toContain('probe_2019_01')
    },
  )

  describe('the same id', () => {
    const noon = Date.parse('2015-05-15T12:00:00Z')
    const again = async (later: number, change: Partial<ProbeRow> = {}) => {
      const first = probeAt(noon)
      await insert(first)
      return insert(probeAt(noon + later, { id: first.id, ...change }))
    }

    test.each([
      ['at the same time', 0, 0],
      ['an hour later', HOUR, 0],
      ['an hour earlier', -HOUR, 0],
      ['48 hours later', 48 * HOUR, 0],
      ['48 hours earlier', -48 * HOUR, 0],
      ['a month later', 31 * 24 * HOUR, 0],
      ['a month earlier', -31 * 24 * HOUR, 0],
    ])('%s adds so many probes', async (_, later, added) => expect(await again(later)).toBe(added))

    test('in another cell is a duplicate too', async () => {
      expect(await again(HOUR, { cell: cellToSql(cellAt(35, -5)) })).toBe(0)
    })

    test('is found across the border of two months', async () => {
      await ensure('2015-06-01')
      const first = probeAt('2015-05-31T23:00:00Z')
      await insert(first)
      expect(await insert(probeAt('2015-06-01T01:00:00Z', { id: first.id }))).toBe(0)
    })

    test('among new ones leaves those', async () => {
      const known = probeAt(noon)
      await insert(known)
      const fresh = [probeAt(noon), probeAt(noon + 1)]
      const ids = await insertProbes(database.source, [fresh[0]!, known, fresh[1]!])
      expect([...ids].sort()).toEqual(fresh.map((row) => row.id).sort())
    })

    test('sent by many at once is written once', async () => {
      const probe = probeAt(noon)
      const added = await Promise.all(Array.from({ length: 6 }, () => insert(probe)))
      expect(added.reduce((a, b) => a + b)).toBe(1)
    })
  })

  test('a probe reads back as it was written', async () => {
    const full = probeAt('2015-05-05T05:05:05.055Z', {
      accuracy_m: 12.5,
      technology: 'satellite_leo',
      operator: 'اتصالات',
      download_bps: 100e9,
      upload_bps: 0,
      latency_ms: 1e-3,
      loaded_latency_ms: 250.5,
      cell_id: '604-01-3001-123456',
      jitter_ms: 0.25,
      loss_ratio: 1,
      signal_dbm: -112.5,
      tool: 'ndt7',
      flags: ['far_from_site', 'inaccurate_position'],
      counted: false,
      raw: '{"a":"\\u00e9"}',
    })
    await insert(full)
    const [row] = await database.source.query('SELECT * FROM probe WHERE id = $1', [full.id])
    const { received_at: receivedAt, ...read } = row
    expect(Math.abs(Date.now() - receivedAt.getTime())).toBeLessThan(60_000)
    expect({
      ...read,
      measured_at: read.measured_at.toISOString(),
      download_bps: Number(read.download_bps),
      upload_bps: Number(read.upload_bps),
    }).toEqual(full)
  })

  test('the parent of a cell in SQL is that of H3', async () => {
    const place = fc.record({
      lat: fc.double({ min: -80, max: 80, noNaN: true }),
      lng: fc.double({ min: -180, max: 179, noNaN: true }),
      res: fc.integer({ min: 0, max: 15 }),
      up: fc.integer({ min: 0, max: 15 }),
    })
    const cases = fc.sample(place, { numRuns: 2_000, seed: 20261123 }).map(({ lat, lng, res, up }) => ({
      h3: latLngToCell(lat, lng, res),
      res: Math.max(0, res - up),
    }))
    const rows: { parent: string }[] = await database.source.query(
      `SELECT to_hex(cell_parent(cell, res)) AS parent
       FROM unnest($1::bigint[], $2::integer[]) WITH ORDINALITY AS t(cell, res, n) ORDER BY n`,
      [cases.map(({ h3 }) => cellToSql(h3)), cases.map(({ res }) => res)],
    )
    expect(rows.map((row) => row.parent)).toEqual(cases.map(({ h3, res }) => cellToParent(h3, res)))
  })
})

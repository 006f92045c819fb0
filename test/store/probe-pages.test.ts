/** Pages of probes: each once, in order, from whatever place, and at any depth by reading the same number of rows. */
import { columnsOf } from '#domain/probe'
import { cellAt, cellToSql, centreOf, rangesCovering } from '#geo'
import {
  type ListedProbe,
  PROBE_ORDERS,
  type ProbeKey,
  type ProbeOrder,
  type ProbePageQuery,
  type ProbeRow,
  ensureProbeMonths,
  listProbes,
  probePageStatement,
} from '#store/probes'
import { upsertSites } from '#store/sites'
import fc from 'fast-check'
import { gridDisk } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { newUuid } from '../support/observatory.js'
import { insertAsGiven } from './oracle.js'

const CELLS = gridDisk(cellAt(34.01, -6.83), 2)
const BEGIN = Date.parse('2026-02-10T00:00:00Z')
const DAYS = 45

/** Many at the same moment, so that the id has to tell them apart. */
function probes(count: number): ProbeRow[] {
  return Array.from({ length: count }, (_, n): ProbeRow => {
    const h3 = CELLS[(n * 7) % CELLS.length]!
    const [lng, lat] = centreOf(h3)
    return {
      ...columnsOf({
        id: newUuid((n * 7919) % 1_000_003),
        measuredAt: new Date(BEGIN + ((n * 37) % (DAYS * 24)) * 3_600_000 + (n % 3)).toISOString(),
        technology: '4g',
        operator: 'iam',
        outcome: 'ok',
        downloadBps: n,
        cellId: '604-01-3001-123456',
      }),
      cell: cellToSql(h3),
      device_id: null,
      // Of a site, of one that there is not, of none.
      site_code: ['LINE', 'GONE', null][n % 3]!,
      lat,
      lng,
      raw: null,
      flags: n % 2 ? ['far_from_site'] : [],
      counted: true,
      device_measured_at: null,
    }
  })
}

const SITE = {
  code: 'LINE',
  name: 'École',
  type: 'school' as const,
  communeCode: '04.421.01.01',
  lat: 34.01,
  lng: -6.83,
}
const isLine = ({ site_code: code, flags }: ProbeRow) => code === SITE.code && flags.length === 0

/** Probes of the first cell were measured some microseconds later than said. */
const LATER_CELL = cellToSql(CELLS[0]!)
const momentOf = (row: ProbeRow) => row.measured_at.replace('Z', row.cell === LATER_CELL ? '007Z' : '000Z')

const KEYS: Record<ProbeOrder, (row: ProbeRow) => string> = {
  measuredAt: (row) => `${momentOf(row)} ${row.id}`,
  '-measuredAt': (row) => `${momentOf(row)} ${row.id}`,
  cell: (row) => `${row.cell} ${momentOf(row)} ${row.id}`,
}

function inOrder(rows: readonly ProbeRow[], order: ProbeOrder): string[] {
  const key = KEYS[order]
  const ids = rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map(({ id }) => id)
  return order.startsWith('-') ? ids.toReversed() : ids
}

const page = (change: Partial<ProbePageQuery>): ProbePageQuery => ({
  order: '-measuredAt',
  after: null,
  cell: null,
  ofSites: false,
  place: null,
  since: null,
  until: null,
  limit: 100,
  ...change,
})

describe.each(ENGINES)('%s', (engine) => {
  const rows = probes(3_000)
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01', '2026-03-01', '2026-04-01'])
    await insertAsGiven(database.source, rows)
    await upsertSites(database.source.manager, [SITE], { author: 'test', simulated: false })
    await database.source.query(
      `UPDATE probe SET measured_at = measured_at + interval '7 microseconds' WHERE cell = $1`,
      [LATER_CELL],
    )
    await database.source.query('ANALYZE probe')
  })
  afterAll(() => database?.drop())

  async function all(change: Partial<ProbePageQuery>): Promise<string[]> {
    const ids: string[] = []
    for (let after: ProbeKey | null = null, more = true; more;) {
      const { json, count, last } = await listProbes(database.source.manager, page({ ...change, after }))
      const items = JSON.parse(json) as ListedProbe[]
      expect(items).toHaveLength(count)
      ids.push(...items.map(({ id }) => id))
      after = last
      more = last !== null
    }
    return ids
  }

  test.each(PROBE_ORDERS)(
    'all come once in the order %s, also those told apart by microseconds',
    async (order) => {
      expect(await all({ order, limit: 171 })).toEqual(inOrder(rows, order))
    },
  )

  test('planners read the mobile cell, everybody else does not', async () => {
    const cellIdsOf = async (ofSites: boolean) => {
      const { json } = await listProbes(database.source.manager, page({ ofSites, limit: 10 }))
      return new Set((JSON.parse(json) as ListedProbe[]).map(({ cellId }) => cellId))
    }
    expect(await cellIdsOf(false)).toEqual(new Set(['604-01-3001-123456']))
    expect(await cellIdsOf(true)).toEqual(new Set([null]))
  })

  test.each(PROBE_ORDERS)('everybody has the lines of sites, in the order %s', async (order) => {
    const lines = rows.filter(isLine)
    expect(lines.length).toBeGreaterThan(100)
    expect(await all({ order, ofSites: true, limit: 90 })).toEqual(inOrder(lines, order))
    const ranges = rangesCovering({ west: -6.9, east: -6.7, south: 33.9, north: 34.1 }, 8)
    const around = { west: SITE.lng, east: SITE.lng, south: SITE.lat, north: SITE.lat }
    const beside = { ...around, north: 34.02, south: 34.011 }
    const inBox = (box: typeof around) =>
      all({ order: 'cell', ofSites: true, place: { box, ranges }, limit: 90 })
    // A box takes the site with all of its line, or leaves it: it finds no position of a probe.
    expect(await inBox(around)).toEqual(inOrder(lines, 'cell'))
    expect(await inBox(beside)).toEqual([])
  })

  test('of a cell, of a time, and of a box', async () => {
    const box = { west: -6.84, east: -6.82, south: 34, north: 34.02 }
    const place = { box, ranges: rangesCovering(box, 8) }
    const inBox = ({ lat, lng }: ProbeRow) =>
      lng >= box.west && lng <= box.east && lat >= box.south && lat <= box.north
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PROBE_ORDERS),
        fc.option(fc.constantFrom(...CELLS)),
        fc.boolean(),
        fc.tuple(fc.option(fc.nat(DAYS)), fc.option(fc.nat(DAYS))),
        async (order, h3, boxed, [since, until]) => {
          const at = (day: number | null) =>
            day === null ? null : new Date(BEGIN + day * 86_400_000 + 1_800_000).toISOString()
          const cell = h3 && cellToSql(h3)
          const query = { cell, since: at(since), until: at(until), limit: 90 }
          const used = boxed ? 'cell' : order
          const expected = rows.filter(
            (row) =>
              (cell === null || row.cell === cell) &&
              (!boxed || inBox(row)) &&
              (query.since === null || row.measured_at >= query.since) &&
              (query.until === null || row.measured_at < query.until),
          )
          expect(await all({ ...query, order: used, place: boxed ? place : null })).toEqual(
            inOrder(expected, used),
          )
        },
      ),
      { numRuns: 25, seed: 20261126 },
    )
    expect(rows.filter(inBox).length).toBeGreaterThan(50)
  })

  test('a day begins at midnight in Morocco', async () => {
    // UTC+1 until the 15th, UTC after it.
    for (const [day, begin] of [
      ['2026-02-12', '2026-02-11T23:00:00.000Z'],
      ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ] as const)
      expect(await all({ since: day, until: null })).toEqual(
        inOrder(
          rows.filter((row) => row.measured_at >= begin),
          '-measuredAt',
        ),
      )
  })

  /** Rows that a page takes from the table or an index, and the blocks that it touches. */
  async function costOf(change: Partial<ProbePageQuery>): Promise<{ rows: number; blocks: number }> {
    const { sql, parameters } = probePageStatement(page(change)).toStatement()
    const [plan] = await database.source.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, parameters)
    let read = 0
    const visit = (node: Record<string, unknown>) => {
      if (/Scan/.test(String(node['Node Type'])) && String(node['Relation Name']).startsWith('probe_2'))
        read +=
          Number(node['Actual Loops']) *
          (Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0))
      for (const child of (node['Plans'] as Record<string, unknown>[] | undefined) ?? []) visit(child)
    }
    const top = plan['QUERY PLAN'][0]['Plan']
    visit(top)
    return { rows: read, blocks: top['Shared Hit Blocks'] + top['Shared Read Blocks'] }
  }

  test.each(['-measuredAt', 'measuredAt'] as const)(
    'in the order %s a page deep in the list reads what the first one reads',
    async (order) => {
      const first = await costOf({ order, limit: 20 })
      let after: ProbeKey | null = null
      // Not to the very end: of the last hundred rows all may be read and sorted.
      for (let depth = 0; depth < 2_600; depth += 290) {
        const deep: { last: ProbeKey | null } = await listProbes(
          database.source.manager,
          page({ order, after, limit: 290 }),
        )
        after = deep.last
        const cost = await costOf({ order, after, limit: 20 })
        // One row may be the last of its month, and the next month's first is looked for as well.
        expect(cost.rows).toBeLessThanOrEqual(first.rows + 2)
        expect(cost.blocks).toBeLessThanOrEqual(first.blocks * 2 + 10)
      }
      expect(first.rows).toBeLessThanOrEqual(22)
      const since = await costOf({ order, since: '2026-03-01', until: '2026-03-20', limit: 20 })
      expect(since.rows).toBeLessThanOrEqual(22)
    },
  )

  test('of a cell only its own rows are read', async () => {
    const cell = rows[0]!.cell
    const own = rows.filter((row) => row.cell === cell).length
    for (const order of PROBE_ORDERS) {
      const { rows: read } = await costOf({ order, cell, limit: 20 })
      expect(read).toBeLessThanOrEqual(own)
    }
  })
})

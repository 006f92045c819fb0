/** Pages of probes where hardly a cell holds one that may be shown: each ends in time, and leads on to the only one. */
import type { Filter } from '#domain/feature'
import { cellAt, cellToSql, centreOf, rangesOfBoxes } from '#geo'
import type { Queryable } from '#store/database'
import { UNFILTERED, collectionOf, pageOfFeatures } from '#store/ogc'
import { type ProbeKey, ensureProbeMonths, listProbes } from '#store/probes'
import { gridDisk } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'
import { siteWithDevice } from '../support/server.js'
import { insertAsGiven } from './oracle.js'

/** 1,261 cells; the last in the order of the index is that of the site's probe. */
const CELLS = gridDisk(cellAt(33.9, -5.5), 20).toSorted()
const LAST = CELLS.at(-1)!
const AT = Date.parse('2026-02-10T12:00:00Z')
const BOX = { west: -6.5, south: 33, east: -4.5, north: 34.8 }

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  let id: string
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01'])
    await siteWithDevice(database)
    const [lng, lat] = centreOf(LAST)
    // The others were measured outside the box, wherever their cells are.
    const rows = CELLS.map((h3, n) => ({
      ...probeRow(AT + n * 60_000, null),
      cell: cellToSql(h3),
      ...(h3 === LAST ? { lat, lng, site_code: 'S1' } : { lat: 30, lng: -9, site_code: null }),
    }))
    await database.source.query('UPDATE site SET lat = $1, lng = $2', [lat, lng])
    await insertAsGiven(database.source, rows)
    id = rows.at(-1)!.id
  })
  afterAll(() => database.drop())

  test.each([
    ['everybody, whom the site leads to it at once', true, 1, 1],
    ['planners, from cell to cell', false, 6, Infinity],
  ] as const)('a box of probes for %s', async (_readers, ofSites, minPages, maxPages) => {
    const ids: string[] = []
    const counts: number[] = []
    for (let after: ProbeKey | null = null, more = true; more;) {
      const { json, count, last, hasMore } = await listProbes(database.source.manager, {
        order: 'cell',
        after,
        cell: null,
        ofSites,
        place: { box: BOX, ranges: rangesOfBoxes([BOX]) },
        since: null,
        until: null,
        limit: 100,
      })
      ids.push(...(JSON.parse(json) as { id: string }[]).map((probe) => probe.id))
      counts.push(count)
      after = last
      more = hasMore
    }
    expect(ids).toEqual([id])
    expect(counts.length).toBeGreaterThanOrEqual(minPages)
    expect(counts.length).toBeLessThanOrEqual(maxPages)
    expect(counts.filter((count) => count > 0)).toEqual([1])
  })

  async function allPages(filter: Filter | null) {
    const cells: unknown[] = []
    let [statements, pages] = [0, 0]
    const counting = {
      query: (sql: string, parameters: unknown[]) => {
        statements++
        return database.source.query(sql, parameters)
      },
    } as Queryable
    for (let after: string | null = null, more = true; more; pages++) {
      const query = { ...UNFILTERED, run: null, filter, after }
      const { features, next } = await pageOfFeatures(counting, collectionOf('probes_public'), query, 100)
      cells.push(...features.map(({ properties }) => properties['h3']))
      after = next
      more = next !== null
    }
    return { cells, statements, pages }
  }

  test('public measurements', async () => {
    const { cells, statements, pages } = await allPages(null)
    expect(cells).toEqual([LAST])
    expect(pages).toBeGreaterThan(5)
    expect(statements / pages).toBeLessThan(12)
  })

  test('a condition on the cell or the place leads to it at once', async () => {
    const [lng, lat] = centreOf(LAST)
    const box = { west: lng - 0.001, south: lat - 0.001, east: lng + 0.001, north: lat + 0.001 }
    const conditions: Filter[] = [
      { op: '=', property: 'h3', value: { type: 'text', value: LAST } },
      { op: 'intersects', shape: { type: 'Box', box } },
    ]
    for (const filter of conditions) {
      const { cells, statements } = await allPages({ op: 'and', of: [{ op: 'always', value: true }, filter] })
      expect(cells).toEqual([LAST])
      expect(statements).toBeLessThanOrEqual(4)
    }
  })
})

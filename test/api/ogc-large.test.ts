/** 200,000 cells through GDAL into a GeoPackage: as many as the database has, with the same properties and shapes. */
import { type RunRow, findRun } from '#store/runs'
import { boundaryOf, cellAt, cellFromSql, cellToSql } from '#geo'
import { parse } from 'csv-parse'
import { gridDisk } from 'h3-js'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { HAS_GDAL, gdal } from '../support/gdal.js'
import { type TestServer, serve } from '../support/server.js'

const COUNT = 200_000
const CELLS = gridDisk(cellAt(32.5, -6.5), 258).slice(0, COUNT)
/** One machine may be busy with other tests. */
const PATIENCE = 600_000

describe.runIf(HAS_GDAL)('200,000 cells', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taghtiya-large-'))
  const file = join(folder, 'cells.gpkg')
  let database: TestDatabase
  let server: TestServer
  let run: RunRow
  beforeAll(async () => {
    database = await freshDatabase('postgresql')
    run = await fill()
    server = await serve(database)
  })
  afterAll(async () => {
    await server.close()
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Verdicts as a run leaves them; no probes: nothing here reads them. */
  async function fill(): Promise<RunRow> {
    const { source } = database
    const [{ id }] = await source.query(
      `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey, black, unknown, created_by)
       SELECT 'ma-floor', 2, 1, true, now() - interval '1 year', now(), now(), '', $1, 0, 0, 0, 'test' RETURNING id`,
      [COUNT],
    )
    await source.query(
      `INSERT INTO verdict (series, cell, first_run, class, confidence, ladder)
       SELECT 1, cell, $2, (ARRAY['white', 'grey', 'black', 'unknown'])[1 + (cell / 4096 % 4)::integer], (cell / 4096 % 97)::float8 / 96, 0
       FROM unnest($1::bigint[]) AS cell`,
      [CELLS.map(cellToSql), id],
    )
    await source.query(
      `INSERT INTO cell_place (cell, region_code, province_code, commune_code)
       SELECT cell, '05', '05.081', '05.081.01.01' FROM verdict WHERE cell / 4096 % 5 > 0`,
    )
    await source.query('ANALYZE verdict, cell_place')
    return (await findRun(source.manager, id))!
  }

  interface Known {
    class: string
    confidence: number
    commune: string | null
  }

  test(
    'into a GeoPackage, and each is what the database has',
    async () => {
      const { err } = await gdal(
        'ogr2ogr',
        file,
        `OAPIF:${server.url}/ogc`,
        'cells',
        '-oo',
        'PAGE_SIZE=10000',
      )
      expect(err).toBe('')
      const rows: (Known & { cell: string })[] = await database.source.query(
        'SELECT cell::text, class, confidence, commune_code AS commune FROM verdict LEFT JOIN cell_place USING (cell)',
      )
      const known = new Map(rows.map(({ cell, ...row }) => [cellFromSql(cell), row]))
      let wrong = 0
      for await (const row of written()) {
        const { h3, class: kind, confidence, commune_code: commune, run_id: id, WKT } = row
        const expected = known.get(h3!)
        known.delete(h3!)
        const same =
          expected?.class === kind &&
          Math.abs(expected!.confidence - Number(confidence)) < 1e-12 &&
          (expected!.commune ?? '') === commune &&
          id === String(run.id) &&
          isOutlineOf(h3!, WKT!)
        if (!same) wrong++
      }
      expect([wrong, known.size]).toEqual([0, 0])
    },
    PATIENCE,
  )

  /** The GeoPackage's rows, told by GDAL. */
  function written(): AsyncIterable<Record<string, string>> {
    const child = spawn('/usr/bin/ogr2ogr', ['-f', 'CSV', '-lco', 'GEOMETRY=AS_WKT', '/vsistdout/', file])
    return child.stdout.pipe(parse({ columns: true }))
  }

  function isOutlineOf(h3: string, wkt: string): boolean {
    const numbers = [...wkt.matchAll(/-?\d+(\.\d+)?(e-?\d+)?/g)].map(([n]) => Number(n))
    const corners = boundaryOf(h3)
    const expected = [...corners, corners[0]!].flat()
    return numbers.length === expected.length && numbers.every((n, i) => Math.abs(n - expected[i]!) < 1e-9)
  }

  test(
    'a box finds the same by GDAL, by the parameter and by CQL2',
    async () => {
      const box = [-6.62, 32.41, -6.31, 32.58]
      const out = join(folder, 'box.gpkg')
      await gdal(
        'ogr2ogr',
        out,
        `OAPIF:${server.url}/ogc`,
        'cells',
        '-spat',
        ...box.map(String),
        '-oo',
        'PAGE_SIZE=500',
      )
      const { out: told } = await gdal('ogrinfo', '-so', out, 'cells')
      const byGdal = Number(/Feature Count: (\d+)/.exec(told)![1])
      const filter = encodeURIComponent(`S_INTERSECTS(geometry, BBOX(${box.join()}))`)
      expect(byGdal).toBeGreaterThan(500)
      for (const query of [`bbox=${box.join()}`, `filter=${filter}`]) {
        const answer = await fetch(`${server.url}/ogc/collections/cells/items?limit=10000&${query}`)
        expect(((await answer.json()) as { numberReturned: number }).numberReturned).toBe(byGdal)
      }
    },
    PATIENCE,
  )
})

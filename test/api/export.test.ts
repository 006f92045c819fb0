import type { Feature } from '#domain'
import { centreOf } from '#geo'
import { COLLECTIONS, type CollectionId, type RunRow, classify, findRule } from '#store'
import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { HAS_GDAL, gdalFeatures } from '../support/gdal.js'
import { AWKWARD_NAMES, OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-exports-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(ENGINES)('exports on %s', (engine) => {
  let database: TestDatabase
  let server: TestServer
  let run: RunRow
  beforeAll(async () => {
    database = await freshDatabase(engine)
    run = await fillObservatory(database, new Date())
    server = await serve(database)
  })
  afterAll(async () => {
    await server.close()
    await database.drop()
  })

  const get = (file: string) => fetch(`${server.url}/api/v1/export/${file}`)
  const bytes = async (file: string) => {
    const answer = await get(file)
    expect([file, answer.status]).toEqual([file, 200])
    return Buffer.from(await answer.arrayBuffer())
  }
  const served = async (id: CollectionId) => {
    const answer = await fetch(`${server.url}/ogc/collections/${id}/items?limit=10000`)
    return ((await answer.json()) as { features: Feature[] }).features
  }

  test('every collection as GeoJSON and lines is what the service gives', async () => {
    for (const id of COLLECTIONS) {
      const expected = await served(id)
      const whole = JSON.parse(String(await bytes(`${id}.geojson`))) as { features: Feature[] }
      expect(whole.features).toEqual(expected)
      const lines = String(await bytes(`${id}.ndjson`))
        .trim()
        .split('\n')
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected)
    }
  })

  test('every collection as CSV has the same rows, cells at their centres', async () => {
    for (const id of COLLECTIONS) {
      const expected = await served(id)
      const rows: Record<string, string>[] = parse(await bytes(`${id}.csv`), { columns: true })
      expect([id, rows.length]).toEqual([id, expected.length])
      rows.forEach((row, i) => {
        for (const [name, value] of Object.entries(expected[i]!.properties)) {
          const text = value === null ? '' : String(value)
          expect([id, name, row[name]]).toEqual([
            id,
            name,
            /^[=+@-]/.test(text) && typeof value === 'string' ? `'${text}` : text,
          ])
        }
      })
    }
    const cells: Record<string, string>[] = parse(await bytes('cells.csv'), { columns: true })
    for (const { h3, lng, lat } of cells) {
      expect(Number(lng)).toBeCloseTo(centreOf(h3!)[0], 7)
      expect(Number(lat)).toBeCloseTo(centreOf(h3!)[1], 7)
    }
    const names = (parse(await bytes('localities.csv'), { columns: true }) as { name_fr: string }[]).map(
      (r) => r.name_fr,
    )
    expect(names).toEqual(AWKWARD_NAMES.map((name) => (/^[=+@-]/.test(name) ? `'${name}` : name)))
  })

  test('every collection as Parquet has the same rows and shapes', async () => {
    for (const id of COLLECTIONS) {
      const expected = await served(id)
      const content = await bytes(`${id}.parquet`)
      const file = content.buffer.slice(
        content.byteOffset,
        content.byteOffset + content.length,
      ) as ArrayBuffer
      const rows = (await parquetReadObjects({ file })) as Record<string, unknown>[]
      expect([id, rows.length]).toEqual([id, expected.length])
      rows.forEach(({ geometry, ...row }, i) => {
        expect(geometry).toEqual(expected[i]!.geometry)
        for (const [name, value] of Object.entries(expected[i]!.properties)) {
          const told = row[name]
          const plain =
            typeof told === 'bigint'
              ? Number(told)
              : told instanceof Date
                ? told.toISOString().replace('.000', '')
                : told
          expect([id, name, plain]).toEqual([id, name, value])
        }
      })
    }
  })

  test.runIf(HAS_GDAL)(
    'GDAL reads CSV, GeoJSON and FlatGeobuf: as many features, the same shapes',
    async () => {
      for (const id of COLLECTIONS) {
        const expected = await served(id)
        for (const format of ['geojson', 'fgb', 'csv'] as const) {
          const file = join(folder, `${id}.${format}`)
          writeFileSync(file, await bytes(`${id}.${format}`))
          const open = format === 'csv' ? ['-oo', 'X_POSSIBLE_NAMES=lng', '-oo', 'Y_POSSIBLE_NAMES=lat'] : []
          const read = await gdalFeatures(file, ...open)
          expect([id, format, read.length]).toEqual([id, format, expected.length])
          const isPoint = format === 'csv' && expected[0]!.geometry.type === 'Polygon'
          read.forEach(({ geometry }, i) => {
            const whole = expected[i]!
            const shape = isPoint ? { coordinates: centreOf(String(whole.properties['h3'])) } : whole.geometry
            expect(distance(geometry.coordinates, shape.coordinates)).toBeLessThan(1e-6)
          })
        }
      }
    },
  )

  test('the description has every column, the run, the rule, and the checksum of the file', async () => {
    for (const [id, format] of [
      ['cells', 'csv'],
      ['zones', 'parquet'],
      ['sites', 'fgb'],
      ['areas', 'geojson'],
    ] as const) {
      const answer = await get(`${id}/datapackage.json?format=${format}`)
      const about = (await answer.json()) as Package
      const [resource] = about.resources as [Package['resources'][0]]
      const file = Buffer.from(await (await fetch(resource.path)).arrayBuffer())
      expect([resource.bytes, resource.hash]).toEqual([
        file.length,
        `sha256:${createHash('sha256').update(file).digest('hex')}`,
      ])
      expect(about.licenses.length).toBeGreaterThan(0)
      if (format === 'csv')
        expect(String(file).split('\r\n')[0]).toBe(
          resource.schema.fields.map((field) => field.name).join(','),
        )
      if (id === 'cells') {
        expect(about.run).toMatchObject({ id: run.id, digest: run.digest })
        expect(about.rule).toMatchObject({ id: 'ma-floor', minDownloadBps: 2e6 })
        expect(resource.path).toContain(`run=${run.id}`)
      } else if (id !== 'zones') expect([about.run, about.rule]).toEqual([null, null])
    }
  })

  test('a run that was named is given out as it was, also when there is a newer one', async () => {
    const before = await bytes(`cells.csv?run=${run.id}`)
    const rule = (await findRule(database.source.manager, 'ma-floor'))!
    const later = await classify(database.source, { rule, author: 'test' })
    expect(await bytes(`cells.csv?run=${run.id}`)).toEqual(before)
    const { headers } = await get('cells.csv')
    expect(headers.get('content-disposition')).toContain(`cells-run-${later.id}.csv`)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(String(before).trim().split('\r\n')).toHaveLength(1 + OBSERVED_CELLS.length)
  })

  test('what there is not is refused in words', async () => {
    for (const [file, status, word] of [
      ['roads.csv', 404, 'cells'],
      ['cells', 404, 'parquet'],
      ['cells.shp', 404, 'parquet'],
      ['cells.toString', 404, 'parquet'],
      ['cells.csv?run=99999', 404, '99999'],
      ['cells.csv?rule=none', 404, 'none'],
      ['cells.csv?colour=1', 400, 'colour'],
      ['sites.csv?run=1', 400, 'run'],
      ['roads/datapackage.json', 404, 'roads'],
      ['cells/datapackage.json?format=shp', 400, 'format'],
    ] as const) {
      const answer = await get(file)
      const { detail } = (await answer.json()) as { detail: string }
      expect([file, answer.status, detail]).toEqual([file, status, expect.stringContaining(word)])
    }
  })

  test('a reader that goes away leaves nothing behind', async () => {
    // Not fetch: it opens another connection at once, which keeps the server from closing.
    const leaving = request(`${server.url}/api/v1/export/areas.geojson`).end()
    const [answer] = (await once(leaving, 'response')) as [IncomingMessage]
    await once(answer, 'data')
    leaving.destroy()
    expect((await bytes('sites.csv')).length).toBeGreaterThan(100)
  })
})

interface Package {
  run: Record<string, unknown> | null
  rule: Record<string, unknown> | null
  licenses: unknown[]
  resources: { path: string; bytes: number; hash: string; schema: { fields: { name: string }[] } }[]
}

/** The largest difference of two coordinates, in degrees; infinite where they are not of one form. */
function distance(a: unknown, b: unknown): number {
  if (!Array.isArray(a) || !Array.isArray(b)) return Math.abs(Number(a) - Number(b))
  return a.length === b.length ? Math.max(...a.map((value, i) => distance(value, b[i]))) : Infinity
}

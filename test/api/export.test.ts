import type { Feature } from '#domain/feature'
import { centreOf } from '#geo'
import { COLLECTIONS, type CollectionId } from '#store/ogc'
import { recordChange } from '#store/people'
import { type RunRow, classify, findRule } from '#store/runs'
import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { HAS_GDAL, gdal, gdalFeatures } from '../support/gdal.js'
import { AWKWARD_NAMES, OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

const HAS_CURL = existsSync('/usr/bin/curl')
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
  /** As it goes over the line: fetch would unpack and follow. */
  const plain = async (file: string, headers: Record<string, string> = {}) => {
    const asking = request(`${server.url}/api/v1/export/${file}`, { headers }).end()
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    const body = Buffer.concat((await answer.toArray()) as Buffer[])
    return { status: answer.statusCode, headers: answer.headers, body }
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

  test('HEAD says how long a file is, and nothing of measurements, which grow', async () => {
    for (const file of ['cells.csv', 'zones.fgb', 'sites.geojson']) {
      const { status, headers } = await fetch(`${server.url}/api/v1/export/${file}`, { method: 'HEAD' })
      const whole = await plain(file)
      expect([file, status, headers.get('accept-ranges')]).toEqual([file, 200, 'bytes'])
      expect(Number(headers.get('content-length'))).toBe(whole.body.length)
      expect(headers.get('etag')).toBe(whole.headers.etag)
    }
    const growing = await fetch(`${server.url}/api/v1/export/probes_public.csv`, { method: 'HEAD' })
    expect([growing.status, growing.headers.get('accept-ranges')]).toEqual([200, 'none'])
  })

  test.runIf(HAS_GDAL)('GDAL opens an export where it is, by its parts', async () => {
    const { out } = await gdal('ogrinfo', '-so', `/vsicurl/${server.url}/api/v1/export/zones.fgb`, 'zones')
    expect(out).toContain(`Feature Count: ${(await served('zones')).length}`)
  })

  test.runIf(engine === 'postgresql')('so many exports run at once; the next may come back', async () => {
    const client = new pg.Client(database.env.DATABASE_URL)
    await client.connect()
    // Whoever reads sites waits until they are free again.
    await client.query('BEGIN; LOCK TABLE site IN ACCESS EXCLUSIVE MODE')
    const waiting = Array.from({ length: 4 }, () => get('sites.csv'))
    try {
      await new Promise((resolve) => setTimeout(resolve, 500))
      for (const file of ['sites.csv', 'areas.csv', 'sites/datapackage.json']) {
        const refused = await get(file)
        expect([file, refused.status]).toEqual([file, 429])
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      }
    } finally {
      await client.query('ROLLBACK')
      await client.end()
    }
    for (const answer of await Promise.all(waiting)) {
      expect(answer.status).toBe(200)
      await answer.arrayBuffer()
    }
    expect((await bytes('sites.csv')).length).toBeGreaterThan(0)
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

  test('any part of a file is that part of the whole, and its checksum is the whole’s', async () => {
    for (const file of ['cells.csv', 'zones.geojson', 'areas.fgb', 'declared.parquet', 'sites.ndjson']) {
      const whole = await plain(file)
      const tag = whole.headers.etag!
      expect([file, tag]).toEqual([file, expect.stringMatching(/^"[\w-]{43}"$/)])
      expect((await plain(file, { 'if-none-match': tag })).status).toBe(304)
      const sha = createHash('sha256').update(whole.body).digest('base64')
      const last = whole.body.length - 1
      const at = () => Math.floor(Math.random() * last)
      const [a, b] = [at(), at()].sort((x, y) => x - y) as [number, number]
      for (const [asked, from, to] of [
        [`${a}-${b}`, a, b],
        [`${a}-`, a, last],
        [`-${b + 1}`, last - b, last],
        [`${last}-${last + 5}`, last, last],
        ['0-', 0, last],
      ] as const) {
        const part = await plain(file, { range: `bytes=${asked}`, 'if-range': tag })
        expect([file, asked, part.status, part.headers['content-range']]).toEqual([
          file,
          asked,
          206,
          `bytes ${from}-${to}/${last + 1}`,
        ])
        expect(part.body.equals(whole.body.subarray(from, to + 1))).toBe(true)
        expect(part.headers['repr-digest']).toBe(`sha-256=:${sha}:`)
      }
      const beyond = await plain(file, { range: `bytes=${last + 1}-` })
      expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${last + 1}`])
      for (const headers of [
        { range: 'bytes=5-', 'if-range': '"another"' },
        { range: 'bytes=0-1,3-4' },
        { range: 'bytes=9-2' },
        { range: 'rows=1-2' },
      ])
        expect((await plain(file, headers as Record<string, string>)).body.equals(whole.body)).toBe(true)
    }
  })

  test('measurements grow while they are read: no part of them is offered', async () => {
    const { status, headers } = await plain('probes_public.csv', { range: 'bytes=5-' })
    expect([status, headers['accept-ranges'], headers.etag]).toEqual([200, 'none', undefined])
  })

  test('a tag is another one as soon as anything was changed that a file may show', async () => {
    const before = (await plain('zones.csv')).headers.etag!
    await recordChange(database.source.manager, 'test', 'change password', 'test')
    expect((await plain('zones.csv')).headers.etag).toBe(before)
    await recordChange(database.source.manager, 'test', 'import localities', '1 locality')
    const { status, headers } = await plain('zones.csv', { range: 'bytes=5-', 'if-range': before })
    expect(status).toBe(200)
    expect(headers.etag).not.toBe(before)
    // Packed, the bytes are others.
    expect((await plain('zones.csv', { 'accept-encoding': 'gzip' })).headers.etag).toMatch(/^W\//)
  })

  test.runIf(HAS_CURL)('curl goes on where the connection was cut, wherever that was', async () => {
    for (const file of ['cells.geojson', 'areas.fgb', 'zones.parquet', 'cells.csv']) {
      const whole = await plain(file)
      for (const share of [0.001, Math.random(), 0.999]) {
        const out = join(folder, `cut-${file}`)
        writeFileSync(out, whole.body.subarray(0, Math.ceil(share * whole.body.length)))
        const address = `${server.url}/api/v1/export/${file}`
        const resume = ['-sSf', '-C', '-', '-H', `If-Range: ${whole.headers.etag}`, '-o', out, address]
        await promisify(execFile)('curl', resume)
        expect([file, share, readFileSync(out).equals(whole.body)]).toEqual([file, share, true])
      }
    }
  })

  test('a filter leaves out the other rows, in the description too', async () => {
    const filter = encodeURIComponent(`class = 'white' OR confidence < 0.5`)
    const rows: Record<string, string>[] = parse(await bytes(`cells.csv?filter=${filter}`), { columns: true })
    const expected = (await served('cells')).filter(
      ({ properties: p }) => p['class'] === 'white' || Number(p['confidence']) < 0.5,
    )
    expect(rows.map(({ h3 }) => h3)).toEqual(expected.map((f) => f.id))
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.length).toBeLessThan(OBSERVED_CELLS.length)
    const about = (await (await get(`cells/datapackage.json?filter=${filter}`)).json()) as Package
    const file = Buffer.from(await (await fetch(about.resources[0]!.path)).arrayBuffer())
    expect(about.resources[0]!.hash).toBe(`sha256:${createHash('sha256').update(file).digest('hex')}`)
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
      ['cells.csv?filter=colour=1', 400, 'position 1'],
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

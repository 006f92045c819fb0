/** The plan's table, given out and imported again: nothing changes, whatever its names and places. */
import { xlsxTable } from '#formats/export'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

const square = (lng: number, lat: number, size: number) => [
  [lng, lat],
  [lng + size, lat],
  [lng + size, lat + size],
  [lng, lat + size],
  [lng, lat],
]
const feature = (code: string, nom: string, geometry: object) => ({
  type: 'Feature',
  properties: {
    code,
    nom,
    operator: 'inwi',
    technology: '4G',
    promised_by: '2099-03-31',
    comment: `- ${nom}`,
  },
  geometry,
})
const PLAN = {
  type: 'FeatureCollection',
  features: [
    feature('R-1', '- Douar du tiret', { type: 'Point', coordinates: [-6.84, 34.02] }),
    feature('R-2', '+212, relais "nord"', { type: 'Point', coordinates: [-6.85, 34.03] }),
    feature('R-3', '=Aït A;-Aït B', { type: 'Point', coordinates: [-6.86, 34.04] }),
    feature('R-4', "'@ quarante cellules", { type: 'Polygon', coordinates: [square(-5.5, 33.8, 0.06)] }),
  ],
}

describe.each(ENGINES)('on %s', (engine) => {
  let database: TestDatabase
  let server: TestServer
  let cookie: string
  beforeAll(async () => {
    database = await freshDatabase(engine)
    server = await serve(database)
    cookie = await signIn(server, database, 'planner')
  })
  afterAll(async () => {
    await server?.close()
    await database?.drop()
  })

  async function importPlan(body: Buffer, query = ''): Promise<Record<string, unknown>> {
    const answer = await fetch(`${server.url}/api/v1/plan/import?${query}`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(body),
    })
    return (await answer.json()) as Record<string, unknown>
  }

  test('CSV and XLSX', async () => {
    expect(await importPlan(Buffer.from(JSON.stringify(PLAN)))).toMatchObject({
      lines: 4,
      added: 4,
      refusedLines: 0,
    })
    const cells = async () =>
      (await database.source.query(
        `SELECT code, cells::text AS cells, name_fr FROM plan_item WHERE ended_at IS NULL ORDER BY code`,
      )) as {
        code: string
        cells: string
        name_fr: string
      }[]
    const before = await cells()
    expect(before.map(({ name_fr }) => name_fr)).toEqual(
      PLAN.features.map(({ properties }) => properties.nom),
    )
    expect(before[3]!.cells.split(',').length).toBeGreaterThan(10)
    for (const format of ['csv', 'xlsx']) {
      const file = Buffer.from(await (await fetch(`${server.url}/api/v1/plan/table.${format}`)).arrayBuffer())
      if (format === 'csv') expect(file.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
      expect(await importPlan(file)).toMatchObject({
        lines: 4,
        added: 0,
        changed: 0,
        unchanged: 4,
        refusedLines: 0,
      })
    }
    expect(await cells()).toEqual(before)
  })

  test('an error value empties nothing, and the line that has it is counted once', async () => {
    const columns = ['code', 'operator', 'promised_by']
    const file = await xlsxTable({
      columns,
      rows: [
        ['R-1', '#N/A', '#REF!'],
        ['R-2', 'Orange', '2099-03-31'],
      ],
    })
    expect(await importPlan(file)).toMatchObject({
      lines: 2,
      changed: 1,
      unchanged: 0,
      refusedLines: 1,
      refused: [
        { line: 2, code: 'R-1', field: 'operator', value: '#N/A' },
        { line: 2, code: 'R-1', field: 'promisedBy', value: '#REF!' },
      ],
    })
    const [item] = await database.source.query(
      `SELECT operator, promised_by::text AS promised_by FROM plan_item WHERE ended_at IS NULL AND code = 'R-1'`,
    )
    expect(item).toEqual({ operator: 'inwi', promised_by: '2099-03-31' })
  })

  test('a table in Lambert is converted, and the preview says so', async () => {
    const file = Buffer.from('code,nom,x,y\nL-1,Douar,525000,380000\n')
    expect(await importPlan(file, 'preview=true')).toMatchObject({
      refused: [{ field: 'lat', reason: expect.stringContaining('projected') }, { field: 'lng' }],
    })
    expect(await importPlan(file, 'preview=true&crs=EPSG:26191')).toMatchObject({
      added: 1,
      notes: [expect.stringContaining('converted from EPSG:26191 (Merchich / Nord Maroc)')],
    })
    expect(await importPlan(file, 'crs=EPSG:27700')).toMatchObject({
      status: 422,
      detail: expect.stringContaining('EPSG:27700'),
    })
  })
})

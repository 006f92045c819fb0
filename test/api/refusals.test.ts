/** Requests that are refused: each answer is a problem that names the invalid value. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase } from '../support/database.js'
import { demoDatabase } from '../support/demo-database.js'
import { type TestServer, serve } from '../support/server.js'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await demoDatabase()
  server = await serve(database)
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)

test.each([
  ['/api/v1/cells/zz', 400, 'zz'],
  ['/api/v1/cells?bbox=1,2,3', 400, 'bbox'],
  ['/api/v1/cells?bbox=5,5,1,1', 400, '5,5,1,1'],
  ['/api/v1/cells?limit=0', 400, 'limit'],
  ['/api/v1/cells?cursor=%00', 400, 'cursor'],
  ['/api/v1/cells?colour=red', 400, 'colour'],
  ['/api/v1/cells?rule=none', 404, 'none'],
  ['/api/v1/runs/999', 404, '999'],
  ['/api/v1/runs/x', 400, 'numeric'],
  ['/api/v1/areas/99.999', 404, '99.999'],
  ['/api/v1/sites/none', 404, 'none'],
  ['/tiles/1/cells/25/0/0.mvt', 400, '25/0/0.mvt'],
  ['/tiles/1/roads/7/61/51.mvt', 404, 'roads'],
  ['/tiles/0/cells/7/61/51.mvt', 404, '0'],
  ['/api/v1/zones?class=unknown', 400, 'class'],
  ['/api/v1/zones?sort=colour', 400, 'sort'],
  ['/api/v1/zones?area=1.51', 400, 'area'],
  ['/api/v1/zones?cursor=eA', 400, 'eA'],
  ['/api/v1/zones/1-x', 404, '1-x'],
  ['/api/v1/zones/999999999-88386e6b0bfffff', 404, '999999999'],
  ['/api/v1/runs/1/difference', 400, 'with'],
  ['/api/v1/runs/1/difference?with=999', 404, '999'],
  ['/api/v1/runs/999/difference/cells?with=1', 404, '999'],
  ['/tiles/1/difference/7/61/51.mvt', 400, 'with'],
  ['/tiles/1/difference/7/61/51.mvt?with=0', 400, 'with'],
  ['/tiles/1/difference/7/61/51.mvt?with=999', 404, '999'],
  ['/nowhere', 404, 'nowhere'],
])('%s answers %i and names the value', async (path, status, value) => {
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(((await answer.json()) as { detail: string }).detail).toContain(value)
})

test('no query, however odd, makes a fault', async () => {
  const paths = fc.constantFrom(
    'cells',
    'areas',
    'sites',
    'runs',
    'rules',
    'probes',
    'zones',
    'zones/x',
    'cells/x',
    'areas/01',
    'areas/01/series',
    'areas/aggregates',
    'cells/88386e6b0bfffff/series',
    'runs/1/difference',
    'runs/1/difference/cells',
  )
  const keys = fc.constantFrom(
    'limit',
    'cursor',
    'bbox',
    'q',
    'level',
    'fields',
    'sort',
    'since',
    'until',
    'metric',
    'step',
    'from',
    'to',
    'operator',
    'parent',
    'rule',
    'run',
    'class',
    'cell',
    'area',
    'with',
    'zzz',
  )
  const values = fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.constant("' OR 1=1 --"))
  const property = fc.asyncProperty(
    paths,
    fc.array(fc.tuple(keys, values), { maxLength: 4 }),
    async (path, query) => {
      const answer = await get(
        `/api/v1/${path}?${new URLSearchParams(query.map(([k, v]): [string, string] => [k, v.toWellFormed()]))}`,
      )
      expect(answer.status).toBeLessThan(500)
    },
  )
  await fc.assert(property, { numRuns: 300, seed: 5 })
})

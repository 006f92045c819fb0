/** What operators declare, near and from afar, against the claims read one by one. */
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellFromSql, cellToSql, parentOf } from '#geo'
import {
  type CoverageRow,
  declaredInRanges,
  declaredNetworks,
  declaredParents,
  importCoverage,
} from '#store/coverage'
import { classify } from '#store/runs'
import fc from 'fast-check'
import { gridDisk } from 'h3-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const ALL = [{ low: '0', high: '9223372036854775807' }]
const CELLS = gridDisk(cellAt(33.9, -5.5), 3).map(cellToSql)
const OPERATORS = ['iam', 'orange', 'a. b/c?'] as const
/** The last of them is after the run. */
const DATES = ['2026-01-01', '2026-06-30', '2099-01-01'] as const

const claim = fc.record({
  cell: fc.constantFrom(...CELLS),
  operator: fc.constantFrom(...OPERATORS),
  technology: fc.constantFrom<Technology>('fibre', '4g', 'satellite_geo'),
  downloadBps: fc.constantFrom(1e6, 2e6, 30e6, 100e6),
  uploadBps: fc.constantFrom(null, 1e6, 20e6),
  onDate: fc.constantFrom(...DATES),
})

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database?.drop())

  test('any filter says what the claims say that stood for the run', async () => {
    const db = database.source.manager
    const about = { source: 'test.csv', author: 'test' }
    const [first, second] = fc.sample(fc.array(claim, { minLength: 150, maxLength: 200 }), {
      numRuns: 2,
      seed: 42,
    }) as [CoverageRow[], CoverageRow[]]
    await importCoverage(database.source, 'declared', first, about)
    await importCoverage(database.source, 'planned', second, about)
    const rule = SHIPPED_RULES.find(({ id }) => id === 'fcc-unserved')!
    const run = await classify(database.source, { rule, author: 'test' })
    // What came later was not known to the run, also where it replaces what was.
    await importCoverage(database.source, 'declared', second, about)

    const key = (c: CoverageRow) => `${c.cell} ${c.operator} ${c.technology} ${c.onDate}`
    const fastest = new Map<string, CoverageRow>()
    for (const c of first) if (c.downloadBps > (fastest.get(key(c))?.downloadBps ?? 0)) fastest.set(key(c), c)
    const standing = [...fastest.values()].filter(({ onDate }) => onDate < '2099')
    const meets = (c: CoverageRow) =>
      rule.technologies.includes(c.technology) &&
      c.downloadBps >= rule.minDownloadBps &&
      (c.uploadBps ?? 0) >= rule.minUploadBps!

    for (const operator of [null, ...OPERATORS])
      for (const technology of [null, ...TECHNOLOGIES]) {
        const expected = new Map<string, boolean>()
        for (const c of standing) {
          if ((operator ?? c.operator) !== c.operator || (technology ?? c.technology) !== c.technology)
            continue
          const h3 = cellFromSql(c.cell)
          expected.set(h3, (expected.get(h3) ?? false) || meets(c))
        }
        const filter = { operator, technology }
        const near = await declaredInRanges(db, run, rule, filter, ALL)
        expect(new Map(near.map((row) => [row.h3, row.meets]))).toEqual(expected)
        const far = await declaredParents(db, run, rule, filter, { resolution: 6, ranges: ALL })
        for (const parent of far) {
          const beneath = [...expected].filter(([h3]) => parentOf(h3, 6) === parent.h3)
          expect([parent.declared, parent.meets]).toEqual([
            beneath.length,
            beneath.filter(([, is]) => is).length,
          ])
        }
        expect(far.reduce((sum, { declared }) => sum + declared, 0)).toBe(expected.size)
      }
    const networks = new Set(standing.map((c) => `${c.operator} ${c.technology}`))
    expect((await declaredNetworks(db, run)).map((n) => `${n.operator} ${n.technology}`).sort()).toEqual(
      [...networks].sort(),
    )
  })
})

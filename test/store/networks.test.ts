/** Where a network is said to be, against the evidence read cell by cell. */
import { buildDemo } from '#demo'
import { SHIPPED_RULES } from '#domain'
import { cellFromSql, parentOf } from '#geo'
import { type Reach, classify, evidenceOfCells, networksOfRun, reachInRanges, reachOfParents } from '#store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const ALL = [{ low: '0', high: '9223372036854775807' }]

/** By the worth of what is known. */
function reachOf(states: readonly string[]): Reach {
  if (states.includes('present')) return 'present'
  if (states.includes('declared')) return 'declared'
  return states.some((state) => state === 'refuted' || state === 'absent') ? 'missing' : 'undecided'
}

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await buildDemo(database.source, new Date('2026-11-01'), () => {})
  })
  afterAll(() => database?.drop())

  test('near and from afar, any filter says what the evidence says', async () => {
    const db = database.source.manager
    const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
    const run = await classify(database.source, { rule, author: 'test' })
    const cells: { cell: string }[] = await db.query('SELECT DISTINCT cell::text FROM evidence')
    const evidence = await evidenceOfCells(
      db,
      run,
      cells.map(({ cell }) => cell),
    )
    const networks = await networksOfRun(db, run)
    expect(networks.length).toBeGreaterThan(3)
    for (const filter of [
      ...networks,
      { operator: 'iam', technology: null },
      { operator: null, technology: '4g' },
    ]) {
      const expected = new Map<string, Reach>()
      for (const [cell, known] of evidence) {
        const matching = known.filter(
          ({ operator, technology }) =>
            (filter.operator ?? operator) === operator && (filter.technology ?? technology) === technology,
        )
        if (matching.length > 0) expected.set(cellFromSql(cell), reachOf(matching.map(({ state }) => state)))
      }
      const near = await reachInRanges(db, run, filter, ALL)
      expect(new Map(near.map(({ h3, reach }) => [h3, reach]))).toEqual(expected)
      const far = await reachOfParents(db, run, filter, { resolution: 5, ranges: ALL })
      for (const { h3, ...counts } of far)
        for (const reach of ['present', 'declared', 'missing', 'undecided'] as const)
          expect(counts[reach]).toBe(
            [...expected].filter(([cell, of]) => of === reach && parentOf(cell, 5) === h3).length,
          )
    }
  })
})

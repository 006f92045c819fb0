/** The revision of the lists grows with every change that may show in one. */
import { collectionRevision, recordChange } from '#store/people'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

describe.each(ENGINES)('on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())

  test('each correction of a list has a higher revision, and an import of probes has none', async () => {
    const db = database.source.manager
    const revisions = [Number(await collectionRevision(db))]
    // More than ten, because ids are compared as numbers and not as texts.
    for (let i = 0; i < 12; i++) {
      await recordChange(db, 'test', 'save site', `S${i}`)
      revisions.push(Number(await collectionRevision(db)))
    }
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b))
    await recordChange(db, 'test', 'import probes', '100 probes')
    expect(Number(await collectionRevision(db))).toBe(revisions.at(-1))
  })
})

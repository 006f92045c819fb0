/** Sites that a list writes again. */
import { findSite, upsertSites } from '#store/sites'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const SITE = {
  code: 'S1',
  name: 'École Al Amal',
  nameAr: 'مدرسة الأمل',
  type: 'school' as const,
  communeCode: '01.051.01.01',
  lat: 35.1,
  lng: -4.1,
  operator: 'iam',
  technology: '4g' as const,
  contractedDownBps: 20_000_000,
  contractedUpBps: 5_000_000,
}

describe.each(ENGINES)('sites on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(async () => {
    await database.drop()
  })

  test('a list without the columns of the contract leaves it as it is; an empty cell empties it', async () => {
    const db = database.source.manager
    const by = { author: 'test', simulated: false }
    await upsertSites(db, [SITE], by)
    const empty = {
      ...SITE,
      name: 'École Al Amal 2',
      operator: null,
      contractedDownBps: null,
      contractedUpBps: null,
    }
    await upsertSites(db, [empty], { ...by, kept: ['contractedDownBps', 'contractedUpBps'] })
    expect(await findSite(db, 'S1')).toMatchObject({
      name: 'École Al Amal 2',
      operator: null,
      contractedDownBps: 20_000_000,
      contractedUpBps: 5_000_000,
    })
    await upsertSites(db, [empty], by)
    expect(await findSite(db, 'S1')).toMatchObject({ contractedDownBps: null, contractedUpBps: null })
  })
})

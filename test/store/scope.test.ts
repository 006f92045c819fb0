/** Scopes: the SQL condition equals the pure function, and a position lies where its smallest area is. */
import { type Scope, isInScope } from '#domain/account'
import { cellsOutside, indexesOutside, isCodeInScope } from '#store/areas'
import { cellAt, centreOf } from '#geo'
import { addAccount, bindToAreas, findAccount, firstCredential } from '#store/people'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queryRows } from '../../libs/store/database/query.js'
import { raw, sql } from '../../libs/store/database/sql.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const CODES = ['01', '01.051', '01.051.01.01', '01.0511', '011', '03', '03.231', '03.231.01.01', '1', null]
const SCOPES: Scope[] = [null, ['01'], ['01.051'], ['01.051.01.01'], ['01.051', '03'], ['09.999']]

describe.each(ENGINES)('on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(async () => {
    await database?.drop()
  })

  test('the condition of statements is the pure one', async () => {
    for (const scope of SCOPES) {
      const inside = scope === null ? sql`true` : isCodeInScope(raw('u.code'), scope)
      const rows = await queryRows<{ inside: boolean }>(
        database.source.manager,
        sql`SELECT ${inside} AS inside FROM json_to_recordset(${JSON.stringify(CODES.map((code) => ({ code })))}::json) AS u(code text)`,
      )
      expect([scope, rows.map(({ inside: is }) => is)]).toEqual([
        scope,
        CODES.map((code) => isInScope(code, scope)),
      ])
    }
  })

  test('who is bound stays bound where an area is no longer there', async () => {
    const account = { name: 'council', role: 'planner', operator: null, areas: ['01.051'] } as const
    await addAccount(database.source, account, await firstCredential('password'), 'test')
    for (const areas of [['99.999'], ['01.051', '99.999']]) {
      const bind = database.source.transaction((tx) => bindToAreas(tx, 'account', 'council', areas))
      await expect(bind).rejects.toThrow('is no longer there')
    }
    expect(await findAccount(database.source.manager, 'council')).toMatchObject({ areas: ['01.051'] })
    await database.source.transaction((tx) => bindToAreas(tx, 'account', 'council', ['01', '03', '01']))
    expect(await findAccount(database.source.manager, 'council')).toMatchObject({ areas: ['01', '03'] })
  })

  test('a position is inside where an area of the scope covers it', async () => {
    const db = database.source.manager
    // A grid over the north of the country and the sea before it.
    const points = Array.from({ length: 300 }, (_, i) => ({
      lng: -6.5 + (i % 20) * 0.25,
      lat: 33.5 + Math.floor(i / 20) * 0.18,
    }))
    const holding: { code: string }[][] = await Promise.all(
      points.map(({ lng, lat }) =>
        db.query(
          `SELECT code FROM current_area WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint($1, $2), 4326))`,
          [lng, lat],
        ),
      ),
    )
    for (const scope of [['01'], ['01.051'], ['01.051', '03']]) {
      const outside = await indexesOutside(db, scope, points)
      const expected = points.map((_, i) => !holding[i]!.some(({ code }) => isInScope(code, scope)))
      expect(expected.filter(Boolean).length).toBeGreaterThan(10)
      expect(expected.filter((is) => !is).length).toBeGreaterThan(2)
      expect(points.map((_, i) => outside.has(i))).toEqual(expected)
    }
    expect(await indexesOutside(db, null, points)).toEqual(new Set())
    const cells = [...new Set(points.map(({ lat, lng }) => cellAt(lat, lng)))]
    const ofCentres = await indexesOutside(
      db,
      ['01'],
      cells.map((cell) => ({ lng: centreOf(cell)[0], lat: centreOf(cell)[1] })),
    )
    expect(await cellsOutside(db, ['01'], cells)).toEqual(new Set(cells.filter((_, i) => ofCentres.has(i))))
  })

  test('an area that somebody is bound to cannot be deleted', async () => {
    const { source } = database
    await source.query(
      `INSERT INTO account (name, password_hash, role, must_change_password, created_by) VALUES ('leila', '', 'planner', false, 'test')`,
    )
    await source.query(
      `INSERT INTO account_area SELECT 'leila', code, vintage FROM current_area WHERE code = '01.051'`,
    )
    await expect(source.query(`DELETE FROM area WHERE code = '01.051'`)).rejects.toThrow(/foreign key/)
  })
})

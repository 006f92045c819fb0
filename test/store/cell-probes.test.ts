/** The probes behind a verdict: in pages that hold each once, and no more than may be told. */
import { cellToSql } from '#geo'
import { siteState, localityState } from '#store/areas'
import { type ProbeGrain, flagImplausible, hasWithheldProbes, probesOfCell } from '#store/probes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory, observedProbes, publicProbes } from '../support/observatory.js'

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  let run: Awaited<ReturnType<typeof fillObservatory>>
  const now = new Date()
  const probes = observedProbes(now)
  beforeAll(async () => {
    database = await freshDatabase(engine)
    run = await fillObservatory(database, now)
  })
  afterAll(() => database?.drop())

  async function pages(h3: string, grain: ProbeGrain) {
    const all: Awaited<ReturnType<typeof probesOfCell>> = []
    let before = { at: '9999-01-01T00:00:00.000Z', id: 'g' }
    for (;;) {
      const page = await probesOfCell(database.source.manager, run, cellToSql(h3), {
        grain,
        before,
        limit: 7,
      })
      all.push(...page)
      if (page.length < 7) return all
      before = { at: page.at(-1)!.measuredAt.toISOString(), id: page.at(-1)!.id }
    }
  }

  test('each probe once, the newest first, with its site and device or without', async () => {
    for (const h3 of OBSERVED_CELLS) {
      const known = probes.filter((probe) => probe.h3 === h3)
      const all = await pages(h3, 'moment')
      expect(all.map(({ id }) => id).sort()).toEqual(known.map(({ id }) => id).sort())
      const times = all.map(({ measuredAt }) => +measuredAt)
      expect(times).toEqual(times.toSorted((a, b) => b - a))
      expect(all.filter(({ counted }) => counted)).toHaveLength(known.filter(({ counted }) => counted).length)
      const hourly = await pages(h3, 'hour')
      const open = publicProbes(now).filter((probe) => probe.h3 === h3)
      expect(hourly).toHaveLength(open.length)
      expect(new Set(hourly.map(({ id }) => id)).size).toBe(open.length)
      const ids = new Set(known.map(({ id }) => id))
      for (const probe of hourly) {
        expect(+probe.measuredAt % 3_600_000).toBe(0)
        expect([probe.siteCode, probe.deviceId, ids.has(probe.id)]).toEqual([null, null, false])
      }
      expect(await hasWithheldProbes(database.source.manager, run, cellToSql(h3))).toBe(
        open.length < known.length,
      )
    }
  })

  test('the mobile cell is for planners, the latency under load for everybody', async () => {
    const { id, h3 } = publicProbes(now)[0]!
    await database.source.query('UPDATE probe SET cell_id = $2, loaded_latency_ms = $3 WHERE id = $1', [
      id,
      '604-01-3001-123456',
      187.5,
    ])
    const all = (await pages(h3, 'moment')).filter(({ cellId }) => cellId !== null)
    expect(all.map((probe) => [probe.id, probe.cellId, probe.loadedLatencyMs])).toEqual([
      [id, '604-01-3001-123456', 187.5],
    ])
    const hourly = await pages(h3, 'hour')
    expect(hourly.map(({ cellId }) => cellId).filter((cellId) => cellId !== null)).toEqual([])
    expect(hourly.some(({ loadedLatencyMs }) => loadedLatencyMs === 187.5)).toBe(true)
  })

  test('a flag that came after the run is of runs to come', async () => {
    const probe = probes.find(({ counted }) => counted)!
    const of = async () => (await pages(probe.h3, 'moment')).find(({ id }) => id === probe.id)!
    const before = await of()
    expect(before.counted).toBe(true)
    await flagImplausible(database.source, probe.id, 'test', 'cannot be')
    expect(await of()).toEqual(before)
  })

  test('a locality and a site stand as their cell does', async () => {
    const db = database.source.manager
    for (const n of [0, 1, 2, 3]) {
      const h3 = OBSERVED_CELLS[n]!
      const [verdict]: { class: string }[] = await db.query('SELECT class FROM verdict WHERE cell = $1', [
        cellToSql(h3),
      ])
      const locality = await localityState(db, run, `L${n}`)
      expect(locality).toMatchObject({ id: `L${n}`, h3, class: verdict!.class })
      expect(await siteState(db, run, { code: `S-${n}`, h3 })).toEqual({
        class: verdict!.class,
        probes: 0,
        lastMeasuredOn: null,
      })
    }
    const probe = probes[0]!
    await db.query(`UPDATE probe SET site_code = 'S-9' WHERE id = $1`, [probe.id])
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Africa/Casablanca' })
    expect(await siteState(db, run, { code: 'S-9', h3: probe.h3 })).toMatchObject({
      probes: 1,
      lastMeasuredOn: day.format(new Date(probe.measuredAt)),
    })
    expect(await siteState(db, run, { code: 'S-9', h3: '88398d2b41fffff' })).toMatchObject({
      class: null,
      probes: 0,
    })
    expect(await localityState(db, run, 'nobody')).toBeUndefined()
  })
})

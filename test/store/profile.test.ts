/** A cell by hour and by weekday in Morocco, against a sort of its probes. */
import { buildDemo } from '#demo'
import { SHIPPED_RULES } from '#domain/rule'
import { classify } from '#store/runs'
import { profileOf } from '#store/verdicts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

/** As Intl knows Morocco's clock, whatever the database thinks of it. */
const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Africa/Casablanca',
  hour: '2-digit',
  weekday: 'short',
  hourCycle: 'h23',
})
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function placeOf(by: 'hour' | 'weekday', moment: Date): number {
  const part = (type: string) => clock.formatToParts(moment).find((p) => p.type === type)!.value
  return by === 'hour' ? Number(part('hour')) : 1 + DAYS.indexOf(part('weekday'))
}

/** Between the two nearest, by rank. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return low + (high - low) * (at - Math.floor(at))
}

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await buildDemo(database.source, new Date('2026-11-01'), () => {})
  })
  afterAll(() => database?.drop())

  test.each(['hour', 'weekday'] as const)('by %s', async (by) => {
    const db = database.source.manager
    const run = await classify(database.source, {
      rule: SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!,
      author: 'test',
    })
    const cells: { cell: string }[] = await db.query(
      'SELECT cell::text FROM probe GROUP BY cell ORDER BY count(*) DESC, cell LIMIT 3',
    )
    for (const { cell } of cells) {
      // One that a person set aside, and one that never counted.
      await db.query(
        `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment, created_at)
         SELECT cell, id, 'doubted', false, 'test', 'test', '2020-01-01' FROM probe WHERE cell = $1 ORDER BY id LIMIT 1
         ON CONFLICT DO NOTHING`,
        [cell],
      )
      const probes: { at: Date; outcome: string; bps: number | null; isOfLine: boolean }[] = await db.query(
        `SELECT measured_at AS at, outcome, download_bps::float8 AS bps,
           site_code IN (SELECT code FROM site) AND NOT 'far_from_site' = ANY (flags) AS "isOfLine"
         FROM probe WHERE cell = $1 AND counted
         AND id NOT IN (SELECT probe_id FROM probe_flag WHERE cell = $1) AND measured_at >= $2 AND measured_at < $3`,
        [cell, run.from, run.to],
      )
      const places = [...new Set(probes.map(({ at }) => placeOf(by, at)))].sort((a, b) => a - b)
      const rows = await profileOf(db, run, cell, by)
      expect(rows.map(({ at }) => at)).toEqual(places)
      for (const row of rows) {
        const here = probes.filter(({ at }) => placeOf(by, at) === row.at)
        const succeeded = here.filter(({ outcome, bps }) => outcome === 'ok' && bps !== null)
        const speeds = succeeded.map(({ bps }) => bps!).sort((a, b) => a - b)
        expect(row.probes).toBe(here.length)
        expect(row.noService).toBe(here.filter(({ outcome }) => outcome === 'no_service').length)
        const isPublic = speeds.length > 0 && succeeded.every(({ isOfLine }) => isOfLine)
        if (speeds.length < 3 && !isPublic) expect(row.downloadBps).toBeNull()
        else
          [0.1, 0.5, 0.9].forEach((share, i) =>
            expect(row.downloadBps![i]).toBeCloseTo(quantile(speeds, share), 3),
          )
      }
    }
  })
})

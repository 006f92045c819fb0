/** Series of cells, sites and areas, against buckets made by hand from every probe and Intl's idea of Morocco's clock. */
import { type OUTCOMES, columnsOf } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import {
  MEASURES,
  MIN_DEVICES_SHOWN,
  type Measure,
  RELATIVE_ERROR,
  TIME_STEPS,
  type SeriesBucket,
  type TimeStep,
  suppressSmallBuckets,
} from '#domain/series'
import { cellAt, cellToSql, centreOf } from '#geo'
import { type ProbeRow, ensureProbeMonths, flagImplausible } from '#store/probes'
import { classify } from '#store/runs'
import {
  type SeriesQuery,
  areaSeriesKnownBefore,
  downloadsOfAreas,
  hourlySeriesOfArea,
  seriesOfArea,
  seriesOfCell,
  seriesOfSite,
  bucketSpanOf,
  updateAreaSeries,
} from '#store/series'
import fc from 'fast-check'
import { gridDisk } from 'h3-js'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { newUuid } from '../support/observatory.js'
import { insertAsGiven } from './oracle.js'

const HOUR = 3_600_000
const CELLS = [...gridDisk(cellAt(34.01, -6.83), 1), ...gridDisk(cellAt(35.2447, -3.9317), 1)]
const SITE = { cell: cellToSql(CELLS[0]!), code: 'S-1' }
/** The clock goes back on 15 February 2026 and forward on 22 March: the hour before the one comes twice. */
const BEGIN = Date.parse('2026-02-10T00:00:00Z')
const HOURS = 45 * 24

const measured = fc.record({
  cell: fc.nat(CELLS.length - 1),
  // Crowded around the night in which an hour comes twice.
  at: fc.oneof(fc.nat(HOURS * HOUR), fc.integer({ min: 5 * 24 * HOUR, max: 5 * 24 * HOUR + 4 * HOUR })),
  device: fc.option(fc.nat(9), { freq: 6 }),
  operator: fc.option(fc.constantFrom('iam', 'inwi')),
  technology: fc.option(fc.constantFrom('4g' as const, 'fibre' as const)),
  outcome: fc.constantFrom<(typeof OUTCOMES)[number]>('ok', 'ok', 'ok', 'ok', 'no_service', 'failed'),
  download: fc.option(fc.oneof(fc.integer({ min: 0, max: 200e6 }), fc.constantFrom(0, 1, 100e9))),
  upload: fc.option(fc.integer({ min: 0, max: 50e6 })),
  latency: fc.option(fc.double({ min: 0, max: 2_000, noNaN: true })),
  loaded: fc.option(fc.double({ min: 0, max: 2_000, noNaN: true })),
  jitter: fc.option(fc.double({ min: 0, max: 0.1, noNaN: true })),
  loss: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  counted: fc.constantFrom(true, true, true, false),
  site: fc.boolean(),
})

function probesOf(count: number, seed: number): ProbeRow[] {
  return fc.sample(measured, { numRuns: count, seed }).map((one): ProbeRow => {
    const [lng, lat] = centreOf(CELLS[one.cell]!)
    return {
      ...columnsOf({
        id: randomUUID(),
        measuredAt: new Date(BEGIN + one.at).toISOString(),
        technology: one.technology,
        operator: one.operator,
        outcome: one.outcome,
        downloadBps: one.download,
        uploadBps: one.upload,
        latencyMs: one.latency,
        loadedLatencyMs: one.loaded,
        jitterMs: one.jitter,
        lossRatio: one.loss,
      }),
      cell: cellToSql(CELLS[one.cell]!),
      device_id: one.device === null ? null : newUuid(one.device),
      site_code: one.site ? SITE.code : null,
      lat,
      lng,
      raw: null,
      flags: [],
      counted: one.counted,
      device_measured_at: null,
    }
  })
}

const clock = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Africa/Casablanca',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  hourCycle: 'h23',
})
const local = (at: number) => {
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return { day: `${part['year']}-${part['month']}-${part['day']}`, hour: Number(part['hour']) }
}
/** Morocco is UTC or an hour before it. */
const midnightOf = (day: string): number =>
  [0, -HOUR]
    .map((offset) => Date.parse(day) + offset)
    .find((at) => local(at).day === day && local(at).hour === 0)!

function firstDayOf(step: TimeStep, day: string): string {
  if (step === 'day') return day
  if (step === 'month') return `${day.slice(0, 7)}-01`
  const back = (new Date(day).getUTCDay() + 6) % 7
  return new Date(Date.parse(day) - back * 24 * HOUR).toISOString().slice(0, 10)
}

const bucketBegin = (step: TimeStep, at: number): number =>
  step === 'hour' ? Math.floor(at / HOUR) * HOUR : midnightOf(firstDayOf(step, local(at).day))

const FIELD: Record<Measure, (row: ProbeRow) => number | null> = {
  downloadBps: (row) => row.download_bps,
  uploadBps: (row) => row.upload_bps,
  latencyMs: (row) => row.latency_ms,
  loadedLatencyMs: (row) => row.loaded_latency_ms,
  jitterMs: (row) => row.jitter_ms,
  lossRatio: (row) => row.loss_ratio,
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return low + (high - low) * (at - Math.floor(at))
}

/** `alsoMet`: probes that were in the sums when they were set aside, so that their devices stay counted. */
function byHand(
  probes: readonly ProbeRow[],
  query: SeriesQuery,
  alsoMet: ReadonlySet<ProbeRow> = new Set(),
): SeriesBucket[] {
  const buckets = new Map<number, ProbeRow[]>()
  for (const probe of probes) {
    const at = Date.parse(probe.measured_at)
    if ((!probe.counted && !alsoMet.has(probe)) || at < query.from.getTime() || at >= query.to.getTime())
      continue
    if (query.operator !== null && probe.operator !== query.operator) continue
    if (query.technology !== null && probe.technology !== query.technology) continue
    const begin = bucketBegin(query.step, at)
    buckets.set(begin, [...(buckets.get(begin) ?? []), probe])
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([begin, met]) => ({ begin, met, some: met.filter(({ counted }) => counted) }))
    .filter(({ some }) => some.length > 0)
    .map(({ begin, met, some }) => ({
      start: new Date(begin),
      samples: some.length,
      noService: some.filter(({ outcome }) => outcome === 'no_service').length,
      devices: new Set(met.map((p) => p.device_id).filter((id) => id !== null)).size,
      ...Object.fromEntries(query.measures.map((measure) => [measure, spreadByHand(some, measure)])),
    }))
}

function spreadByHand(probes: readonly ProbeRow[], measure: Measure) {
  const values = probes
    .filter(({ outcome }) => outcome === 'ok')
    .map(FIELD[measure])
    .filter((value) => value !== null)
    .sort((a, b) => a - b)
  if (values.length === 0) return null
  const [p10, median, p90] = [0.1, 0.5, 0.9].map((share) => quantile(values, share))
  return { samples: values.length, p10: p10!, median: median!, p90: p90! }
}

/** Counts are the same; figures differ by no more than `error` of the exact one, or by what is too small to be told. */
function expectNear(
  found: readonly SeriesBucket[],
  exact: readonly SeriesBucket[],
  measures: readonly Measure[],
  error: number,
) {
  const counts = (buckets: readonly SeriesBucket[]) =>
    buckets.map(({ start, samples, noService, devices }) => ({ start, samples, noService, devices }))
  expect(counts(found)).toEqual(counts(exact))
  found.forEach((bucket, i) => {
    for (const measure of measures) {
      const [one, other] = [bucket[measure], exact[i]![measure]]
      expect(one?.samples).toBe(other?.samples)
      for (const figure of ['p10', 'median', 'p90'] as const)
        if (one && other) {
          const most = other[figure] * (error + 1e-9) + (error > 0 ? 0.01 : 1e-9)
          expect(Math.abs(one[figure] - other[figure])).toBeLessThanOrEqual(most)
        }
    }
  })
}

const asked = fc.record({
  measures: fc.uniqueArray(fc.constantFrom(...MEASURES), { minLength: 1 }),
  step: fc.constantFrom(...TIME_STEPS),
  hours: fc.tuple(fc.nat(HOURS), fc.nat(HOURS)).filter(([a, b]) => a !== b),
  operator: fc.option(fc.constantFrom('iam', 'inwi', 'nobody'), { freq: 2 }),
  technology: fc.option(fc.constantFrom('4g' as const, 'fibre' as const), { freq: 2 }),
})

describe.each(ENGINES)('%s', (engine) => {
  let database: TestDatabase
  const probes: ProbeRow[] = []
  const alsoMet = new Set<ProbeRow>()
  const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
  let areas: Map<string, string[]>

  const take = async (rows: readonly ProbeRow[]) => {
    await insertAsGiven(database.source, rows)
    probes.push(...rows.map((row) => ({ ...row })))
  }
  const setAside = async (probe: ProbeRow) => {
    await flagImplausible(database.source, probe.id, 'test', 'impossible')
    probe.counted = false
  }
  const update = async () => {
    await classify(database.source, { rule, author: 'test' })
    return updateAreaSeries(database.source)
  }

  beforeAll(async () => {
    database = await freshDatabase(engine)
    await ensureProbeMonths(database.source.manager, ['2026-02-01', '2026-03-01'])
    await take(probesOf(500, 1))
    // Before the first sum, between two, and after its own: never summed, or taken out again.
    for (const probe of probes.slice(0, 20)) await setAside(probe)
    expect(await update()).toBe(true)
    expect(await updateAreaSeries(database.source)).toBe(false)
    await take(probesOf(400, 2))
    for (const probe of probes.slice(480, 520)) {
      if (probe.counted && probes.indexOf(probe) < 500) alsoMet.add(probe)
      await setAside(probe)
    }
    await update()
    // Set aside once more, by another: taken out once.
    await database.source.query(
      `INSERT INTO probe_flag (cell, probe_id, flag, counted, author, comment)
       SELECT cell, probe_id, 'far_off', false, 'test', 'test' FROM probe_flag`,
    )
    await update()
    const places: { cell: string; codes: string[] }[] = await database.source.query(
      `SELECT cell::text, array_remove(ARRAY[region_code, province_code, commune_code], NULL) AS codes FROM cell_place`,
    )
    areas = new Map(places.map(({ cell, codes }) => [cell, codes]))
  })
  afterAll(() => database?.drop())

  const queryOf = async ({ hours, ...query }: typeof asked extends fc.Arbitrary<infer T> ? T : never) => {
    const [from, to] = hours.toSorted((a, b) => a - b).map((h) => new Date(BEGIN + h * HOUR).toISOString())
    const span = await bucketSpanOf(database.source.manager, query.step, from!, to!)
    expect(span.from.getTime()).toBe(bucketBegin(query.step, Date.parse(from!)))
    expect(bucketBegin(query.step, span.to.getTime())).toBe(span.to.getTime())
    expect(span.to.getTime()).toBeGreaterThanOrEqual(Date.parse(to!))
    expect(bucketBegin(query.step, span.to.getTime() - 1)).toBeLessThanOrEqual(Date.parse(to!) - 1)
    return { ...query, ...span }
  }

  test('a cell and a site are told exactly, in whole buckets of civil time', async () => {
    const db = database.source.manager
    await fc.assert(
      fc.asyncProperty(asked, fc.nat(CELLS.length - 1), async (ask, n) => {
        const query = await queryOf(ask)
        const cell = cellToSql(CELLS[n]!)
        const here = probes.filter((p) => p.cell === cell)
        expectNear(await seriesOfCell(db, cell, query), byHand(here, query), query.measures, 0)
        const own = probes.filter((p) => p.cell === SITE.cell && p.site_code === SITE.code)
        expectNear(await seriesOfSite(db, SITE, query), byHand(own, query), query.measures, 0)
      }),
      { numRuns: 20, seed: 20261126 },
    )
  })

  test('the hour that comes twice is two buckets, and the day around it has 25 hours', async () => {
    const query = {
      measures: ['downloadBps' as const],
      step: 'hour' as const,
      from: new Date('2026-02-14T23:00:00Z'),
      to: new Date('2026-02-16T00:00:00Z'),
      operator: null,
      technology: null,
    }
    const starts = new Set<string>()
    for (const h3 of CELLS)
      for (const { start } of await seriesOfCell(database.source.manager, cellToSql(h3), query))
        starts.add(start.toISOString())
    expect(starts).toContain('2026-02-15T01:00:00.000Z')
    expect(starts).toContain('2026-02-15T02:00:00.000Z')
    expect([
      local(Date.parse('2026-02-15T01:30Z')).hour,
      local(Date.parse('2026-02-15T02:30Z')).hour,
    ]).toEqual([2, 2])
    const day = await bucketSpanOf(database.source.manager, 'day', '2026-02-15', '2026-02-15T12:00:00Z')
    expect(day.to.getTime() - day.from.getTime()).toBe(25 * HOUR)
  })

  test('an area is told within the stated error, whatever came late or was set aside', async () => {
    const db = database.source.manager
    const codes = [...new Set([...areas.values()].flat())].sort()
    expect(codes.length).toBeGreaterThan(3)
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...codes), async (ask, code) => {
        const query = await queryOf(ask)
        const inside = probes.filter((p) => areas.get(p.cell)?.includes(code))
        const level = code.length === 2 ? 'region' : code.length === 6 ? 'province' : 'commune'
        const found =
          query.step === 'hour'
            ? await hourlySeriesOfArea(db, { code, level }, query)
            : await seriesOfArea(db, code, query)
        const isRaw = query.step === 'hour'
        const exact = byHand(inside, query, isRaw ? undefined : alsoMet)
        expectNear(found, exact, query.measures, isRaw ? 0 : RELATIVE_ERROR)
      }),
      { numRuns: 40, seed: 20261126 },
    )
  })

  test('the downloads of a level are those of the days that the window touches', async () => {
    const db = database.source.manager
    await fc.assert(
      fc.asyncProperty(asked, async ({ hours, ...ask }) => {
        const [from, to] = hours.toSorted((a, b) => a - b).map((h) => new Date(BEGIN + h * HOUR + 1))
        const days = await queryOf({ ...ask, step: 'day', hours })
        const all = {
          ...ask,
          step: 'month' as const,
          measures: ['downloadBps' as const],
          operator: null,
          technology: null,
        }
        const last = midnightOf(local(to!.getTime() - 1).day)
        const window = { ...all, from: days.from, to: new Date(bucketBegin('day', last + 30 * HOUR)) }
        for (const level of ['region', 'province'] as const) {
          const found = await downloadsOfAreas(db, { from: from!, to: to! }, level, null)
          for (const code of new Set([...areas.values()].flat())) {
            if (code.length !== (level === 'region' ? 2 : 6)) continue
            const inside = probes.filter((p) => areas.get(p.cell)?.includes(code))
            const one = byHand(inside, { ...window, step: 'month' })
            expect(found.get(code)?.samples ?? 0).toBe(one.reduce((sum, { samples }) => sum + samples, 0))
            const spread = spreadByHand(
              inside.filter(
                (p) =>
                  p.counted &&
                  Date.parse(p.measured_at) >= window.from.getTime() &&
                  Date.parse(p.measured_at) < window.to.getTime(),
              ),
              'downloadBps',
            )
            expect(found.get(code)?.downloadBps?.samples).toBe(spread?.samples)
            if (spread)
              expect(Math.abs(found.get(code)!.downloadBps!.median - spread.median)).toBeLessThanOrEqual(
                spread.median * (RELATIVE_ERROR + 1e-9) + 1,
              )
          }
        }
      }),
      { numRuns: 10, seed: 20261126 },
    )
  })

  test('new boundaries begin the sums anew', async () => {
    const db = database.source.manager
    const cell = cellToSql(CELLS[0]!)
    await db.query(
      `UPDATE cell_place SET region_code = '11', province_code = '11.321', moved_at = clock_timestamp() WHERE cell = $1`,
      [cell],
    )
    const before = await areaSeriesKnownBefore(db)
    const standing = await db.query(
      'SELECT * FROM area_series ORDER BY code, step, day, operator, technology',
    )
    const months: string[] = []
    const abort = new AbortController()
    const stopped = updateAreaSeries(database.source, {
      signal: abort.signal,
      progress: (month) => abort.abort(new Error(`stopped after ${month}`)),
    })
    await expect(stopped).rejects.toThrow('stopped after 2026-02')
    expect(
      await db.query('SELECT * FROM area_series ORDER BY code, step, day, operator, technology'),
    ).toEqual(standing)
    await updateAreaSeries(database.source, { progress: (month) => months.push(month) })
    expect(months).toEqual(['2026-02', '2026-03'])
    expect(await areaSeriesKnownBefore(db)).toEqual(before)
    expect(await updateAreaSeries(database.source)).toBe(false)
    const query = {
      measures: ['downloadBps' as const],
      step: 'month' as const,
      from: new Date('2026-01-31T23:00:00Z'),
      to: new Date('2026-03-31T23:00:00Z'),
      operator: null,
      technology: null,
    }
    expectNear(
      await seriesOfArea(db, '11', query),
      byHand(
        probes.filter((p) => p.cell === cell),
        query,
      ),
      query.measures,
      RELATIVE_ERROR,
    )
  })
})

test('what is told to everybody rests on three devices at least', () => {
  const bucket = fc.record({
    start: fc.date({ noInvalidDate: true }),
    samples: fc.nat(9),
    noService: fc.nat(9),
    devices: fc.nat(6),
  })
  fc.assert(
    fc.property(fc.array(bucket), (buckets) => {
      const { shown, hidden } = suppressSmallBuckets(buckets)
      expect(shown.every(({ devices }) => devices >= MIN_DEVICES_SHOWN)).toBe(true)
      expect(shown.length + hidden).toBe(buckets.length)
    }),
  )
})

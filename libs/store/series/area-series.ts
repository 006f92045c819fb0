/**
 * Time series of areas. A region has a hundred thousand cells, so a request reads no probes: each probe is added to the sums
 * of its three areas once, after the run that knew it first, and subtracted again when it is flagged. Distributions are
 * histograms, whose bins can be added (histogram.ts of the domain).
 */
import { type AreaLevel } from '#domain/place'
import {
  BINS_PER_MEASURE,
  BIN_GROWTH,
  type Histogram,
  MAX_SKETCH_HASHES,
  MIN_RESOLVED_VALUE,
  MEASURES,
  type Measure,
  type SeriesBucket,
  type Spread,
  distinctCountOf,
  measureOfBin,
  spreadOf,
} from '#domain/series'
import type { DataSource } from 'typeorm'
import { placeCellsOf } from '../areas/cell-places.js'
import { isCodePrefix } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { TIME_ZONE_SQL, localDay } from '../database/local-time.js'
import { tryLock, tryShareLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { type Sql, allOf, param, raw, sql } from '../database/sql.js'
import { isCounted } from '../probes/counted.js'
import type { RunWindow } from '../runs/run.js'
import { COLUMNS_OF_MEASURES, type SeriesQuery } from './series.js'

export interface SeriesUpdateOptions {
  /** Aborts a first fill between two months; then none of it is written, and the sums are as they were. */
  signal?: AbortSignal
  /** Called with each month (YYYY-MM) of a first fill that is done. */
  progress?: (month: string) => void
  /** Called where the update is left for the next time, since another process updates the sums or changes areas. */
  skipped?: (reason: string) => void
}

/**
 * Adds what the newest run knew and the sums do not; false where there is nothing new. Every probe received before a run's
 * known-before is committed, so no probe is missed or added twice. After new boundaries the sums are computed from the
 * beginning. One transaction, so that nobody reads half a sum; it locks nothing that ingest or a run waits for, and waits for
 * no lock itself.
 */
export async function updateAreaSeries(
  source: DataSource,
  { signal, progress, skipped }: SeriesUpdateOptions = {},
): Promise<boolean> {
  return source.transaction(async (tx) => {
    if (!(await tryLock(tx, 'area series')) || !(await tryShareLock(tx, 'places'))) {
      skipped?.('another process updates them, or changes areas')
      return false
    }
    const newest = await queryRow<{ before: Date | null }>(
      tx,
      sql`SELECT max(known_before) AS before FROM run`,
    )
    const before = newest!.before
    const since = await sumsKnownBefore(tx)
    if (before === null || (since !== null && since >= before)) return false
    if (since === null) await queryRows(tx, sql`DELETE FROM area_series`)
    const received = { since: since ?? BEGINNING_OF_TIME, before }
    await placeCellsOf(
      tx,
      sql`SELECT DISTINCT cell FROM probe WHERE received_at >= ${received.since} AND received_at < ${before}`,
    )
    for (const measured of since === null ? await monthsOfProbes(tx) : [ALL_TIME]) {
      signal?.throwIfAborted()
      await queryRows(tx, addToSeries(received, measured))
      if (since === null) progress?.(measured.from.slice(0, 'YYYY-MM'.length))
    }
    await queryRows(
      tx,
      sql`INSERT INTO series_update (known_before) VALUES (${before})
       ON CONFLICT (known_before) DO UPDATE SET created_at = clock_timestamp()`,
    )
    return true
  })
}

const BEGINNING_OF_TIME = '-infinity'
const ALL_TIME = { from: '-infinity', to: 'infinity' } as const

/** Up to when probes are in the sums; null where none are, or where new boundaries moved a cell since. */
async function sumsKnownBefore(tx: Queryable): Promise<Date | null> {
  const row = await queryRow<{ before: Date }>(
    tx,
    sql`SELECT known_before AS before FROM series_update AS u WHERE known_before = (SELECT max(known_before) FROM series_update)
       AND NOT EXISTS (SELECT 1 FROM cell_place WHERE moved_at >= u.created_at)`,
  )
  return row?.before ?? null
}

/** The months (UTC) in which probes were measured: what one statement holds in memory does not grow with the years. */
async function monthsOfProbes(tx: Queryable): Promise<{ from: string; to: string }[]> {
  return queryRows(
    tx,
    sql`SELECT month::text AS "from", (month + interval '1 month')::text AS "to" FROM generate_series(
       date_trunc('month', (SELECT min(measured_at) FROM probe), 'UTC'), (SELECT max(measured_at) FROM probe),
       interval '1 month') AS month`,
  )
}

/** The number of the first bin of each measure, its value, and the upper bound of that bin. */
const VALUES_OF_MEASURES = raw(
  MEASURES.map(
    (measure, i) =>
      `(${i * BINS_PER_MEASURE}, ${COLUMNS_OF_MEASURES[i]}::float8, ${MIN_RESOLVED_VALUE[measure]}::float8)`,
  ).join(', '),
)

/** A device's hash: the first 60 bits of its id's MD5, so that any ids, and not only random ones, are spread evenly. */
const DEVICE_HASH = raw(`('x0' || left(md5(device_id::text), 15))::bit(64)::bigint`)
const SERIES_KEY = raw('code, step, day, operator, technology')
const PLACE_DAY = raw('region_code, province_code, commune_code, local_day, operator, technology')
const AREA_STEP_COLUMNS = raw(
  `code, step, CASE step WHEN 'day' THEN local_day ELSE date_trunc('month', local_day)::date END AS day, operator, technology`,
)
const AREAS_AND_STEPS =
  raw(`CROSS JOIN LATERAL (VALUES (region_code), (province_code), (commune_code)) AS level(code)
      CROSS JOIN (VALUES ('day'), ('month')) AS steps(step) WHERE code IS NOT NULL`)
const SKETCH = raw(String(MAX_SKETCH_HASHES))
const MEASURE_COLUMNS = raw(COLUMNS_OF_MEASURES.join(', '))

/**
 * Adds the probes that were received since and before two moments, of a month (or all time) in which they were measured.
 * Probes are summed once, by the smallest area and the day; the areas around it and the months are sums of those sums. A
 * probe that is in the sums and was flagged since counts -1. The hash of a device cannot be subtracted: a device whose
 * every probe of a day was set aside later remains counted there.
 */
function addToSeries(
  received: { since: Date | string; before: Date },
  measured: { from: string; to: string },
): Sql {
  const [since, before] = [param(received.since, 'timestamptz'), param(received.before, 'timestamptz')]
  const inMonth = sql`p.measured_at >= ${measured.from}::timestamptz AND p.measured_at < ${measured.to}::timestamptz`
  return sql`
  WITH signed_probe AS (
    SELECT p.*, 1 AS sign FROM probe AS p
    WHERE p.received_at >= ${since} AND p.received_at < ${before} AND ${inMonth} AND ${isCounted('p', before)}
    UNION ALL
    SELECT p.*, -1 FROM probe AS p
    JOIN (SELECT DISTINCT cell, probe_id FROM probe_flag
      WHERE created_at >= ${since} AND created_at < ${before} AND NOT counted) AS late
      ON late.cell = p.cell AND late.probe_id = p.id
    WHERE p.received_at < ${since} AND ${inMonth} AND ${isCounted('p', since)}
  ), placed_probe AS (
    SELECT region_code, province_code, commune_code, ${localDay(raw('measured_at'))} AS local_day,
      coalesce(operator, '') AS operator, coalesce(technology, '') AS technology, sign, outcome,
      CASE WHEN sign > 0 AND device_id IS NOT NULL THEN ${DEVICE_HASH} END AS hash, ${MEASURE_COLUMNS}
    FROM signed_probe JOIN cell_place USING (cell) OFFSET 0
  ), place_count AS (
    SELECT ${PLACE_DAY}, sum(sign) AS samples, coalesce(sum(sign) FILTER (WHERE outcome = 'no_service'), 0) AS no_service,
      (array_agg(DISTINCT hash) FILTER (WHERE hash IS NOT NULL))[1:${SKETCH}] AS hashes
    FROM placed_probe GROUP BY ${PLACE_DAY}
  ), place_bin AS (
    SELECT ${PLACE_DAY}, first_bin + CASE WHEN value < bin_floor THEN 0
        ELSE 1 + floor(ln(value / bin_floor) / ln(${raw(String(BIN_GROWTH))}::float8))::integer END AS bin,
      sum(sign) AS n
    FROM placed_probe CROSS JOIN LATERAL (VALUES ${VALUES_OF_MEASURES}) AS v(first_bin, value, bin_floor)
    WHERE outcome = 'ok' AND value IS NOT NULL GROUP BY ${PLACE_DAY}, bin
  ), area_count AS (
    SELECT ${AREA_STEP_COLUMNS}, sum(samples)::integer AS samples, sum(no_service)::integer AS no_service
    FROM place_count ${AREAS_AND_STEPS} GROUP BY ${SERIES_KEY}
  ), area_devices AS (
    SELECT ${AREA_STEP_COLUMNS}, (array_agg(DISTINCT hash))[1:${SKETCH}] AS devices
    FROM (SELECT ${PLACE_DAY}, unnest(hashes) AS hash FROM place_count) AS h ${AREAS_AND_STEPS} GROUP BY ${SERIES_KEY}
  ), area_bin AS (
    SELECT ${AREA_STEP_COLUMNS}, bin, sum(n)::integer AS n FROM place_bin ${AREAS_AND_STEPS} GROUP BY ${SERIES_KEY}, bin
  ), area_histogram AS (
    SELECT ${SERIES_KEY}, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts
    FROM area_bin GROUP BY ${SERIES_KEY}
  )
  INSERT INTO area_series AS s (${SERIES_KEY}, samples, no_service, bins, counts, devices)
  SELECT ${SERIES_KEY}, samples, no_service, coalesce(bins, '{}'), coalesce(counts, '{}'), coalesce(devices, '{}')
  FROM area_count LEFT JOIN area_histogram USING (${SERIES_KEY}) LEFT JOIN area_devices USING (${SERIES_KEY})
  ON CONFLICT (${SERIES_KEY}) DO UPDATE SET samples = s.samples + excluded.samples, no_service = s.no_service + excluded.no_service,
    (bins, counts) = (SELECT coalesce(array_agg(bin ORDER BY bin), '{}'), coalesce(array_agg(n ORDER BY bin), '{}')
      FROM (SELECT bin, sum(n)::integer AS n FROM unnest(s.bins || excluded.bins, s.counts || excluded.counts) AS u(bin, n)
        GROUP BY bin HAVING sum(n) <> 0) AS summed),
    devices = ARRAY(SELECT DISTINCT hash FROM unnest(s.devices || excluded.devices) AS hash ORDER BY hash LIMIT ${SKETCH})`
}

/** Up to when received probes are in the areas' series; null before the first update. */
export async function areaSeriesKnownBefore(db: Queryable): Promise<Date | null> {
  const row = await queryRow<{ before: Date | null }>(
    db,
    sql`SELECT max(known_before) AS before FROM series_update`,
  )
  return row!.before
}

interface SeriesSums {
  samples: number
  noService: number
  devices: readonly number[]
  bins: readonly number[] | null
  counts: readonly number[] | null
}

/** The rows of a query (`part`: rows of area_series) summed by a key column of it; only the bins of some measures. */
const sumsByKey = (part: Sql, keyColumn: string, measures: readonly Measure[]): Sql => {
  const key = raw(keyColumn)
  const measureNumbers = measures.map((measure) => MEASURES.indexOf(measure))
  return sql`WITH part AS MATERIALIZED (${part}), area_count AS (
    SELECT ${key} AS key, sum(samples)::integer AS samples, sum(no_service)::integer AS no_service FROM part GROUP BY 1
  ), area_devices AS (
    SELECT key, (array_agg(hash ORDER BY hash))[1:${SKETCH}]::float8[] AS devices
    FROM (SELECT DISTINCT ${key} AS key, unnest(devices) AS hash FROM part) AS h GROUP BY key
  ), area_histogram AS (
    SELECT key, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts
    FROM (SELECT ${key} AS key, bin, sum(n)::integer AS n FROM part CROSS JOIN LATERAL unnest(bins, counts) AS u(bin, n)
      WHERE bin / ${raw(String(BINS_PER_MEASURE))} = ANY(${measureNumbers}::integer[]) GROUP BY 1, 2) AS b GROUP BY key
  )
  SELECT key, samples, no_service AS "noService", coalesce(devices, '{}') AS devices, bins, counts
  FROM area_count LEFT JOIN area_devices USING (key) LEFT JOIN area_histogram USING (key) WHERE samples > 0`
}

/**
 * The series of an area by days, weeks or months. Reads the area's own rows: one for each network and day, or month.
 */
export async function seriesOfArea(db: Queryable, code: string, query: SeriesQuery): Promise<SeriesBucket[]> {
  const { measures, step, operator, technology } = query
  const conditions = [
    sql`code = ${code} AND step = ${step === 'month' ? 'month' : 'day'}`,
    sql`day >= ${localDay(param(query.from, 'timestamptz'))} AND day < ${localDay(param(query.to, 'timestamptz'))}`,
    operator === null ? null : sql`operator = ${operator}`,
    technology === null ? null : sql`technology = ${technology}`,
  ]
  const part = sql`
    SELECT date_trunc(${step}::text, day::timestamp) AS bucket, samples, no_service, bins, counts, devices
    FROM area_series WHERE ${allOf(conditions)}`
  const rows = await queryRows<SeriesSums & { start: Date }>(
    db,
    sql`SELECT key AT TIME ZONE ${raw(TIME_ZONE_SQL)} AS start, samples, "noService", devices, bins, counts
     FROM (${sumsByKey(part, 'bucket', measures)}) AS sums ORDER BY key`,
  )
  return rows.map(({ start, ...sums }) => ({ start, ...figuresOf(sums, measures) }))
}

export interface AreaDownloads {
  samples: number
  noService: number
  devices: number
  downloadBps: Spread | null
}

/** The local days that a run's window touches, whole months of them by their sums of months. Rows `s` of area_series. */
function inWindow({ from, to }: Pick<RunWindow, 'from' | 'to'>): { days: Sql; condition: Sql } {
  const lastMoment = sql`${to}::timestamptz - interval '1 microsecond'`
  return {
    days: sql`(SELECT first, after, date_trunc('month', first + interval '1 month' - interval '1 day')::date AS first_month,
        date_trunc('month', after)::date AS after_month
      FROM (SELECT ${localDay(param(from, 'timestamptz'))} AS first, ${localDay(sql`(${lastMoment})`)} + 1 AS after) AS d)`,
    condition: sql`s.day >= first AND s.day < after
      AND CASE WHEN s.day >= first_month AND s.day < after_month THEN s.step = 'month' ELSE s.step = 'day' END`,
  }
}

/**
 * The downloads that were measured in each area of a level inside another, on the whole local days that a run's window
 * touches.
 */
export async function downloadsOfAreas(
  db: Queryable,
  run: Pick<RunWindow, 'from' | 'to'>,
  level: AreaLevel,
  parent: string | null,
): Promise<Map<string, AreaDownloads>> {
  const { days, condition } = inWindow(run)
  const conditions = [
    sql`a.level = ${level}`,
    parent === null ? null : isCodePrefix('a.code', parent),
    condition,
  ]
  const part = sql`
    SELECT s.code, samples, no_service, bins, counts, devices
    FROM current_area AS a JOIN area_series AS s ON s.code = a.code, ${days} AS days WHERE ${allOf(conditions)}`
  const rows = await queryRows<SeriesSums & { key: string }>(db, sumsByKey(part, 'code', ['downloadBps']))
  return new Map(
    rows.map(({ key, ...sums }) => {
      const { downloadBps = null, ...counts } = figuresOf(sums, ['downloadBps'])
      return [key, { ...counts, downloadBps }]
    }),
  )
}

function figuresOf(sums: SeriesSums, measures: readonly Measure[]): Omit<SeriesBucket, 'start'> {
  const histogram: Histogram = (sums.bins ?? []).map((bin, i) => ({ bin, count: sums.counts![i]! }))
  const spreadOfMeasure = (measure: Measure) =>
    spreadOf(histogram.filter(({ bin }) => measureOfBin(bin) === measure))
  return {
    samples: sums.samples,
    noService: sums.noService,
    devices: distinctCountOf(sums.devices),
    ...Object.fromEntries(measures.map((measure) => [measure, spreadOfMeasure(measure)])),
  }
}

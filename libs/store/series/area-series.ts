/**
 * Time series of areas. A region has a hundred thousand cells, so nothing is read from probes when somebody asks: each
 * probe is added to the sums of its three areas once, after the run that knew it first, and taken out again when it is
 * flagged. Distributions are bins that can be added (histogram.ts of the domain).
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
import { PLACES_LOCK, placeCellsOf } from '../areas/cell-places.js'
import type { Queryable } from '../database/database.js'
import type { RunRow } from '../runs/runs.js'
import { TIME_ZONE_SQL } from '../database/local-time.js'
import { COLUMNS_OF_MEASURES, type SeriesQuery } from './series.js'

export interface SeriesUpdateOptions {
  /** Ends a fill between two months; then nothing of it is kept, and the sums are as they were. */
  signal?: AbortSignal
  /** Told each month of a fill that is done. */
  progress?: (month: string) => void
}

/**
 * Adds what the newest run knew and the sums do not; false where there is nothing new. A run's known-before is a moment
 * before which every received probe is committed, so no probe is missed or added twice. New boundaries start anew. One transaction, so that
 * nobody reads half a sum; it locks nothing that ingest or a run waits for.
 */
export async function updateAreaSeries(
  source: DataSource,
  { signal, progress }: SeriesUpdateOptions = {},
): Promise<boolean> {
  return source.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['area series'])
    await tx.query('SELECT pg_advisory_xact_lock_shared(hashtext($1))', [PLACES_LOCK])
    const [known] = await tx.query('SELECT max(known_before) AS before FROM run')
    const before = known.before as Date | null
    const since = await sumsKnownBefore(tx)
    if (before === null || (since !== null && since >= before)) return false
    if (since === null) await tx.query('DELETE FROM area_series')
    await placeCellsOf(tx, `SELECT DISTINCT cell FROM probe WHERE received_at >= $1 AND received_at < $2`, [
      since ?? BEGINNING_OF_TIME,
      before,
    ])
    for (const [from, to] of since === null ? await months(tx) : [ALL_TIME]) {
      signal?.throwIfAborted()
      await tx.query(ADD_TO_SERIES, [since ?? BEGINNING_OF_TIME, before, from, to])
      if (since === null) progress?.(from.slice(0, 'YYYY-MM'.length))
    }
    await tx.query(
      'INSERT INTO series_update (known_before) VALUES ($1) ON CONFLICT (known_before) DO UPDATE SET created_at = clock_timestamp()',
      [before],
    )
    return true
  })
}

const BEGINNING_OF_TIME = '-infinity'
const ALL_TIME = ['-infinity', 'infinity'] as const

/** Up to when probes are in the sums; null where none are, or where new boundaries moved a cell since. */
async function sumsKnownBefore(tx: Queryable): Promise<Date | null> {
  const [row] = await tx.query(
    `SELECT known_before AS before FROM series_update AS u WHERE known_before = (SELECT max(known_before) FROM series_update)
       AND NOT EXISTS (SELECT 1 FROM cell_place WHERE moved_at >= u.created_at)`,
  )
  return (row?.before as Date | undefined) ?? null
}

/** All probes, month by month: what one statement has to hold does not grow with the years. */
async function months(tx: Queryable): Promise<[string, string][]> {
  const rows: { from: string; to: string }[] = await tx.query(
    `SELECT month::text AS "from", (month + interval '1 month')::text AS "to" FROM generate_series(
       date_trunc('month', (SELECT min(measured_at) FROM probe), 'UTC'), (SELECT max(measured_at) FROM probe), interval '1 month') AS month`,
  )
  return rows.map(({ from, to }) => [from, to])
}

const VALUES_OF_MEASURES = MEASURES.map(
  (measure, i) =>
    `(${i * BINS_PER_MEASURE}, ${COLUMNS_OF_MEASURES[i]}::float8, ${MIN_RESOLVED_VALUE[measure]}::float8)`,
).join(', ')

/** A device's hash: the first 60 bits of its id's MD5, so that any ids, and not only random ones, are spread evenly. */
const DEVICE_HASH = `('x0' || left(md5(device_id::text), 15))::bit(64)::bigint`
const SERIES_KEY = 'code, step, day, operator, technology'
const PLACE = 'region_code, province_code, commune_code, local, operator, technology'
const AREA_STEP_COLUMNS = `code, step, CASE step WHEN 'day' THEN local ELSE date_trunc('month', local)::date END AS day, operator, technology`
const AREAS_AND_STEPS = `CROSS JOIN LATERAL (VALUES (region_code), (province_code), (commune_code)) AS level(code)
      CROSS JOIN (VALUES ('day'), ('month')) AS steps(step) WHERE code IS NOT NULL`

/**
 * $1, $2 received since and before; $3, $4 measured since and before. Probes are summed once, by the smallest area and the
 * day; the areas around it and the months are sums of those sums. What is in and was flagged since counts -1. The
 * hash of a device cannot be taken back: a device whose every probe of a day was set aside later stays counted there.
 */
const ADD_TO_SERIES = `
  WITH taken AS (
    SELECT p.*, 1 AS sign FROM probe AS p
    WHERE received_at >= $1::timestamptz AND received_at < $2::timestamptz
      AND measured_at >= $3::timestamptz AND measured_at < $4::timestamptz
      AND p.counted AND NOT EXISTS (SELECT 1 FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $2)
    UNION ALL
    SELECT p.*, -1 FROM probe AS p
    JOIN (SELECT DISTINCT cell, probe_id FROM probe_flag WHERE created_at >= $1 AND created_at < $2 AND NOT counted) AS late
      ON late.cell = p.cell AND late.probe_id = p.id
    WHERE p.counted AND p.received_at < $1 AND p.measured_at >= $3 AND p.measured_at < $4
      AND NOT EXISTS (SELECT 1 FROM probe_flag AS f
        WHERE f.cell = p.cell AND f.probe_id = p.id AND NOT f.counted AND f.created_at < $1)
  ), placed AS (
    SELECT region_code, province_code, commune_code, (measured_at AT TIME ZONE ${TIME_ZONE_SQL})::date AS local,
      coalesce(operator, '') AS operator, coalesce(technology, '') AS technology, sign, outcome,
      CASE WHEN sign > 0 AND device_id IS NOT NULL THEN ${DEVICE_HASH} END AS hash, ${COLUMNS_OF_MEASURES.join(', ')}
    FROM taken JOIN cell_place USING (cell) OFFSET 0
  ), place_count AS (
    SELECT ${PLACE}, sum(sign) AS samples, coalesce(sum(sign) FILTER (WHERE outcome = 'no_service'), 0) AS no_service,
      (array_agg(DISTINCT hash) FILTER (WHERE hash IS NOT NULL))[1:${MAX_SKETCH_HASHES}] AS hashes
    FROM placed GROUP BY ${PLACE}
  ), place_bin AS (
    SELECT ${PLACE}, bin_zero + CASE WHEN value < told THEN 0 ELSE 1 + floor(ln(value / told) / ln(${BIN_GROWTH}::float8))::integer END AS bin,
      sum(sign) AS n
    FROM placed CROSS JOIN LATERAL (VALUES ${VALUES_OF_MEASURES}) AS v(bin_zero, value, told)
    WHERE outcome = 'ok' AND value IS NOT NULL GROUP BY ${PLACE}, bin
  ), counted AS (
    SELECT ${AREA_STEP_COLUMNS}, sum(samples)::integer AS samples, sum(no_service)::integer AS no_service
    FROM place_count ${AREAS_AND_STEPS} GROUP BY ${SERIES_KEY}
  ), met AS (
    SELECT ${AREA_STEP_COLUMNS}, (array_agg(DISTINCT hash))[1:${MAX_SKETCH_HASHES}] AS devices
    FROM (SELECT ${PLACE}, unnest(hashes) AS hash FROM place_count) AS h ${AREAS_AND_STEPS} GROUP BY ${SERIES_KEY}
  ), binned AS (
    SELECT ${AREA_STEP_COLUMNS}, bin, sum(n)::integer AS n FROM place_bin ${AREAS_AND_STEPS} GROUP BY ${SERIES_KEY}, bin
  ), spread AS (
    SELECT ${SERIES_KEY}, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts FROM binned GROUP BY ${SERIES_KEY}
  )
  INSERT INTO area_series AS s (${SERIES_KEY}, samples, no_service, bins, counts, devices)
  SELECT ${SERIES_KEY}, samples, no_service, coalesce(bins, '{}'), coalesce(counts, '{}'), coalesce(devices, '{}')
  FROM counted LEFT JOIN spread USING (${SERIES_KEY}) LEFT JOIN met USING (${SERIES_KEY})
  ON CONFLICT (${SERIES_KEY}) DO UPDATE SET samples = s.samples + excluded.samples, no_service = s.no_service + excluded.no_service,
    (bins, counts) = (SELECT coalesce(array_agg(bin ORDER BY bin), '{}'), coalesce(array_agg(n ORDER BY bin), '{}')
      FROM (SELECT bin, sum(n)::integer AS n FROM unnest(s.bins || excluded.bins, s.counts || excluded.counts) AS u(bin, n)
        GROUP BY bin HAVING sum(n) <> 0) AS summed),
    devices = ARRAY(SELECT DISTINCT hash FROM unnest(s.devices || excluded.devices) AS hash ORDER BY hash LIMIT ${MAX_SKETCH_HASHES})`

/** Up to when received probes are in the areas' series; null before the first update. */
export async function areaSeriesKnownBefore(db: Queryable): Promise<Date | null> {
  const [row] = await db.query('SELECT max(known_before) AS before FROM series_update')
  return row.before as Date | null
}

interface SeriesSums {
  samples: number
  noService: number
  devices: readonly number[]
  bins: readonly number[] | null
  counts: readonly number[] | null
}

/** Sums of the rows of `part` by a key: SQL after `WITH part AS (…)`. $1: the measures' numbers. */
const sumsByKey = (key: string) => `, counted AS (
    SELECT ${key} AS key, sum(samples)::integer AS samples, sum(no_service)::integer AS no_service FROM part GROUP BY 1
  ), met AS (
    SELECT key, (array_agg(hash ORDER BY hash))[1:${MAX_SKETCH_HASHES}]::float8[] AS devices
    FROM (SELECT DISTINCT ${key} AS key, unnest(devices) AS hash FROM part) AS h GROUP BY key
  ), spread AS (
    SELECT key, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts
    FROM (SELECT ${key} AS key, bin, sum(n)::integer AS n FROM part CROSS JOIN LATERAL unnest(bins, counts) AS u(bin, n)
      WHERE bin / ${BINS_PER_MEASURE} = ANY($1::integer[]) GROUP BY 1, 2) AS b GROUP BY key
  )`
const SUM_COLUMNS = `samples, no_service AS "noService", coalesce(devices, '{}') AS devices, bins, counts
  FROM counted LEFT JOIN met USING (key) LEFT JOIN spread USING (key) WHERE samples > 0`

const numbersOf = (measures: readonly Measure[]) => measures.map((measure) => MEASURES.indexOf(measure))

/** By days, weeks or months. Reads the area's own rows: one for each network and day, or month. */
export async function seriesOfArea(db: Queryable, code: string, query: SeriesQuery): Promise<SeriesBucket[]> {
  const rows: (SeriesSums & { start: Date })[] = await db.query(
    `WITH part AS MATERIALIZED (
       SELECT date_trunc($2::text, day::timestamp) AS bucket, samples, no_service, bins, counts, devices FROM area_series
       WHERE code = $3 AND step = CASE WHEN $2 = 'month' THEN 'month' ELSE 'day' END
         AND day >= ($4::timestamptz AT TIME ZONE ${TIME_ZONE_SQL})::date AND day < ($5::timestamptz AT TIME ZONE ${TIME_ZONE_SQL})::date
         AND ($6::text IS NULL OR operator = $6) AND ($7::text IS NULL OR technology = $7)
     ) ${sumsByKey('bucket')}
     SELECT key AT TIME ZONE ${TIME_ZONE_SQL} AS start, ${SUM_COLUMNS} ORDER BY key`,
    [numbersOf(query.measures), query.step, code, query.from, query.to, query.operator, query.technology],
  )
  return rows.map(({ start, ...sums }) => ({ start, ...figuresOf(sums, query.measures) }))
}

export interface AreaDownloads {
  samples: number
  noService: number
  devices: number
  downloadBps: Spread | null
}

/** What was measured in each area of a level inside another, on the whole local days that a run's window touches. */
export async function downloadsOfAreas(
  db: Queryable,
  run: Pick<RunRow, 'from' | 'to'>,
  level: AreaLevel,
  parent: string | null,
): Promise<Map<string, AreaDownloads>> {
  const rows: (SeriesSums & { code: string })[] = await db.query(
    `WITH days AS (
       SELECT first, after, date_trunc('month', first + interval '1 month' - interval '1 day')::date AS first_month,
         date_trunc('month', after)::date AS after_month
       FROM (SELECT ($2::timestamptz AT TIME ZONE ${TIME_ZONE_SQL})::date AS first,
         (($3::timestamptz - interval '1 microsecond') AT TIME ZONE ${TIME_ZONE_SQL})::date + 1 AS after) AS d
     ), part AS MATERIALIZED (
       SELECT s.code, samples, no_service, bins, counts, devices FROM current_area AS a JOIN area_series AS s ON s.code = a.code, days
       WHERE a.level = $4 AND ($5::text IS NULL OR left(a.code, length($5)) = $5)
         AND s.day >= first AND s.day < after
         AND CASE WHEN s.day >= first_month AND s.day < after_month THEN s.step = 'month' ELSE s.step = 'day' END
     ) ${sumsByKey('code')}
     SELECT key AS code, ${SUM_COLUMNS}`,
    [numbersOf(['downloadBps']), run.from, run.to, level, parent],
  )
  return new Map(
    rows.map(({ code, ...sums }) => {
      const { downloadBps = null, ...counts } = figuresOf(sums, ['downloadBps'])
      return [code, { ...counts, downloadBps }]
    }),
  )
}

function figuresOf(sums: SeriesSums, measures: readonly Measure[]): Omit<SeriesBucket, 'start'> {
  const all: Histogram = (sums.bins ?? []).map((bin, i) => ({ bin, count: sums.counts![i]! }))
  return {
    samples: sums.samples,
    noService: sums.noService,
    devices: distinctCountOf(sums.devices),
    ...Object.fromEntries(
      measures.map((measure) => [measure, spreadOf(all.filter(({ bin }) => measureOfBin(bin) === measure))]),
    ),
  }
}

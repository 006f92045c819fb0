/**
 * Seconds for whole classifications against the bare GROUP BY with the same counts over the same probes, on one and ten
 * million probes, and for a run after 10,000 new ones. ratio = ours / floor: smaller is better.
 */
import { type Database } from '#store/database'
import { classify } from '#store/runs'
import { type Bench, type Ground, type Result, median, resultOf, tell, timed } from './bench.js'
import { type Country, MA_FLOOR, PROBES_PER_CELL, freshRun } from './country.js'

const ROUNDS = 3
const SMALL = 20_000
const LARGE = 200_000

const ZONE = `'Africa/Casablanca'`

/** What the evidence of a network counts, by PostgreSQL's own means; neither caps nor verdicts, and nothing is written. */
export const GROUP = `
  SELECT cell, operator, technology, count(*), count(*) FILTER (WHERE download_bps >= 2e6),
    count(*) FILTER (WHERE outcome = 'no_service'), count(DISTINCT device_id),
    count(DISTINCT (measured_at AT TIME ZONE ${ZONE})::date), count(DISTINCT date_part('hour', measured_at AT TIME ZONE ${ZONE})),
    max(measured_at)
  FROM probe WHERE measured_at >= $1 AND measured_at < $2 GROUP BY cell, operator, technology`

export const classification: Bench = {
  names: [
    'classify.full',
    'classify.full_1m',
    'classify.slope',
    'classify.incremental',
    'classify.incremental_spread',
    'classify.incremental_slope',
  ],
  run,
}

async function run(ground: Ground): Promise<Result[]> {
  const small = await measured(await ground.country(SMALL))
  const large = await measured(await ground.country(LARGE))
  const slope = (key: keyof typeof small) => Math.log10(large[key] / small[key]) / Math.log10(LARGE / SMALL)
  return [
    resultOf('classify.full', large.full, large.group, 's', large.full / large.group),
    resultOf('classify.full_1m', small.full, small.group, 's', small.full / small.group),
    resultOf(
      'classify.slope',
      slope('full'),
      slope('group'),
      'log-log slope',
      slope('full') / slope('group'),
    ),
    resultOf('classify.incremental', large.incremental, large.group, 's', large.incremental / large.group),
    resultOf('classify.incremental_spread', large.spread, large.group, 's', large.spread / large.group),
    resultOf('classify.incremental_slope', slope('incremental'), 1, 'log-log slope', slope('incremental')),
  ]
}

async function measured(country: Country) {
  const database = await country.place.open('batch')
  try {
    return { ...(await full(database, country)), ...(await incremental(database, country)) }
  } finally {
    await database.close()
  }
}

async function full(database: Database, country: Country) {
  const seconds = async (work: () => Promise<unknown>) => (await timed(work)) / 1000
  const bare = () =>
    seconds(() =>
      // Every row and column is computed and stays in the server, as those of a run do.
      database.source.query(`EXPLAIN (ANALYZE, TIMING OFF) ${GROUP}`, [
        country.window.from,
        country.window.to,
      ]),
    )
  // Reads the pages into memory for both sides, and finds the areas of each cell: once in a cell's life.
  const first = await seconds(() => wholeRun(database, country))
  tell(`classify: the first run, which also places ${country.cells} new cells, took ${first.toFixed(2)} s`)
  const rounds: { full: number; group: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ group: await bare(), full: await seconds(() => wholeRun(database, country)) })
    const { full: ours, group } = rounds.at(-1)!
    tell(
      `classify: ${country.cells * PROBES_PER_CELL} probes ${ours.toFixed(2)} s, group ${group.toFixed(2)} s`,
    )
  }
  tell(`classify: this process holds ${Math.round(process.memoryUsage().rss / 1e6)} MB`)
  const of = (key: 'full' | 'group') => median(rounds.map((round) => round[key]))
  return { full: of('full'), group: of('group') }
}

/** 10,000 new probes of the last hour, so many of each device as it takes at a time. */
const NEWS = `
  INSERT INTO probe (cell, measured_at, id, received_at, device_id, lat, lng, technology, operator, outcome, download_bps, flags, counted)
  SELECT cell, $1::timestamptz - interval '1 hour' * (1 + random()), gen_random_uuid(), clock_timestamp(),
    ('00000000-0000-4000-8000-' || lpad((n * 3)::text, 12, '0'))::uuid, lat, lng, '4g', 'iam', 'ok', (random() * 9e6)::bigint, '{}', true
  FROM (SELECT * FROM bench_place ORDER BY random() LIMIT 10000 / $2::integer) AS p, generate_series(1, $2)`

/** As the country's devices measure, three times on a day; and at worst, each in a cell of its own. */
async function incremental(database: Database, country: Country) {
  return { incremental: await after(database, country, 3), spread: await after(database, country, 1) }
}

async function after(database: Database, country: Country, perDevice: number): Promise<number> {
  const run = () => classify(database.source, { rule: MA_FLOOR, author: 'bench' })
  await run()
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await database.source.query(NEWS, [country.window.to, perDevice])
    rounds.push((await timed(run)) / 1000)
    const what = `10,000 new probes in ${Math.floor(10_000 / perDevice)} cells`
    tell(`classify: after ${what} over ${country.cells * PROBES_PER_CELL}: ${rounds.at(-1)!.toFixed(2)} s`)
  }
  return median(rounds)
}

async function wholeRun(database: Database, country: Country): Promise<void> {
  const { counts } = await freshRun(database, country)
  const classed = counts.white + counts.grey + counts.black + counts.unknown
  if (classed !== country.cells) throw new Error(`the run classed ${classed} of ${country.cells} cells`)
}

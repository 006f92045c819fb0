/**
 * `nation.*`: the shape of reality on PostgreSQL with its own autovacuum. 12,000 sites with a device each, three operators,
 * NATION_ROWS probes (2 million by default) in NATION_MONTHS months (12), measured at a tenth of that size, too: `slope` is the
 * log-log slope of the time between both. NATION_DIR keeps the generated countries.
 *
 * The server is measured right after a restart of the database, with a month that begins empty (`_cold`), then under a
 * backlog, then again in three rounds, of which the middle one is told. Rates: a larger ratio is better. Times and sizes (`_p99`, reads, classify, memory): a smaller one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type Result, resultOf, tell, timed } from '../bench.js'
import { withClient, withServer } from '../database.js'
import { type BacklogRound, backlog } from './backlog.js'
import { type Incremental, incremental } from './classify.js'
import { type FirstRuns, type Nation, withNation, withNationCluster } from './country.js'
import { type LiveLoad, echo, live, middleOfRounds } from './live.js'
import { type Memory, memory } from './memory.js'
import { type Waiting, reads } from './reads.js'
import { ROUTES } from './routes.js'

const ROWS = Number(process.env['NATION_ROWS'] ?? 2_000_000)
const MONTHS = Number(process.env['NATION_MONTHS'] ?? 12)
/** For the slope: a tenth of the probes in a sixth of the months, so that verdicts have enough probes, too. */
const SIZES = [
  { rows: ROWS / 10, months: Math.max(1, Math.round(MONTHS / 6)) },
  { rows: ROWS, months: MONTHS },
]

const SERVER_NAMES = [
  'nation.live_cold',
  'nation.live_cold_p99',
  'nation.live',
  'nation.live_p99',
  'nation.backlog',
  'nation.backlog_third',
  'nation.memory_rest',
  'nation.memory_export',
]
const CLASSIFY_NAMES = [
  'nation.classify',
  'nation.classify_series',
  'nation.classify_incremental',
  'nation.classify_incremental_others',
]
/** Routes that read the sums of the areas. */
const ROUTES_OF_SERIES = ['area_series', 'figures', 'report']
const readNames = (route: string) => [`nation.reads.${route}`, `nation.reads.${route}_p95`]

export const nation: Bench = {
  names: [...CLASSIFY_NAMES, ...SERVER_NAMES, ...Object.keys(ROUTES).flatMap(readNames)],
  run: (_ground, isWanted) =>
    withNationCluster(async (cluster) => {
      const sizes: Measured[] = []
      for (const size of SIZES) {
        const needs = {
          isRemade: CLASSIFY_NAMES.some(isWanted),
          hasSeries: ['nation.classify_series', ...ROUTES_OF_SERIES.flatMap(readNames)].some(isWanted),
        }
        sizes.push(await withNation(cluster, size, needs, (country) => measure(country, isWanted)))
      }
      return resultsOf(sizes[0]!, sizes[1]!)
    }),
}

interface Measured {
  rows: number
  first: FirstRuns
  cold?: LiveLoad
  warm?: LiveLoad
  echo?: LiveLoad
  backlog?: BacklogRound[]
  reads?: Record<string, Waiting>
  memory?: Memory
  incremental?: Incremental
}

async function measure(country: Nation, isWanted: (name: string) => boolean): Promise<Measured> {
  const { cluster, place, sites, rows } = country
  const measured: Measured = { rows, first: country.timings }
  const wants = (...names: string[]) => names.some(isWanted)
  const step = async (name: string, work: () => Promise<void>) => {
    const ms = await timed(work)
    tell(`nation: ${name} over ${rows} probes took ${(ms / 1000).toFixed(0)} s`)
  }
  const wantsReads = Object.keys(ROUTES).some((route) => wants(...readNames(route)))
  if (wants(...SERVER_NAMES) || wantsReads) {
    await cluster.restart()
    await withServer(place, async (server) => {
      await untilQuiet(country)
      if (wants('nation.live_cold', 'nation.live_cold_p99'))
        await step('live_cold', async () => void (measured.cold = await live(server.url, sites, 0)))
      if (wants('nation.backlog', 'nation.backlog_third'))
        await step('backlog', async () => void (measured.backlog = await backlog(country, server.url)))
      if (wants('nation.live', 'nation.live_p99'))
        await step(
          'live',
          async () => void (measured.warm = await middleOfRounds(() => live(server.url, sites))),
        )
      if (wantsReads)
        await step('reads', async () => {
          measured.reads = await reads(country, server.url, (route) => wants(...readNames(route)))
        })
    })
    if (wants('nation.live_cold', 'nation.live', 'nation.live_p99', 'nation.live_cold_p99'))
      measured.echo = await middleOfRounds(() => echo(sites))
    if (wants('nation.memory_rest', 'nation.memory_export'))
      await withServer(place, async (server) => {
        await untilQuiet(country)
        await step('memory', async () => void (measured.memory = await memory(server)))
      })
  }
  if (wants('nation.classify_incremental', 'nation.classify_incremental_others'))
    await step('classify_incremental', async () => void (measured.incremental = await incremental(country)))
  return measured
}

const QUIET_POLLS = 4
const POLL_MS = 500
const MAX_WAIT_MS = 10 * 60_000

/** The worker classifies at its start what came since the last runs: it is not what is measured here. */
async function untilQuiet({ place }: Nation): Promise<void> {
  const sql = `SELECT count(*)::integer AS n FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`
  await withClient(place.url, async (client) => {
    const end = Date.now() + MAX_WAIT_MS
    for (let quiet = 0; quiet < QUIET_POLLS && Date.now() < end; await sleep(POLL_MS)) {
      const { rows } = await client.query<{ n: number }>(sql)
      quiet = rows[0]!.n === 0 ? quiet + 1 : 0
    }
  })
}

function resultsOf(small: Measured, large: Measured): Result[] {
  const span = Math.log(large.rows / small.rows)
  const results: Result[] = []
  /** `timeOf` gives what grows with the size: the time, or the inverse of a rate. */
  const add = (
    name: string,
    unit: string,
    of: (measured: Measured) => { ours: number; floor: number } | undefined,
    isRate = false,
  ) => {
    const [before, after] = [of(small), of(large)]
    if (!before || !after) return
    const growth = Math.log(after.ours / before.ours) / span
    const slope = isRate ? -growth : growth
    results.push({
      ...resultOf(name, after.ours, after.floor, unit, after.ours / after.floor),
      slope: Number(slope.toFixed(3)),
    })
  }
  const rate = (load: LiveLoad | undefined, bare: LiveLoad | undefined) =>
    load && bare && { ours: load.rate, floor: bare.rate }
  const p99 = (load: LiveLoad | undefined, bare: LiveLoad | undefined) =>
    load && bare && { ours: load.p99, floor: Math.max(1, bare.p99) }
  add('nation.live_cold', 'req/s', (m) => rate(m.cold, m.echo), true)
  add('nation.live_cold_p99', 'ms', (m) => p99(m.cold, m.echo))
  add('nation.live', 'req/s', (m) => rate(m.warm, m.echo), true)
  add('nation.live_p99', 'ms', (m) => p99(m.warm, m.echo))
  add('nation.backlog', 'rows/s', (m) => m.backlog && backlogOf(m.backlog), true)
  // The third round against the first of the same size: 1 is as fast.
  add(
    'nation.backlog_third',
    'rows/s',
    (m) => m.backlog && { ours: m.backlog[2]!.ours, floor: m.backlog[0]!.ours },
    true,
  )
  add('nation.memory_rest', 'MB', (m) => m.memory && { ours: m.memory.rest, floor: MEMORY_GOAL_MB.rest })
  add('nation.memory_export', 'MB', (m) => m.memory && { ours: m.memory.peak, floor: MEMORY_GOAL_MB.peak })
  add('nation.classify', 's', ({ first }) => ({ ours: first.rules, floor: first.group }))
  add('nation.classify_series', 's', ({ first }) =>
    first.series === null ? undefined : { ours: first.series, floor: first.group },
  )
  add(
    'nation.classify_incremental',
    's',
    (m) => m.incremental && { ours: m.incremental.one, floor: m.first.group },
  )
  add(
    'nation.classify_incremental_others',
    's',
    (m) => m.incremental && { ours: m.incremental.others, floor: m.first.group },
  )
  for (const route of Object.keys(ROUTES)) {
    const [half, most] = readNames(route) as [string, string]
    add(half, 'ms', ({ reads: of }) => of?.[route] && { ours: of[route].p50, floor: of[route].bare })
    add(most, 'ms', ({ reads: of }) => of?.[route] && { ours: of[route].p95, floor: of[route].bare })
  }
  return results
}

/** What is enough, in place of a floor: a bare server tells nothing of memory. */
const MEMORY_GOAL_MB = { rest: 300, peak: 350 }

const backlogOf = (rounds: readonly BacklogRound[]) => {
  const middle = (key: keyof BacklogRound) => rounds.map((round) => round[key]).toSorted((a, b) => a - b)[1]!
  return { ours: middle('ours'), floor: middle('copy') }
}

/**
 * Seconds for a whole classification against two bare statements over the same probes: the GROUP BY that any
 * classification of this rule needs, and a plain count by cell. ratio = ours / floor: smaller is better.
 */
import type { Database } from '#store'
import { type Bench, type Ground, median, resultOf, tell, timed } from './bench.js'
import { CELLS, type Country, freshRun } from './country.js'

const ROUNDS = 3

const GROUP = `
  SELECT cell, operator, technology, count(*), count(*) FILTER (WHERE download_bps >= 2e6), count(DISTINCT device_id),
    count(DISTINCT (measured_at AT TIME ZONE 'Africa/Casablanca')::date)
  FROM probe WHERE measured_at >= $1 AND measured_at < $2 GROUP BY cell, operator, technology`

const COUNT = 'SELECT cell, count(*) FROM probe WHERE measured_at >= $1 AND measured_at < $2 GROUP BY cell'

export const classification: Bench = { names: ['classify.full', 'classify.count'], run }

async function run(ground: Ground) {
  const country = await ground.country()
  const database = await country.place.open('batch')
  try {
    const { ours, group, count } = await measure(database, country)
    return [
      resultOf('classify.full', ours, group, 's', ours / group),
      resultOf('classify.count', ours, count, 's', ours / count),
    ]
  } finally {
    await database.close()
  }
}

async function measure(database: Database, country: Country) {
  const seconds = async (work: () => Promise<unknown>) => (await timed(work)) / 1000
  const bare = (sql: string) => seconds(() => inServer(database, sql, country))
  // Reads the pages into memory for both sides, and finds the areas of each cell: once in a cell's life.
  const first = await seconds(() => wholeRun(database, country))
  tell(`classify: the first run, which also places ${CELLS} new cells, took ${first.toFixed(2)} s`)
  const rounds: { ours: number; group: number; count: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const group = await bare(GROUP)
    const count = await bare(COUNT)
    const ours = await seconds(() => wholeRun(database, country))
    rounds.push({ ours, group, count })
    tell(`classify: ${ours.toFixed(2)} s, group ${group.toFixed(2)} s, count ${count.toFixed(2)} s`)
  }
  const of = (key: 'ours' | 'group' | 'count') => median(rounds.map((round) => round[key]))
  return { ours: of('ours'), group: of('group'), count: of('count') }
}

/**
 * Every row and column is computed and stays in the server, as those of a run do: reading 60,000 rows here would burden
 * the floor, and a count over the statement would let the planner leave its columns out.
 */
const inServer = ({ source }: Database, sql: string, { window }: Country) =>
  source.query(`EXPLAIN (ANALYZE, TIMING OFF) ${sql}`, [window.from, window.to])

async function wholeRun(database: Database, country: Country): Promise<void> {
  const { counts } = await freshRun(database, country)
  const classed = counts.white + counts.grey + counts.black + counts.unknown
  if (classed !== CELLS) throw new Error(`the run classed ${classed} of ${CELLS} cells`)
}

/**
 * The databases of `nation.*`: a generated country in a cluster of its own, measured on a copy. With NATION_DIR the cluster
 * and the generated countries outlive the run and are used again.
 */
import { SHIPPED_RULES } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import { prepareDatabase } from '#setup'
import { type Database, openDatabase } from '#store/database'
import { updateAreaSeries } from '#store/series'
import { classifyRulesWithNews } from '#store/runs'
import { type Cluster, startCluster } from '../../support/cluster.js'
import { median } from '../bench.js'
import { GROUP } from '../classify.js'
import { type BenchDatabase, withClient } from '../database.js'
import { tell, timed } from '../timing.js'
import { type NationSite, type NationSize, fillNation, nationSites } from './generate.js'

/** What a server with 8 GB would have; autovacuum is left as PostgreSQL ships it. */
const SETTINGS = { shared_buffers: '1GB', maintenance_work_mem: '256MB', max_wal_size: '8GB' }

export interface Nation {
  size: NationSize
  /** Probes that were generated. */
  rows: number
  timings: FirstRuns
  cluster: Cluster
  place: BenchDatabase
  sites: readonly NationSite[]
}

export async function withNationCluster<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const keptIn = process.env['NATION_DIR']
  const cluster = await startCluster({ settings: SETTINGS, keptIn })
  try {
    return await work(cluster)
  } finally {
    await cluster.stop()
  }
}

export interface NationNeeds {
  /** Runs and series are made again: what is measured while they are made must be made by today's code. */
  isRemade: boolean
  /** The time series of the areas take several times as long as all runs. */
  hasSeries: boolean
}

/** A classified copy of the country while the work lasts. */
export async function withNation<T>(
  cluster: Cluster,
  size: NationSize,
  { isRemade, hasSeries }: NationNeeds,
  work: (nation: Nation) => Promise<T>,
): Promise<T> {
  const generated = await countryOf(cluster, size, new Date())
  const [runs, series] = [`${generated}_runs`, `${generated}_series`]
  if (isRemade) for (const made of [runs, series]) await dropDatabase(cluster, made)
  await makeOnce(cluster, runs, generated, (place) => withDatabase(place, classifyAll))
  if (hasSeries) await makeOnce(cluster, series, runs, (place) => withDatabase(place, sumSeries))
  const template = hasSeries ? series : runs
  const name = `${template}_copy`
  await dropDatabase(cluster, name)
  await copyDatabase(cluster, template, name)
  const place = placeOf(cluster, name)
  try {
    const known = await withDatabase(place, async ({ source }) => {
      const [{ n }] = await source.query('SELECT count(*)::integer AS n FROM probe')
      const [timings] = await source.query('SELECT * FROM nation_timing')
      return { rows: n as number, timings: timings as FirstRuns, sites: await nationSites(source) }
    })
    return await work({ ...known, size, cluster, place })
  } finally {
    await dropDatabase(cluster, name)
  }
}

/** Seconds that the first runs took. */
export interface FirstRuns {
  /** The bare GROUP BY with the same counts over the same probes. */
  group: number
  rules: number
  /** Null where they were not made. */
  series: number | null
}

const inSeconds = async (work: () => Promise<unknown>) => (await timed(work)) / 1000

/** The first runs of all rules, with what they took. */
async function classifyAll({ source }: Database): Promise<void> {
  const to = new Date()
  const from = new Date(to.getTime() - Math.max(...SHIPPED_RULES.map((rule) => rule.validityDays)) * DAY_MS)
  const group: number[] = []
  for (let round = 0; round < GROUP_ROUNDS; round++)
    group.push(await inSeconds(() => source.query(`EXPLAIN (ANALYZE, TIMING OFF) ${GROUP}`, [from, to])))
  const rules = await inSeconds(() => classifyRulesWithNews(source, 'bench'))
  await source.query('CREATE TABLE nation_timing ("group" float8, rules float8, series float8)')
  await source.query('INSERT INTO nation_timing VALUES ($1, $2)', [median(group), rules])
  tell(`nation: first runs of all rules ${rules.toFixed(1)} s`)
}

async function sumSeries({ source }: Database): Promise<void> {
  const series = await inSeconds(() => updateAreaSeries(source))
  await source.query('UPDATE nation_timing SET series = $1', [series])
  tell(`nation: time series of the areas ${series.toFixed(1)} s`)
}

/** The first round also reads the pages into memory. */
const GROUP_ROUNDS = 3

export async function withDatabase<T>(
  place: BenchDatabase,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await place.open('batch')
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

function placeOf(cluster: Cluster, name: string): BenchDatabase {
  const url = cluster.url(name)
  return { url, open: (purpose) => openDatabase({ url, dataDir: '', purpose }) }
}

/** The generated country of this size in this month and with today's tables: its name says all of that. */
async function countryOf(cluster: Cluster, size: NationSize, now: Date): Promise<string> {
  const blank = await blankDatabase(cluster)
  const month = now.toISOString().slice(0, 7).replace('-', '')
  const name = `${blank}_${size.rows}_${size.months}_${month}`
  return makeOnce(cluster, name, blank, async (place) => {
    const ms = await timed(() =>
      withDatabase(place, ({ source }) => fillNation(source, size, now, (text) => tell(text))),
    )
    tell(`nation: made ${size.rows} probes in ${size.months} months in ${(ms / 1000).toFixed(0)} s`)
  })
}

/** Tables, rules, regions and provinces; its name changes with the migrations. */
async function blankDatabase(cluster: Cluster): Promise<string> {
  const scratch = 'nation_scratch'
  await dropDatabase(cluster, scratch)
  await withClient(cluster.url('postgres'), (client) => client.query(`CREATE DATABASE ${scratch}`))
  const place = placeOf(cluster, scratch)
  const last = await withDatabase(place, async ({ source }) => {
    await prepareDatabase(source, new Date(), () => {})
    const [{ timestamp }] = await source.query('SELECT max(timestamp)::text AS timestamp FROM migration')
    return timestamp as string
  })
  const name = `nation_${last}`
  if (await hasDatabase(cluster, name)) await dropDatabase(cluster, scratch)
  else
    await withClient(cluster.url('postgres'), (client) =>
      client.query(`ALTER DATABASE ${scratch} RENAME TO ${name}`),
    )
  return name
}

/** Made under another name first, so that an interrupted run leaves nothing that looks whole. */
async function makeOnce(
  cluster: Cluster,
  name: string,
  template: string,
  fill: (place: BenchDatabase) => Promise<void>,
): Promise<string> {
  if (await hasDatabase(cluster, name)) return name
  const unfinished = `${name}_new`
  await dropDatabase(cluster, unfinished)
  await copyDatabase(cluster, template, unfinished)
  await fill(placeOf(cluster, unfinished))
  await withClient(cluster.url('postgres'), (client) =>
    client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`),
  )
  return name
}

const hasDatabase = (cluster: Cluster, name: string): Promise<boolean> =>
  withClient(
    cluster.url('postgres'),
    async (client) =>
      (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).rows.length > 0,
  )

/** File by file: the copy's data do not pass through the write-ahead log. */
const copyDatabase = (cluster: Cluster, template: string, name: string): Promise<unknown> =>
  withClient(cluster.url('postgres'), (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`),
  )

const dropDatabase = (cluster: Cluster, name: string): Promise<unknown> =>
  withClient(cluster.url('postgres'), (client) =>
    client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  )

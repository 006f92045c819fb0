/** Databases of the benches: copies of one prepared template in the run's own cluster. */
import { prepareDatabase } from '#setup'
import { type Database, openDatabase } from '#store/database'
import { insertDevice, newToken, sha256 } from '#store/people'
import { upsertSites } from '#store/sites'
import pg from 'pg'
import { type RunningServer, startServer } from '../support/process.js'
import type { Cluster } from '../support/cluster.js'

export interface BenchDatabase {
  url: string
  open(purpose: 'interactive' | 'batch'): Promise<Database>
}

const TEMPLATE = 'prepared'

export async function makeTemplate(cluster: Cluster): Promise<void> {
  await withClient(cluster.url('postgres'), (client) => client.query(`CREATE DATABASE ${TEMPLATE}`))
  const database = await openDatabase({ url: cluster.url(TEMPLATE), dataDir: '', purpose: 'batch' })
  try {
    await prepareDatabase(database.source, new Date(), () => {})
  } finally {
    await database.close()
  }
}

export async function databaseFrom(cluster: Cluster, name: string): Promise<BenchDatabase> {
  const create = `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`
  await withClient(cluster.url('postgres'), (client) => client.query(create))
  const url = cluster.url(name)
  return { url, open: (purpose) => openDatabase({ url, dataDir: '', purpose }) }
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export async function countProbes(url: string): Promise<number> {
  const sql = 'SELECT count(*)::integer AS n FROM probe'
  const { rows } = await withClient(url, (client) => client.query<{ n: number }>(sql))
  return rows[0]!.n
}

/** Where the devices of the benches stand. */
export const SITE = { lat: 35.2447, lng: -3.9317 }

/** Makes a site with one device and gives its token. */
export async function makeDevice(place: BenchDatabase): Promise<string> {
  const database = await place.open('batch')
  try {
    const site = { code: 'B1', name: 'École', type: 'school' as const, communeCode: '01.051.01.01', ...SITE }
    await upsertSites(database.source.manager, [site], { author: 'bench', simulated: false })
    const token = newToken()
    await insertDevice(database.source.manager, site.code, sha256(token), 'bench')
    return token
  } finally {
    await database.close()
  }
}

/** The built server as a process of its own while the work lasts. */
export async function withServer<T>(
  place: BenchDatabase,
  work: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const server = await startServer({ DATABASE_URL: place.url, DEMO: 'off', PORT: '0' })
  try {
    return await work(server)
  } finally {
    server.process.kill('SIGTERM')
    await server.ended
  }
}

/** `npm start`: API, page and worker on one address. This is the only file that may import two apps. */
import { type Config, ConfigError, loadConfig } from '#config'
import { createFirstAdministrator, prepareDatabase } from '#setup'
import { type Database, openDatabase } from '#store/database'
import { createServer } from './api/server.js'
import { Settings } from './api/settings.js'
import type { Worker } from './worker/jobs.js'
import { WorkerSupervisor } from './worker/supervisor.js'
import { readFileSync } from 'node:fs'

const log = (text: string) => void process.stderr.write(`${text}\n`)

interface RunningServer {
  url: string
  /** Stops in good order: work in flight is finished first. */
  stop(): Promise<void>
}

/** Prepares the database, starts API and worker, and resolves when the server answers. */
export async function start(config: Config): Promise<RunningServer> {
  const interactive = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    purpose: 'interactive',
  })
  const batch = config.databaseUrl
    ? await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, purpose: 'batch' })
    : interactive
  await prepare(config, batch)
  const settings = new Settings(config, version(), () => Date.now())
  const supervisor = config.databaseUrl ? superviseWorker(config) : null
  const app = await createServer({
    settings,
    interactive,
    batch,
    ...(supervisor && { worker: supervisor }),
    webRoot: webRoot(),
    documentPath: documentPath(),
  })
  await app.listen(config.port, config.host)
  const worker = supervisor ?? (await startInProcessWorker(batch, config))
  supervisor?.start()
  const stop = async () => {
    await app.close()
    await worker.stop()
    for (const database of new Set([batch, interactive])) await database.close()
  }
  return { url: (await app.getUrl()).replace('[::1]', 'localhost'), stop }
}

async function prepare(config: Config, database: Database): Promise<void> {
  if (!database.isOwner)
    throw new Error(`another server is using the folder ${config.dataDir}: stop it first`)
  await prepareDatabase(database.source, new Date(), log)
  const admin = await createFirstAdministrator(database.source)
  if (admin) log(`First start: sign in as "${admin.name}" with the one-time password ${admin.password}`)
  if (!config.demo) return
  // Loaded modules stay in memory, so those that only some servers need are imported here.
  const { buildDemo } = await import('#demo')
  await buildDemo(database.source, new Date(), log)
}

const version = () =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version

const webRoot = () => new URL('../web/', import.meta.url).pathname
const documentPath = () => new URL('../openapi.json', import.meta.url).pathname

async function startInProcessWorker({ source }: Database, config: Config): Promise<Worker> {
  const { newWorkerName, startWorker } = await import('./worker/jobs.js')
  return startWorker(source, newWorkerName(), log, config)
}

/** The schedule in a process beside the API if there is a PostgreSQL server, so that neither delays the other. */
const superviseWorker = ({ workerLeaseMs }: Config): WorkerSupervisor =>
  new WorkerSupervisor({
    program: new URL('./worker/main.js', import.meta.url),
    leaseMs: workerLeaseMs,
    log,
  })

async function main(): Promise<void> {
  const starting = start(loadConfig(process.env))
  let isStopping = false
  /** Stops in good order at the first signal, also during the start; a second signal ends the process at once. */
  const stop = () => {
    if (isStopping) process.exit(130)
    isStopping = true
    starting.then((running) => running.stop()).then(() => process.exit(0), fail)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.write(`Taghtiya is ready: ${(await starting).url}\n`)
}

function fail(error: unknown): never {
  log(
    error instanceof ConfigError
      ? error.message
      : `Taghtiya stopped: ${String((error as Error)?.message ?? error)}`,
  )
  process.exit(1)
}

main().catch(fail)

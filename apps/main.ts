/** `npm start`: API, page and worker on one address. This is the only file that may import two apps. */
import { type Config, ConfigError, loadConfig } from '#config'
import { type Log, openLog } from '#log'
import { ApiProcesses, ParentChannel, Supervisor, tellParent } from '#processes'
import { createFirstAdministrator, prepareDatabase } from '#setup'
import { type Database, openDatabase } from '#store/database'
import { KeyFile, Secrets, prepareSecrets } from '#store/secrets'
import { createServer } from './api/server.js'
import { Settings } from './api/settings.js'
import type { Worker, WorkerOptions } from './worker/jobs.js'
import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'

/** Opened before anything else can say something; a configuration that is wrong is told as text. */
let log: Log = openLog({ format: 'text', level: 'info' })
const say = (text: string) => log.info(text)

interface RunningServer {
  url: string
  /** Stops in good order: work in flight is finished first. */
  stop(): Promise<void>
}

/** Prepares the database, starts API and worker, and resolves when the server answers. */
const start = (config: Config): Promise<RunningServer> =>
  config.apiProcesses > 1 ? startSeveral(config) : startOne(config)

async function startOne(config: Config): Promise<RunningServer> {
  const { interactive, batch } = await openDatabases(config)
  const secrets = await prepare(config, batch)
  const supervisor = config.databaseUrl ? superviseWorker(config) : null
  const app = await createServer({
    ...serverOptions(config),
    secrets,
    interactive,
    batch,
    ...(supervisor && { worker: supervisor }),
  })
  await app.listen(config.port, config.host)
  const worker = supervisor ?? (await startInProcessWorker(batch, { ...config, secrets }))
  supervisor?.start()
  const stop = async () => {
    await app.close()
    await worker.stop()
    for (const database of new Set([batch, interactive])) await database.close()
  }
  return { url: await urlOf(app), stop }
}

/** Several processes that answer, and one with the schedule. This one prepares the database and watches them. */
async function startSeveral(config: Config): Promise<RunningServer> {
  const batch = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, purpose: 'batch' })
  await prepare(config, batch)
  await batch.close()
  const worker: Supervisor = superviseWorker(config, () => group.tellState())
  const group = new ApiProcesses({
    program: new URL(import.meta.url),
    count: config.apiProcesses,
    leaseMs: config.workerLeaseMs,
    worker,
    log: say,
  })
  const url = await group.start()
  worker.start()
  const stop = async () => {
    await group.stop()
    await worker.stop()
  }
  return { url, stop }
}

/** One of several processes that answer. */
async function startInGroup(config: Config): Promise<RunningServer> {
  const parent = new ParentChannel()
  tellParent(config.workerLeaseMs)
  const { interactive, batch } = await openDatabases(config, `taghtiya api ${process.env['API_PROCESS']}`)
  const app = await createServer({
    ...serverOptions(config),
    secrets: new Secrets(new KeyFile(config.secretsKeyFile)),
    interactive,
    batch,
    worker: parent,
    group: parent,
  })
  await app.listen(config.port, config.host)
  const url = await urlOf(app)
  parent.tellReady(url)
  const stop = async () => {
    await app.close()
    await batch.close()
    await interactive.close()
  }
  return { url, stop }
}

async function openDatabases(
  { databaseUrl: url, dataDir }: Config,
  name?: string,
): Promise<{ interactive: Database; batch: Database }> {
  const open = (purpose: 'interactive' | 'batch') =>
    openDatabase({ url, dataDir, purpose, ...(name !== undefined && { name }) })
  const interactive = await open('interactive')
  return { interactive, batch: url ? await open('batch') : interactive }
}

const serverOptions = (config: Config) => ({
  settings: new Settings(config, version(), () => Date.now()),
  log,
  webRoot: webRoot(),
  documentPath: documentPath(),
})

const urlOf = async (app: { getUrl(): Promise<string> }): Promise<string> =>
  (await app.getUrl()).replace('[::1]', 'localhost')

async function prepare(config: Config, database: Database): Promise<Secrets> {
  if (!database.isOwner)
    throw new Error(`another server is using the folder ${config.dataDir}: stop it first`)
  await prepareDatabase(database.source, new Date(), say)
  const secrets = await prepareSecrets(database.source, new KeyFile(config.secretsKeyFile))
  const admin = await createFirstAdministrator(database.source)
  // A warning, so that no level hides it.
  if (admin) log.warn(`First start: sign in as "${admin.name}" with the one-time password ${admin.password}`)
  if (!config.demo) return secrets
  // Loaded modules stay in memory, so those that only some servers need are imported here.
  const { buildDemo } = await import('#demo')
  await buildDemo(database.source, new Date(), say)
  return secrets
}

const version = () =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version

const webRoot = () => new URL('../web/', import.meta.url).pathname
const documentPath = () => new URL('../openapi.json', import.meta.url).pathname

async function startInProcessWorker({ source }: Database, options: WorkerOptions): Promise<Worker> {
  const { newWorkerName, startWorker } = await import('./worker/jobs.js')
  return startWorker(source, newWorkerName(), log, options)
}

/** The schedule in a process beside the API if there is a PostgreSQL server, so that neither delays the other. */
const superviseWorker = ({ workerLeaseMs }: Config, changed?: () => void): Supervisor =>
  new Supervisor({
    name: 'the worker',
    launch: () => fork(new URL('./worker/main.js', import.meta.url)),
    leaseMs: workerLeaseMs,
    log: say,
    ...(changed && { changed }),
  })

async function main(): Promise<void> {
  const config = loadConfig(process.env)
  log = openLog({ format: config.logFormat, level: config.logLevel })
  const starting = cluster.isWorker ? startInGroup(config) : start(config)
  let isStopping = false
  /** Stops in good order at the first signal, also during the start; a second signal ends the process at once. */
  const stop = () => {
    if (isStopping) process.exit(130)
    isStopping = true
    starting.then((running) => running.stop()).then(() => process.exit(0), fail)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const { url } = await starting
  if (cluster.isPrimary) process.stdout.write(`Taghtiya is ready: ${url}\n`)
}

function fail(error: unknown): never {
  log.error(
    error instanceof ConfigError
      ? error.message
      : `Taghtiya stopped: ${String((error as Error)?.message ?? error)}`,
  )
  process.exit(1)
}

main().catch(fail)

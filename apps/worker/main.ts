/** The worker as a separate process, beside an API on the same PostgreSQL. */
import { loadConfig } from '#config'
import { openLog } from '#log'
import { tellParent } from '#processes'
import { prepareDatabase } from '#setup'
import { openDatabase } from '#store/database'
import { KeyFile, prepareSecrets } from '#store/secrets'
import { type Worker, newWorkerName, startWorker } from './jobs.js'

let worker: Worker | null = null
let isStopping = false

/** Ends the process. There is nothing to wait for before the schedule runs: an open transaction is rolled back, a lease ends. */
function stop(): void {
  if (isStopping) return
  isStopping = true
  void (worker?.stop() ?? Promise.resolve()).then(() => process.exit(0))
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
// A worker that was started by `npm start` ends together with its parent, however that ended.
process.on('disconnect', stop)
// The parent may have ended while this program was being loaded.
if (process.send && !process.connected) stop()

const config = loadConfig(process.env)
const log = openLog({ format: config.logFormat, level: config.logLevel })
const say = (text: string) => log.info(text)
tellParent(config.workerLeaseMs)
const name = newWorkerName()
const database = await openDatabase({
  url: config.databaseUrl,
  dataDir: config.dataDir,
  purpose: 'batch',
  name,
})
await prepareDatabase(database.source, new Date(), say)
const secrets = await prepareSecrets(database.source, new KeyFile(config.secretsKeyFile)).catch(
  (error: unknown) => {
    log.error(`The worker stopped: ${String((error as Error).message)}`)
    process.exit(1)
  },
)
worker = await startWorker(database.source, name, log, { ...config, secrets })

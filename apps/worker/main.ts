/** The worker as a process of its own, beside an API on the same PostgreSQL. */
import { loadConfig } from '#config'
import { prepareDatabase } from '#setup'
import { openDatabase } from '#store/database'
import { type Worker, startWorker } from './jobs.js'

const log = (text: string) => void process.stderr.write(`${text}\n`)

let worker: Worker | null = null
let stopping = false

/** Before the schedule runs there is nothing to wait for: what is open is rolled back. */
function stop(): void {
  if (stopping) return
  stopping = true
  void (worker?.stop() ?? Promise.resolve()).then(() => process.exit(0))
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
// Started by `npm start`: ends with it, however that ended.
process.on('disconnect', stop)
// It may have ended while this program was being loaded.
if (process.send && !process.connected) stop()

const config = loadConfig(process.env)
const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, purpose: 'batch' })
await prepareDatabase(database.source, new Date(), log)
worker = startWorker(database.source, log, config)

/** The worker as a process of its own, beside an API on the same PostgreSQL. */
import { loadConfig } from '#config'
import { prepareDatabase } from '#setup'
import { openDatabase } from '#store'
import { startWorker } from './jobs.js'

const log = (text: string) => void process.stderr.write(`${text}\n`)

const config = loadConfig(process.env)
const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, purpose: 'batch' })
await prepareDatabase(database.source, new Date(), log)
const worker = startWorker(database.source, log)

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await worker.stop()
  await database.close()
  process.exit(0)
}
process.on('SIGINT', () => void stop())
process.on('SIGTERM', () => void stop())
// Started by `npm start`: ends with it, however that ended.
process.on('disconnect', () => void stop())

/** The unattended agent of a site: `npm run agent -- run|measure|deliver|status`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import cron from 'node-cron'
import { Agent } from './agent.js'
import { type AgentConfig, AgentConfigError, loadConfig, readToken } from './config.js'

const USAGE = `npm run agent -- <command>
  run       measure by the schedule, in the foreground (for systemd)
  measure   one test now
  deliver   send what is waiting now
  status    what is unsent and why, and what comes next [--json]
Settings: TAGHTIYA_SERVER, TAGHTIYA_TOKEN_FILE, TAGHTIYA_SPOOL; see docs/agent.md.`

const log = (text: string) => void process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  const command = COMMANDS[positionals[0] ?? '']
  if (!command || values.help) {
    log(USAGE)
    return values.help ? 0 : 2
  }
  const config = loadConfig(process.env)
  return command(config, values.json ?? false)
}

/** Runs a command and gives its exit code. */
type Command = (config: AgentConfig, json: boolean) => Promise<number>

const COMMANDS: Record<string, Command> = {
  async run(config) {
    readToken(config.tokenFile)
    return withSpoolLock(config, async () => {
      const agent = new Agent(config, undefined, log).initialize()
      const stopSignal = new Promise<void>((resolve) => {
        process.once('SIGTERM', () => resolve())
        process.once('SIGINT', () => resolve())
      })
      let currentTick: Promise<void> = Promise.resolve()
      const tick = () =>
        (currentTick = agent.tick().catch((error: unknown) => log(`this minute failed: ${String(error)}`)))
      const task = cron.schedule('* * * * *', tick, { noOverlap: true })
      log(`Taghtiya agent is running; the next test is at ${agent.status().nextTest}`)
      await tick()
      await stopSignal
      await task.destroy()
      await currentTick
      return 0
    })
  },
  measure: (config) =>
    withSpoolLock(config, async () => {
      const agent = new Agent(config, undefined, log).initialize()
      const measured = await agent.test()
      log(measured ? `measured: ${measured.outcome}` : `not measured: ${agent.state.skipped}`)
      return measured && measured.outcome !== 'busy' ? 0 : 1
    }),
  deliver: (config) =>
    withSpoolLock(config, async () => {
      const { sent, error } = await new Agent(config, undefined, log).initialize().deliver()
      log(`${sent} sent${error === null ? '' : `; ${error}`}`)
      return error === null ? 0 : 1
    }),
  async status(config, json) {
    const status = new Agent(config).status()
    if (json) process.stdout.write(`${JSON.stringify(status)}\n`)
    else
      for (const [name, value] of Object.entries(status)) process.stdout.write(`${name}: ${value ?? '-'}\n`)
    return 0
  },
}

/** Runs the work while no other process uses the spool: two agents on one spool would send and count everything twice. */
async function withSpoolLock(config: AgentConfig, work: () => Promise<number>): Promise<number> {
  const path = join(config.spool, 'lock')
  const holderPid = lockHolderOf(path)
  if (holderPid !== null) {
    log(`process ${holderPid} already uses ${config.spool}: it measures and delivers by itself`)
    return 1
  }
  mkdirSync(config.spool, { recursive: true, mode: 0o700 })
  writeFileSync(path, String(process.pid))
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** The id of the other process that holds the lock; null where none is running. */
function lockHolderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    process.kill(pid, 0)
    return pid === process.pid ? null : pid
  } catch {
    return null
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    log(error instanceof AgentConfigError ? error.message : String(error))
    process.exit(
      error instanceof AgentConfigError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
        ? 2
        : 1,
    )
  },
)

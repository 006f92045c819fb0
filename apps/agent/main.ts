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
  deliver   send what waits now
  status    what is unsent and why, what comes next [--json]
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

type Command = (config: AgentConfig, json: boolean) => Promise<number>

const COMMANDS: Record<string, Command> = {
  async run(config) {
    readToken(config.tokenFile)
    return withSpoolLock(config, async () => {
      const agent = new Agent(config, undefined, log).initialize()
      const stopped = new Promise<void>((stop) => {
        process.once('SIGTERM', () => stop())
        process.once('SIGINT', () => stop())
      })
      let working: Promise<void> = Promise.resolve()
      const tick = () =>
        (working = agent.tick().catch((error: unknown) => log(`this minute failed: ${String(error)}`)))
      const task = cron.schedule('* * * * *', tick, { noOverlap: true })
      log(`Taghtiya's agent runs; the next test is at ${agent.status().nextTest}`)
      await tick()
      await stopped
      await task.destroy()
      await working
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
      const { sent, error: problem } = await new Agent(config, undefined, log).initialize().deliver()
      log(`${sent} sent${problem === null ? '' : `; ${problem}`}`)
      return problem === null ? 0 : 1
    }),
  async status(config, json) {
    const status = new Agent(config).status()
    if (json) process.stdout.write(`${JSON.stringify(status)}\n`)
    else
      for (const [name, value] of Object.entries(status)) process.stdout.write(`${name}: ${value ?? '-'}\n`)
    return 0
  },
}

/** Two agents on one spool would send twice and count twice. */
async function withSpoolLock(config: AgentConfig, work: () => Promise<number>): Promise<number> {
  const path = join(config.spool, 'lock')
  const holder = holderOf(path)
  if (holder !== null) {
    log(`process ${holder} is at work on ${config.spool}: it measures and delivers by itself`)
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

function holderOf(path: string): number | null {
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

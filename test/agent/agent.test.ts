/** The agent against a real server: whatever can go wrong at a site goes wrong here, and every observation arrives once. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type Server, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { insertDevice, newToken, sha256 } from '#store/people'
import { Agent, type Machine } from '../../apps/agent/agent.js'
import { type AgentConfig, loadConfig } from '../../apps/agent/config.js'
import { measure } from '../../apps/agent/measure.js'
import { plannedTestsOf } from '../../apps/agent/schedule.js'
import { Spool } from '../../apps/agent/spool.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, siteWithDevice } from '../support/server.js'

const run = promisify(execFile)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

let database: TestDatabase
let server: TestServer
let token: string
const folders: string[] = []
const gates: Gate[] = []
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  token = (await siteWithDevice(database)).token
})
afterEach(async () => {
  for (const gate of gates.splice(0)) gate.close()
  await database.source.query('DELETE FROM probe')
})
afterAll(async () => {
  await server.close()
  await database.drop()
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }))
})

const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'taghtiya-agent-'))
  folders.push(made)
  return made
}

/** A proxy between an agent and the server that can fail. It counts what passes. */
class Gate {
  mode: 'open' | 'down' | 500 = 'open'
  posts = 0
  private readonly server: Server
  static async to(target: string): Promise<Gate> {
    const gate = new Gate(target)
    await new Promise((ready) => gate.server.once('listening', ready))
    return gate
  }
  private constructor(private readonly target: string) {
    this.server = createServer((incoming, outgoing) => {
      if (incoming.url === '/api/v1/probes') this.posts++
      if (this.mode === 'down') return void incoming.socket.destroy()
      if (this.mode === 500)
        return void incoming.resume().on('end', () => outgoing.writeHead(500).end('broken'))
      const onward = request(new URL(incoming.url!, this.target), {
        method: incoming.method,
        headers: incoming.headers,
      })
      onward.on('response', (answer: IncomingMessage) => {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      incoming.pipe(onward)
    }).listen(0, '127.0.0.1')
    this.server.on('upgrade', (incoming, socket) => {
      if (this.mode !== 'open') return void socket.destroy()
      const onward = request(new URL(incoming.url!, this.target), { headers: incoming.headers })
      onward.on('upgrade', (answer, other) => {
        const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`)
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
        other.pipe(socket).pipe(other)
        for (const one of [socket, other]) one.on('error', () => (socket.destroy(), other.destroy()))
      })
      onward.on('error', () => socket.destroy())
      onward.end()
    })
    gates.push(this)
  }
  get url() {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }
  close() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

function configFor(gate: { url: string }, change: Partial<AgentConfig> = {}): AgentConfig {
  const dir = folder()
  const tokenFile = join(dir, 'token')
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 })
  const spool = join(dir, 'spool')
  return {
    server: gate.url,
    tokenFile,
    spool,
    operator: 'iam',
    technology: 'adsl',
    monthlyBytes: null,
    maxBytesPerTest: 1_000_000,
    references: [],
    ...change,
  }
}

/** A machine whose clock is set by the test. */
function machineAt(start: number): Machine & { now: number } {
  const machine = {
    now: start,
    clock: () => machine.now,
    boot: () => null,
    random: Math.random,
    measure,
  }
  return machine
}

const stored = () =>
  database.source.query(
    'SELECT id, outcome, measured_at, device_measured_at, received_at, flags, tool FROM probe ORDER BY measured_at',
  ) as Promise<
    {
      id: string
      outcome: string
      measured_at: Date
      device_measured_at: Date | null
      received_at: Date
      flags: string[]
      tool: string
    }[]
  >

const observation = (at: number) => ({
  probe: { id: randomUUID(), measuredAt: new Date(at).toISOString(), outcome: 'no_service' as const },
  boot: null,
})

test(
  'a day by its schedule: its tests, delivered within the minute, joined with what the server saw',
  { timeout: 60_000 },
  async () => {
    const start = Date.UTC(2026, 4, 11)
    const machine = machineAt(start)
    const agent = new Agent(configFor(server), machine).initialize()
    for (; machine.now < start + 24 * HOUR; machine.now += 5 * MINUTE) await agent.tick()
    const rows = await stored()
    const planned = plannedTestsOf('2026-05-11', agent.state.seed)
    expect(rows.map((r) => r.outcome)).toEqual(planned.map(() => 'ok'))
    expect(agent.status()).toMatchObject({ waiting: 0, why: null, rejected: 0 })
    const [{ n }] = await database.source.query(
      'SELECT count(*)::integer AS n FROM probe AS p JOIN speed_test AS t ON t.id IN (p.download_test, p.upload_test) AND t.device_id = p.device_id',
    )
    expect(n).toBe(planned.length * 2)
  },
)

test(
  'the server is down for 200 observations, then answers 500 for three days: all arrive once, without a flood',
  { timeout: 120_000 },
  async () => {
    const gate = await Gate.to(server.url)
    gate.mode = 'down'
    const start = Date.now() - 60 * 24 * HOUR
    const machine = machineAt(start)
    const agent = new Agent(configFor(gate), machine).initialize()
    // Tests of some weeks; the checks record the outage as well.
    for (let minutes = 0; agent.spool.counts().waiting < 200; minutes += 15) {
      machine.now = start + minutes * MINUTE
      await agent.tick()
    }
    const down = gate.posts
    gate.mode = 500
    const before = machine.now
    for (; machine.now < before + 72 * HOUR; machine.now += 5 * MINUTE) await agent.tick()
    const failing = gate.posts - down
    // At most every six hours, once the backoff has grown; a random backoff may be shorter.
    expect(failing).toBeLessThan(72)
    expect(failing).toBeGreaterThan(6)
    const waits = agent.spool.counts().waiting
    expect(waits).toBeGreaterThanOrEqual(200)
    expect(agent.status().why).toBe('the server answered 500')

    gate.mode = 'open'
    gate.posts = 0
    const opened = machine.now
    while (agent.spool.counts().waiting > 0 && machine.now < opened + 13 * HOUR) {
      machine.now += MINUTE
      await agent.tick()
    }
    const rows = await stored()
    expect(rows.length).toBeGreaterThanOrEqual(waits)
    expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length)
    expect(agent.spool.counts()).toMatchObject({ waiting: 0, rejected: 0, damaged: 0 })
    expect(gate.posts).toBeLessThan(10)
    expect(agent.status()).toMatchObject({ why: null })
  },
)

test(
  'an outage is “no service” with a reference server that does not answer either, a failed test without one',
  { timeout: 30_000 },
  async () => {
    const gate = await Gate.to(server.url)
    gate.mode = 'down'
    const dead = await Gate.to(server.url)
    dead.mode = 'down'
    for (const [references, outcome] of [
      [[dead.url], 'no_service'],
      [[], 'failed'],
    ] as const) {
      const machine = machineAt(Date.UTC(2026, 4, 11, 1))
      const agent = new Agent(configFor(gate, { references: [...references] }), machine).initialize()
      for (let i = 0; i < 24; i++, machine.now += 15 * MINUTE) await agent.tick()
      // During six hours of the night it is recorded twice: when it began, and four hours later.
      expect(agent.spool.nextBatch(9, 1e6).map((o) => o.probe.outcome)).toEqual([outcome, outcome])
    }
    // A reference server answers, so that our server is down and the line is up.
    const machine = machineAt(Date.UTC(2026, 4, 11, 1))
    const agent = new Agent(
      configFor(gate, { references: [`${server.url}/health/live`] }),
      machine,
    ).initialize()
    await agent.tick()
    expect(agent.spool.counts().waiting).toBe(0)
  },
)

test(
  'killed between measuring and sending, it delivers after its start, once',
  { timeout: 60_000 },
  async () => {
    const gate = await Gate.to(server.url)
    gate.mode = 'down'
    const config = configFor(gate)
    const env = {
      ...process.env,
      TAGHTIYA_SERVER: gate.url,
      TAGHTIYA_TOKEN_FILE: config.tokenFile,
      TAGHTIYA_SPOOL: config.spool,
    }
    // The first check of a line that is down records it; the delivery that follows fails.
    const child = spawn(process.execPath, ['dist/apps/agent/main.js', 'run'], { env, stdio: 'ignore' })
    const waits = () =>
      existsSync(join(config.spool, 'observations')) ? readdirSync(join(config.spool, 'observations')) : []
    while (waits().filter((n) => n.endsWith('.json')).length === 0) await sleep(20)
    child.kill('SIGKILL')
    await new Promise((ended) => child.once('exit', ended))
    writeFileSync(join(config.spool, 'observations', '.half-written'), '{"probe":')
    gate.mode = 'open'
    for (let i = 0; i < 2; i++) {
      const sent = await run(process.execPath, ['dist/apps/agent/main.js', 'deliver'], { env })
      expect(sent.stderr).toBe(`${i === 0 ? 1 : 0} sent\n`)
    }
    expect(await stored()).toHaveLength(1)
    const status = spawnSync(process.execPath, ['dist/apps/agent/main.js', 'status', '--json'], { env })
    expect(JSON.parse(status.stdout.toString())).toMatchObject({
      waiting: 0,
      unsaved: 0,
      damaged: 0,
      why: null,
    })
  },
)

test(
  'a clock three years off, and set right before sending: the time is right',
  { timeout: 30_000 },
  async () => {
    const boot = (uptimeMs: number) => ({ id: 'one start', uptimeMs })
    const gate = await Gate.to(server.url)
    gate.mode = 'down'
    const wrong = Date.now() - 3 * 365 * 24 * HOUR
    const machine = { ...machineAt(wrong), boot: () => boot(5_000) }
    machine.clock = () => wrong
    const config = configFor(gate)
    const agent = new Agent(config, machine).initialize()
    await agent.tick()
    expect(agent.spool.counts().waiting).toBe(1)
    gate.mode = 'open'
    // An hour later the clock is right: only the uptime tells when the observation was made.
    const later = new Agent(config, {
      ...machine,
      clock: Date.now,
      boot: () => boot(5_000 + HOUR),
    }).initialize()
    await later.deliver()
    const [row] = await stored()
    expect(Math.abs(Date.now() - HOUR - row!.measured_at.getTime())).toBeLessThan(10_000)
    expect(row!.device_measured_at!.getTime()).toBe(wrong)
    expect(row!.flags).toContain('clock_corrected')
    // A clock that is still wrong at sending is corrected by the time that it shows then.
    await database.source.query('DELETE FROM probe')
    const still = new Agent(configFor(gate), machineAt(wrong)).initialize()
    still.spool.add(observation(wrong - 2 * HOUR))
    await still.deliver()
    const [other] = await stored()
    expect(Math.abs(Date.now() - 2 * HOUR - other!.measured_at.getTime())).toBeLessThan(10_000)
  },
)

test(
  'a revoked token loses nothing, and a new one is tried within a minute',
  { timeout: 30_000 },
  async () => {
    const config = configFor(server)
    writeFileSync(config.tokenFile, 'tgt_a_token_that_was_revoked', { mode: 0o600 })
    const machine = machineAt(Date.now())
    const agent = new Agent(config, machine).initialize()
    for (let i = 0; i < 3; i++) agent.spool.add(observation(machine.now - (i + 1) * 5 * HOUR))
    await agent.deliver()
    expect(agent.status()).toMatchObject({
      waiting: 3,
      why: 'token refused (401): put a new one into the token file',
    })
    await agent.tick()
    // There is one more where a test is due at this hour of the day.
    expect(agent.spool.counts().waiting).toBeGreaterThanOrEqual(3)
    await sleep(20)
    const another = newToken()
    await insertDevice(database.source.manager, 'S1', sha256(another), 'test')
    writeFileSync(config.tokenFile, another, { mode: 0o600 })
    machine.now += MINUTE
    await agent.tick()
    expect(agent.spool.counts().waiting).toBe(0)
    expect((await stored()).length).toBeGreaterThanOrEqual(3)
  },
)

test('observations that the server rejects or that cannot be read are set aside with the reason; the others arrive', async () => {
  const agent = new Agent(configFor(server), machineAt(Date.now())).initialize()
  const bad = observation(Date.now() - HOUR)
  agent.spool.add(observation(Date.now() - 9 * HOUR))
  agent.spool.add({ ...bad, probe: { ...bad.probe, downloadBps: -1 } })
  agent.spool.add(observation(Date.now() - 5 * HOUR))
  const dir = join((agent as unknown as { config: AgentConfig }).config.spool)
  writeFileSync(join(dir, 'observations', `000000000000-${randomUUID()}.json`), '{"probe":{"id"')
  expect(await agent.deliver()).toEqual({ sent: 3, error: null })
  expect(agent.spool.counts()).toEqual({ waiting: 0, unsaved: 0, rejected: 1, damaged: 1 })
  const [name] = readdirSync(join(dir, 'rejected'))
  expect(JSON.parse(readFileSync(join(dir, 'rejected', name!), 'utf8'))).toMatchObject({
    reason: 'downloadBps -1 is below zero',
    probe: { id: bad.probe.id },
  })
  expect(await stored()).toHaveLength(2)
})

const mayMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0

test.skipIf(!mayMount)(
  'on a full disk nothing is lost: the reserve, then memory, then delivery',
  { timeout: 30_000 },
  async () => {
    const dir = folder()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', dir])
    if (mounted.status !== 0) return console.log('skipped: a tmpfs cannot be mounted here')
    try {
      const gate = await Gate.to(server.url)
      gate.mode = 'down'
      const agent = new Agent(configFor(gate, { spool: dir }), machineAt(Date.now())).initialize()
      fill(join(dir, 'others'))
      const results = Array.from({ length: 60 }, (_, i) => {
        const one = observation(Date.now() - (i + 1) * 5 * HOUR)
        return agent.spool.add({ ...one, probe: { ...one.probe, raw: 'x'.repeat(3_000) } })
      })
      expect(results).toContain('saved')
      expect(results.at(-1)).toBe('in_memory')
      const unsaved = results.filter((saved) => saved === 'in_memory').length
      expect(agent.spool.counts()).toMatchObject({ waiting: 60, unsaved })
      await agent.deliver()
      expect(agent.spool.counts().waiting).toBe(60)
      gate.mode = 'open'
      expect(await agent.deliver()).toEqual({ sent: 60, error: null })
      expect(await stored()).toHaveLength(60)
      rmSync(join(dir, 'others'))
      agent.spool.flushUnsaved()
      expect(existsSync(join(dir, 'reserve'))).toBe(true)
    } finally {
      spawnSync('umount', [dir])
    }
  },
)

function fill(path: string): void {
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2))
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break
      }
    }
}

test('each observation arrives once, whatever happens in whatever order', { timeout: 60_000 }, async () => {
  const step = fc.constantFrom('add', 'add', 'kill', 'deliver', 'down', '500', 'open', 'lost answer')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await database.source.query('DELETE FROM probe')
      const gate = await Gate.to(server.url)
      const config = configFor(gate)
      const machine = machineAt(Date.now())
      let agent = new Agent(config, machine).initialize()
      const added = new Set<string>()
      for (const [i, what] of steps.entries()) {
        if (what === 'add') {
          const one = observation(Date.now() - (i + 1) * 5 * HOUR)
          agent.spool.add(one)
          added.add(one.probe.id)
        } else if (what === 'kill') agent = new Agent(config, machine).initialize()
        else if (what === 'deliver') await agent.deliver()
        else if (what === 'lost answer') {
          // The server has stored them, but the agent did not get the answer.
          const waiting = new Spool(config.spool).nextBatch(500, 1e6).map(({ probe }) => probe)
          await fetch(`${server.url}/api/v1/probes`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify(waiting),
          })
        } else gate.mode = what === '500' ? 500 : what
      }
      gate.mode = 'open'
      expect((await new Agent(config, machine).initialize().deliver()).error).toBeNull()
      gate.close()
      const rows = await stored()
      expect(rows.map((r) => r.id).sort()).toEqual([...added].sort())
    }),
    { numRuns: 40, seed: 20261124 },
  )
})

test(
  'the data budget is kept: tests become shorter, then are skipped with the reason',
  { timeout: 60_000 },
  async () => {
    const machine = machineAt(Date.UTC(2026, 4, 31, 8, 0))
    const agent = new Agent(
      configFor(server, { monthlyBytes: 5_000_000, maxBytesPerTest: null }),
      machine,
    ).initialize()
    for (let i = 0; i < 4; i++) {
      await agent.test()
      machine.now += 5 * HOUR
      if (agent.state.skipped) break
    }
    expect(agent.state.skipped).toBe('the data budget of this month is used up')
    // A test may exceed its limit by what is in flight when the limit is reached.
    expect(agent.status().usedBytesThisMonth).toBeLessThan(15_000_000)
  },
)

test('all errors of the configuration are reported at once; a token that others may read is refused', () => {
  expect(() =>
    loadConfig({ TAGHTIYA_SERVER: 'ftp://x', TAGHTIYA_TECHNOLOGY: '6g', TAGHTIYA_MAX_BYTES: 'all' }),
  ).toThrow(
    /tokenFile.*missing[\s\S]*spool.*missing[\s\S]*maxBytesPerTest must be a number of bytes; it is "all"[\s\S]*ftp:\/\/x[\s\S]*technology must be one of .*it is "6g"/,
  )
  const config = configFor(server)
  chmodSync(config.tokenFile, 0o644)
  const env = {
    ...process.env,
    TAGHTIYA_SERVER: server.url,
    TAGHTIYA_TOKEN_FILE: config.tokenFile,
    TAGHTIYA_SPOOL: config.spool,
  }
  const refused = spawnSync(process.execPath, ['dist/apps/agent/main.js', 'run'], { env })
  expect(refused.status).toBe(2)
  expect(refused.stderr.toString()).toMatch(/is readable by others \(mode 644\): run chmod 600/)
  expect(refused.stderr.toString()).not.toContain(token)
  expect(spawnSync(process.execPath, ['dist/apps/agent/main.js', 'fly'], { env }).status).toBe(2)
})

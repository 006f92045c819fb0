/** The agent's work, a tick at a time: measure when it is due, see whether the line is there, deliver. */
import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { AgentConfig } from './config.js'
import { readToken } from './config.js'
import { type DeliveryResult, deliver } from './delivery.js'
import { type MeasureResult, measure } from './measure.js'
import { MIN_TEST_SPACING_MS, localDayOf, dueTest, nextTest, remainingTestsInMonth } from './schedule.js'
import { type Observation, Spool } from './spool.js'
import { type AgentState, loadState, saveState } from './state.js'

/** What the agent takes from the machine; tests give it another clock. */
export interface Machine {
  /** Milliseconds since 1970. */
  clock: () => number
  boot: () => { id: string; uptimeMs: number } | null
  random: () => number
  measure: typeof measure
}

const CHECK_EVERY_MS = 15 * 60_000
const CHECK_TIMEOUT_MS = 10_000
/** Below this a test of one direction says little. */
const MIN_TEST_BYTES = 1_000_000

export class Agent {
  readonly spool: Spool
  readonly state: AgentState
  private checkedAt = -Infinity
  private tokenSeen = 0

  constructor(
    private readonly config: AgentConfig,
    private readonly machine: Machine = MACHINE,
    private readonly log: (text: string) => void = () => {},
  ) {
    this.spool = new Spool(config.spool)
    this.state = loadState(config.spool)
  }

  /** Before anything is recorded; one process only. */
  initialize(): this {
    this.spool.initialize()
    saveState(this.config.spool, this.state)
    return this
  }

  /** Called every minute. */
  async tick(): Promise<void> {
    const now = this.machine.clock()
    const due = dueTest(now, this.state.seed, this.state.lastTest, this.state.lastTestAt)
    if (due) await this.test(due.name)
    else if (Math.abs(now - this.checkedAt) >= CHECK_EVERY_MS) await this.check()
    if (this.isDeliveryDue()) await this.deliver()
    this.updateState()
  }

  /** One test now, whatever the schedule says; the monthly budget holds. */
  async test(name = 'by hand'): Promise<MeasureResult | null> {
    const maxBytes = this.budget()
    this.updateState({ lastTest: name, lastTestAt: this.machine.clock(), skipped: null })
    if (maxBytes === 0) {
      this.updateState({ skipped: 'the data budget of this month is used up' })
      return null
    }
    const measured = await this.machine.measure(this.config.server, this.token(), maxBytes)
    if (measured.outcome === 'busy') {
      // Again at the next tick after that: the band is hours long.
      this.updateState({ lastTest: null, lastTestAt: null, skipped: `the server was busy` })
      return measured
    }
    this.updateState({ usedBytes: this.state.usedBytes + measured.usedBytes })
    this.record({ outcome: measured.outcome, ...measured.probe, tool: 'taghtiya-agent' })
    return measured
  }

  async deliver(): Promise<DeliveryResult> {
    this.spool.flushUnsaved()
    const { server, tokenFile } = this.config
    const token = () => readToken(tokenFile)
    const { clock, boot, random } = this.machine
    const result = await deliver(this.spool, this.state.failures, { server, token, clock, boot, random })
    const now = this.machine.clock()
    if (result.error === null)
      this.updateState({
        failures: 0,
        notBefore: 0,
        problem: null,
        ...(result.sent > 0 && { deliveredAt: now }),
      })
    else {
      const { error: problem, waitMs } = result
      this.updateState({ failures: this.state.failures + 1, notBefore: now + waitMs, problem })
      this.log(`not delivered: ${problem}; again in ${Math.round(waitMs / 60_000)} min`)
    }
    return result
  }

  /** For people and machines: what is unsent and why, what comes next. */
  status() {
    const { state } = this
    const now = this.machine.clock()
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return {
      ...this.spool.counts(),
      why: this.spool.counts().waiting === 0 ? null : (state.problem ?? 'to be sent at the next minute'),
      nextDelivery: state.problem === null ? null : iso(state.notBefore),
      lastDelivery: iso(state.deliveredAt),
      lastTest: iso(state.lastTestAt),
      skipped: state.skipped,
      nextTest: iso(nextTest(now, state.seed).at),
      usedBytesThisMonth: state.month === localDayOf(now).slice(0, 7) ? state.usedBytes : 0,
      monthlyBytes: this.config.monthlyBytes,
      downSince: iso(state.downSince),
    }
  }

  /** Bytes for each direction of the next test, so that the month's budget lasts; null: no limit, 0: none left. */
  private budget(): number | null {
    const { monthlyBytes, maxBytesPerTest } = this.config
    const now = this.machine.clock()
    const month = localDayOf(now).slice(0, 7)
    if (this.state.month !== month) this.updateState({ month, usedBytes: 0 })
    if (monthlyBytes === null) return maxBytesPerTest
    const share =
      (monthlyBytes - this.state.usedBytes) / (remainingTestsInMonth(now, this.state.seed) + 1) / 2
    // A poor share is saved up for fewer tests that say something.
    const left = Math.max(share, Math.min(MIN_TEST_BYTES, (monthlyBytes - this.state.usedBytes) / 2))
    const bytes = Math.floor(Math.min(left, maxBytesPerTest ?? Infinity))
    return bytes < MIN_TEST_BYTES ? 0 : bytes
  }

  /** A kilobyte: is the line there? An outage is recorded when it begins and every four hours. */
  private async check(): Promise<void> {
    const now = this.machine.clock()
    this.checkedAt = now
    if (await isReachable(`${this.config.server}/health/live`)) {
      this.updateState({ downSince: null, downRecordedAt: null })
      return
    }
    const { references } = this.config
    const others = await Promise.all(references.map(isReachable))
    if (others.some(Boolean)) return
    const recorded = this.state.downRecordedAt
    this.updateState({ downSince: this.state.downSince ?? now })
    if (recorded !== null && Math.abs(now - recorded) < MIN_TEST_SPACING_MS) return
    this.updateState({ downRecordedAt: now })
    // Without another address to ask, it may as well be our server that is down: that says nothing of the line.
    this.record({ outcome: references.length > 0 ? 'no_service' : 'failed', tool: 'taghtiya-agent check' })
  }

  private record(some: { outcome: Observation['probe']['outcome']; [field: string]: unknown }): void {
    const { operator, technology } = this.config
    const probe = {
      id: randomUUID(),
      measuredAt: new Date(this.machine.clock()).toISOString(),
      operator,
      technology,
      ...some,
    }
    const saved = this.spool.add({ probe, boot: this.machine.boot() })
    if (saved === false) this.log('the disk is full: the observation is in memory')
    if (saved === null)
      this.log('the disk and the memory kept for it are full: an observation could not be kept')
  }

  private isDeliveryDue(): boolean {
    const { waiting, unsaved } = this.spool.counts()
    if (waiting === 0) return false
    // Another token is tried at once; a clock that was set back must not stop the delivery for years.
    const changed = this.tokenChanged()
    const wait = this.state.notBefore - this.machine.clock()
    return changed || unsaved > 0 || wait <= 0 || wait > MAX_WAIT_MS
  }

  private tokenChanged(): boolean {
    const changed = statSync(this.config.tokenFile, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const isNew = this.tokenSeen !== 0 && changed !== this.tokenSeen
    this.tokenSeen = changed
    return isNew
  }

  private token(): string | null {
    try {
      return readToken(this.config.tokenFile)
    } catch {
      return null
    }
  }

  private updateState(some: Partial<AgentState> = {}): void {
    const before = JSON.stringify(this.state)
    Object.assign(this.state, some)
    if (JSON.stringify(this.state) !== before) saveState(this.config.spool, this.state)
  }
}

const MAX_WAIT_MS = 12 * 3_600_000

async function isReachable(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS), redirect: 'manual' })
    await answer.body?.cancel()
    return answer.status < 500
  } catch {
    return false
  }
}

/** Linux tells the start it runs since, and the seconds since then, sleep included. */
function bootOf(): { id: string; uptimeMs: number } | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return { id, uptimeMs: Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000 }
  } catch {
    return null
  }
}

const MACHINE: Machine = { clock: Date.now, boot: bootOf, random: Math.random, measure }

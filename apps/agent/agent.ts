/** The agent's work, one tick after the other: measure when a test is due, check whether the line is up, deliver. */
import { randomUUID } from 'node:crypto'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#domain/units'
import { readFileSync, statSync } from 'node:fs'
import type { AgentConfig } from './config.js'
import { readToken } from './config.js'
import { type DeliveryResult, deliver } from './delivery.js'
import { type MeasureResult, measure } from './measure.js'
import { MIN_TEST_SPACING_MS, localDayOf, dueTest, nextTest, remainingTestsInMonth } from './schedule.js'
import { type Observation, Spool } from './spool.js'
import { type AgentState, loadState, saveState } from './state.js'

/** The agent's view of its machine; tests replace it. */
export interface Machine {
  /** Milliseconds since 1970. */
  clock: () => number
  /** Id of the machine's current boot and milliseconds since then; null where the system does not provide them. */
  boot: () => { id: string; uptimeMs: number } | null
  random: () => number
  measure: typeof measure
}

const CHECK_INTERVAL_MS = 15 * MINUTE_MS
const CHECK_TIMEOUT_MS = 10 * SECOND_MS
/** A test of one direction with fewer bytes measures too little to be worth its data. */
const MIN_TEST_BYTES = 1_000_000

export class Agent {
  readonly spool: Spool
  readonly state: AgentState
  private checkedAt = -Infinity
  /** Modification time of the token file at the last look, ms since 1970; 0 before the first. */
  private tokenModifiedAt = 0

  constructor(
    private readonly config: AgentConfig,
    private readonly machine: Machine = MACHINE,
    private readonly log: (text: string) => void = () => {},
  ) {
    this.spool = new Spool(config.spool)
    this.state = loadState(config.spool)
  }

  /** Prepares the spool. It must be called before anything is recorded, and by one process only. */
  initialize(): this {
    this.spool.initialize()
    saveState(this.config.spool, this.state)
    return this
  }

  /** One round of work; it is called every minute. */
  async tick(): Promise<void> {
    const now = this.machine.clock()
    const due = dueTest(now, this.state.seed, this.state.lastTest, this.state.lastTestAt)
    if (due) await this.test(due.name)
    else if (Math.abs(now - this.checkedAt) >= CHECK_INTERVAL_MS) await this.check()
    if (this.isDeliveryDue()) await this.deliver()
    this.updateState()
  }

  /** Runs one test now, whatever the schedule says, within the monthly budget. Null where the budget is used up. */
  async test(name = 'by hand'): Promise<MeasureResult | null> {
    const maxBytes = this.budget()
    this.updateState({ lastTest: name, lastTestAt: this.machine.clock(), skipped: null })
    if (maxBytes === 0) {
      this.updateState({ skipped: 'the data budget of this month is used up' })
      return null
    }
    const measured = await this.machine.measure(this.config.server, this.token(), maxBytes)
    if (measured.outcome === 'busy') {
      // The test is due again at the next tick: its band is hours long.
      this.updateState({ lastTest: null, lastTestAt: null, skipped: 'the server was busy' })
      return measured
    }
    this.updateState({ usedBytes: this.state.usedBytes + measured.usedBytes })
    this.record({ outcome: measured.outcome, ...measured.probe, tool: 'taghtiya-agent' })
    return measured
  }

  /** Sends the spool, whatever the backoff says, and stores the result for the next tick and for `status`. */
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
      this.log(`not delivered: ${problem}; retrying in ${Math.round(waitMs / MINUTE_MS)} min`)
    }
    return result
  }

  /** The agent's state for people and machines: unsent observations, the reasons, and the next test. */
  status() {
    const { state } = this
    const now = this.machine.clock()
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return {
      ...this.spool.counts(),
      why: this.spool.counts().waiting === 0 ? null : (state.problem ?? 'will be sent within a minute'),
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

  /** Bytes for each direction of the next test, so that the month's budget lasts; null for no limit, 0 where none are left. */
  private budget(): number | null {
    const { monthlyBytes, maxBytesPerTest } = this.config
    const now = this.machine.clock()
    const month = localDayOf(now).slice(0, 7)
    if (this.state.month !== month) this.updateState({ month, usedBytes: 0 })
    if (monthlyBytes === null) return maxBytesPerTest
    const share =
      (monthlyBytes - this.state.usedBytes) / (remainingTestsInMonth(now, this.state.seed) + 1) / 2
    // A share that is too small for a useful test is saved up for fewer tests.
    const usefulShare = Math.max(share, Math.min(MIN_TEST_BYTES, (monthlyBytes - this.state.usedBytes) / 2))
    const bytes = Math.floor(Math.min(usefulShare, maxBytesPerTest ?? Infinity))
    return bytes < MIN_TEST_BYTES ? 0 : bytes
  }

  /** Checks with about a kilobyte whether the line is up. An outage is recorded when it begins and every four hours. */
  private async check(): Promise<void> {
    const now = this.machine.clock()
    this.checkedAt = now
    if (await isReachable(`${this.config.server}/health/live`)) {
      this.updateState({ downSince: null, downRecordedAt: null })
      return
    }
    const { references } = this.config
    const reachable = await Promise.all(references.map(isReachable))
    if (reachable.some(Boolean)) return
    const lastRecordedAt = this.state.downRecordedAt
    this.updateState({ downSince: this.state.downSince ?? now })
    if (lastRecordedAt !== null && Math.abs(now - lastRecordedAt) < MIN_TEST_SPACING_MS) return
    this.updateState({ downRecordedAt: now })
    // Without a reference address our own server may be down, which says nothing about the line.
    this.record({ outcome: references.length > 0 ? 'no_service' : 'failed', tool: 'taghtiya-agent check' })
  }

  private record(fields: { outcome: Observation['probe']['outcome']; [field: string]: unknown }): void {
    const { operator, technology } = this.config
    const probe = {
      id: randomUUID(),
      measuredAt: new Date(this.machine.clock()).toISOString(),
      operator,
      technology,
      ...fields,
    }
    const saved = this.spool.add({ probe, boot: this.machine.boot() })
    if (saved === 'in_memory') this.log('the disk is full: the observation is in memory')
    if (saved === 'lost') this.log('the disk and the reserved memory are full: an observation was lost')
  }

  private isDeliveryDue(): boolean {
    const { waiting, unsaved } = this.spool.counts()
    if (waiting === 0) return false
    const isNewToken = this.isTokenChanged()
    const waitMs = this.state.notBefore - this.machine.clock()
    // A wait that is longer than any backoff comes from a clock that was set back: it must not stop the delivery for years.
    return isNewToken || unsaved > 0 || waitMs <= 0 || waitMs > MAX_WAIT_MS
  }

  /** Whether the token file changed since the last look; a new token is tried at once. */
  private isTokenChanged(): boolean {
    const modifiedAt = statSync(this.config.tokenFile, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const isChanged = this.tokenModifiedAt !== 0 && modifiedAt !== this.tokenModifiedAt
    this.tokenModifiedAt = modifiedAt
    return isChanged
  }

  private token(): string | null {
    try {
      return readToken(this.config.tokenFile)
    } catch {
      return null
    }
  }

  /** Changes the state and saves it, if it differs from the saved one. */
  private updateState(changes: Partial<AgentState> = {}): void {
    const before = JSON.stringify(this.state)
    Object.assign(this.state, changes)
    if (JSON.stringify(this.state) !== before) saveState(this.config.spool, this.state)
  }
}

/** Longer than the longest backoff of a delivery. */
const MAX_WAIT_MS = 12 * HOUR_MS

async function isReachable(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS), redirect: 'manual' })
    await response.body?.cancel()
    return response.status < 500
  } catch {
    return false
  }
}

/** Linux has an id for each boot, and the seconds since then, including those in which the machine slept. */
function bootOf(): { id: string; uptimeMs: number } | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return { id, uptimeMs: Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000 }
  } catch {
    return null
  }
}

const MACHINE: Machine = { clock: Date.now, boot: bootOf, random: Math.random, measure }

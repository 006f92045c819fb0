/** What the agent remembers between two starts, beside its observations. */
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { writeThrough } from './spool.js'

export interface AgentState {
  /** Makes this agent's moments its own. */
  seed: string
  /** Name and time of the last test. */
  lastTest: string | null
  lastTestAt: number | null
  /** Bytes of tests in a month, `2026-03`. */
  month: string | null
  usedBytes: number
  /** Why the last planned test was not made. */
  skipped: string | null
  /** Failed deliveries one after the other, when the next may be, and what was said. */
  failures: number
  notBefore: number
  problem: string | null
  deliveredAt: number | null
  /** Since when the line is down, and when that was last recorded. */
  downSince: number | null
  downRecordedAt: number | null
}

const initialState = (): AgentState => ({
  seed: randomUUID(),
  lastTest: null,
  lastTestAt: null,
  month: null,
  usedBytes: 0,
  skipped: null,
  failures: 0,
  notBefore: 0,
  problem: null,
  deliveredAt: null,
  downSince: null,
  downRecordedAt: null,
})

export function loadState(dir: string): AgentState {
  try {
    return { ...initialState(), ...(JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as object) }
  } catch {
    // None yet, or a damaged one: what it held is convenience, no observation.
    return initialState()
  }
}

/** Appears whole. A full disk leaves the former one. */
export function saveState(dir: string, state: AgentState): void {
  const draft = join(dir, '.state.new')
  try {
    writeThrough(draft, Buffer.from(JSON.stringify(state)))
    renameSync(draft, join(dir, 'state.json'))
  } catch {
    rmSync(draft, { force: true })
  }
}

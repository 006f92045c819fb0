/** The agent's state that outlasts a restart, beside its observations. The field names are those of state.json. */
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { writeThrough } from './spool.js'

export interface AgentState {
  /** Seed of this agent's schedule, so that its times differ from those of other agents. */
  seed: string
  /** Name of the last test (see schedule.ts). */
  lastTest: string | null
  /** Time of the last test, like all times here in ms since 1970. */
  lastTestAt: number | null
  /** The month to which `usedBytes` belongs, such as `2026-03`. */
  month: string | null
  /** Bytes that tests have used in that month. */
  usedBytes: number
  /** The reason why the last planned test was skipped; null if it was not. */
  skipped: string | null
  /** Number of failed deliveries since the last that succeeded. */
  failures: number
  /** Time before which no delivery is attempted. */
  notBefore: number
  /** The reason why the last delivery failed; null if it did not. */
  problem: string | null
  deliveredAt: number | null
  /** Time from which the line has been down; null if it is up. */
  downSince: number | null
  /** Time at which that outage was last recorded. */
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

/** The saved state; the initial one where none was saved or the file is damaged. */
export function loadState(dir: string): AgentState {
  try {
    return { ...initialState(), ...(JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as object) }
  } catch {
    // This loses nothing of value: the observations are in the spool.
    return initialState()
  }
}

/** Saves the state as a whole. Where the disk is full, the state saved before remains. */
export function saveState(dir: string, state: AgentState): void {
  const draft = join(dir, '.state.new')
  try {
    writeThrough(draft, Buffer.from(JSON.stringify(state)))
    renameSync(draft, join(dir, 'state.json'))
  } catch {
    rmSync(draft, { force: true })
  }
}

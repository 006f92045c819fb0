/** A probe behind a verdict, as the server tells of it. */
import type { Flag, Outcome } from '#domain'

export interface Probe {
  id: string
  /** The hour in which it was, or for who may see all the moment. */
  measuredAt: string
  operator: string | null
  technology: string | null
  outcome: Outcome
  downloadBps: number | null
  uploadBps: number | null
  latencyMs: number | null
  flags: Flag[]
  /** Null: the verdict does not rest on it. */
  passes: boolean | null
  siteCode: string | null
}

export interface ProbePage {
  items: Probe[]
  next: string | null
  /** Too few devices to show what each measured. */
  withheld: boolean
}

/** Writes in groups: whatever waits while one group is being written goes into the next, so load makes groups larger. */
import {
  type ProbeRow,
  type QuarantinedProbe,
  ensureProbeMonths,
  insertProbes,
  quarantineProbes,
} from '#store/probes'
import type { DataSource } from 'typeorm'

/** Rows in one statement: beyond this a larger group gains nothing and holds memory. */
const MAX_GROUP_ROWS = 4_000

interface PendingWrite {
  rows: readonly ProbeRow[]
  done: (fresh: number) => void
  failed: (error: unknown) => void
}

export class ProbeWriter {
  private pendingWrites: PendingWrite[] = []
  private activeGroups = 0
  private readonly ensuredMonths = new Set<string>()

  /** At most `maxActiveGroups` groups are written at the same time: one on the embedded database, which has one session. */
  constructor(
    private readonly source: DataSource,
    private readonly maxActiveGroups: number,
    private readonly observe: (groupSize: number) => void = () => {},
  ) {}

  /** Resolves after commit with the number of rows that were new. */
  write(rows: readonly ProbeRow[]): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0)
    return new Promise((done, failed) => {
      this.pendingWrites.push({ rows, done, failed })
      // Requests that arrive in the same turn of the event loop share the first group.
      setImmediate(() => void this.drain())
    })
  }

  async quarantine(refused: readonly QuarantinedProbe[]): Promise<void> {
    if (refused.length > 0) await quarantineProbes(this.source, refused)
  }

  private async drain(): Promise<void> {
    if (this.activeGroups >= this.maxActiveGroups || this.pendingWrites.length === 0) return
    this.activeGroups++
    const group = this.takeGroup()
    await this.writeGroup(group)
    this.activeGroups--
    void this.drain()
  }

  private takeGroup(): PendingWrite[] {
    let size = 0
    let n = 0
    while (
      n < this.pendingWrites.length &&
      (n === 0 || size + this.pendingWrites[n]!.rows.length <= MAX_GROUP_ROWS)
    )
      size += this.pendingWrites[n++]!.rows.length
    return this.pendingWrites.splice(0, n)
  }

  /** One request's fault must not fail the others of its group: then each is written by itself. */
  private async writeGroup(group: readonly PendingWrite[]): Promise<void> {
    try {
      const fresh = await this.insert(group.flatMap((w) => w.rows))
      for (const { rows, done } of group) done(takeNewCount(rows, fresh))
    } catch (error) {
      if (group.length === 1) return group[0]!.failed(error)
      for (const one of group) await this.writeGroup([one])
    }
  }

  private async insert(rows: readonly ProbeRow[]): Promise<Set<string>> {
    await this.ensureMonths(rows)
    this.observe(rows.length)
    return insertProbes(this.source, deduplicatedById(rows))
  }

  private async ensureMonths(rows: readonly ProbeRow[]): Promise<void> {
    const missing = new Set(rows.map((row) => `${row.measured_at.slice(0, 7)}-01`))
    for (const month of this.ensuredMonths) missing.delete(month)
    if (missing.size === 0) return
    await ensureProbeMonths(this.source, [...missing])
    for (const month of missing) this.ensuredMonths.add(month)
  }
}

/** The first of each id; sorted by key, so that neighbours in the index are written together. */
function deduplicatedById(rows: readonly ProbeRow[]): ProbeRow[] {
  const byId = new Map<string, ProbeRow>()
  for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row)
  return [...byId.values()].sort((a, b) => (a.cell < b.cell ? -1 : a.cell > b.cell ? 1 : 0))
}

/** Counts this request's new ids and takes them, so that the same id in a later request of the group is a duplicate. */
function takeNewCount(rows: readonly ProbeRow[], fresh: Set<string>): number {
  let count = 0
  for (const row of rows) if (fresh.delete(row.id)) count++
  return count
}

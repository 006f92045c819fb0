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

/**
 * Months in one transaction, and in one statement that makes partitions: a transaction locks each partition that it writes to with its
 * indexes, and PostgreSQL has room for so many locks only. A batch over 17 years is written in parts.
 */
const MAX_GROUP_MONTHS = 12

interface PendingWrite {
  months: ReadonlySet<string>
  rows: readonly ProbeRow[]
  devices: ReadonlySet<string>
  resolve: (newCount: number) => void
  reject: (error: unknown) => void
}

export class ProbeWriter {
  private pendingWrites: PendingWrite[] = []
  private activeGroups = 0
  /** Devices of the groups that are being written. Another group with one of them would only wait for its lock. */
  private readonly busyDevices = new Set<string>()
  private readonly ensuredMonths = new Set<string>()

  /**
   * The number of groups that are written at the same time is at most `maxActiveGroups`: one on the embedded database,
   * which has one session.
   */
  constructor(
    private readonly source: DataSource,
    private readonly maxActiveGroups: number,
    private readonly observe: (groupSize: number) => void = () => {},
  ) {}

  /** Resolves after commit with the number of rows that were new. */
  async write(rows: readonly ProbeRow[]): Promise<number> {
    if (rows.length === 0) return 0
    const counts = await Promise.all(partsOf(rows).map((part) => this.writePart(part)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  private writePart(rows: readonly ProbeRow[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.pendingWrites.push({ rows, months: monthsOf(rows), devices: devicesOf(rows), resolve, reject })
      // Requests that arrive in the same turn of the event loop share the first group.
      setImmediate(() => void this.drain())
    })
  }

  async quarantine(documents: readonly QuarantinedProbe[]): Promise<void> {
    if (documents.length > 0) await quarantineProbes(this.source, documents)
  }

  private async drain(): Promise<void> {
    if (this.activeGroups >= this.maxActiveGroups) return
    const group = this.takeGroup()
    if (group.length === 0) return
    const devices = group.flatMap((write) => [...write.devices])
    this.activeGroups++
    for (const device of devices) this.busyDevices.add(device)
    await this.writeGroup(group)
    for (const device of devices) this.busyDevices.delete(device)
    this.activeGroups--
    // What waited for one of these devices may fill more than one group.
    for (let i = this.activeGroups; i < this.maxActiveGroups; i++) void this.drain()
  }

  /** The oldest writes whose devices are free, up to the size of a group. The writes of one device stay in order. */
  private takeGroup(): PendingWrite[] {
    const group: PendingWrite[] = []
    const rest: PendingWrite[] = []
    const blocked = new Set(this.busyDevices)
    const months = new Set<string>()
    let size = 0
    for (const write of this.pendingWrites) {
      const isFull =
        group.length > 0 &&
        (size + write.rows.length > MAX_GROUP_ROWS || sizeOfUnion(months, write.months) > MAX_GROUP_MONTHS)
      if (isFull || hasAny(blocked, write.devices)) {
        rest.push(write)
        for (const device of write.devices) blocked.add(device)
      } else {
        group.push(write)
        size += write.rows.length
        for (const month of write.months) months.add(month)
      }
    }
    this.pendingWrites = rest
    return group
  }

  /** The error of one write must not fail the others of its group: each is then written by itself. */
  private async writeGroup(group: readonly PendingWrite[]): Promise<void> {
    try {
      const newIds = await this.insert(group.flatMap((write) => write.rows))
      for (const { rows, resolve } of group) resolve(takeNewCount(rows, newIds))
    } catch (error) {
      if (group.length === 1) return group[0]!.reject(error)
      for (const write of group) await this.writeGroup([write])
    }
  }

  private async insert(rows: readonly ProbeRow[]): Promise<Set<string>> {
    await this.ensureMonths(rows)
    this.observe(rows.length)
    return insertProbes(this.source, deduplicatedById(rows))
  }

  private async ensureMonths(rows: readonly ProbeRow[]): Promise<void> {
    const missing = monthsOf(rows)
    for (const month of this.ensuredMonths) missing.delete(month)
    if (missing.size === 0) return
    await ensureProbeMonths(
      this.source,
      [...missing].map((month) => `${month}-01`),
    )
    for (const month of missing) this.ensuredMonths.add(month)
  }
}

const monthOf = (row: ProbeRow): string => row.measured_at.slice(0, 7)
const monthsOf = (rows: readonly ProbeRow[]): Set<string> => new Set(rows.map(monthOf))

/** Rows of at most MAX_GROUP_MONTHS months each, in the order of their times where they are of more; ids stay unique over all parts. */
function partsOf(rows: readonly ProbeRow[]): (readonly ProbeRow[])[] {
  if (monthsOf(rows).size <= MAX_GROUP_MONTHS) return [rows]
  const parts: ProbeRow[][] = []
  const months = new Set<string>()
  for (const row of rows.toSorted((a, b) => (a.measured_at < b.measured_at ? -1 : 1))) {
    if (parts.length === 0 || (!months.has(monthOf(row)) && months.size === MAX_GROUP_MONTHS)) {
      parts.push([])
      months.clear()
    }
    months.add(monthOf(row))
    parts.at(-1)!.push(row)
  }
  return parts
}

const sizeOfUnion = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  a.size + [...b].filter((month) => !a.has(month)).length

function hasAny(set: ReadonlySet<string>, values: ReadonlySet<string>): boolean {
  for (const value of values) if (set.has(value)) return true
  return false
}

function devicesOf(rows: readonly ProbeRow[]): Set<string> {
  const devices = new Set<string>()
  for (const { device_id: device } of rows) if (device !== null) devices.add(device)
  return devices
}

/** The first row of each id, sorted by cell, so that neighbours in the index are written together. */
function deduplicatedById(rows: readonly ProbeRow[]): ProbeRow[] {
  const byId = new Map<string, ProbeRow>()
  for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row)
  return [...byId.values()].sort((a, b) => (a.cell < b.cell ? -1 : a.cell > b.cell ? 1 : 0))
}

/** Counts this write's new ids and removes them, so that the same id in a later write of the group is a duplicate. */
function takeNewCount(rows: readonly ProbeRow[], newIds: Set<string>): number {
  let count = 0
  for (const row of rows) if (newIds.delete(row.id)) count++
  return count
}

/**
 * Observations on the disk until the server has taken them: one file each, there whole or not at all, in order.
 * `observations/` waits, `rejected/` was refused by the server, `damaged/` could not be read: nothing is deleted unless
 * the server has it.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** As POST /api/v1/probes takes it, with what tells its age beside it. */
export interface Observation {
  probe: { id: string; measuredAt: string; outcome: 'ok' | 'no_service' | 'failed'; [field: string]: unknown }
  /** The machine's start, and milliseconds since it: a clock that does not jump. Null where the system has none. */
  boot: { id: string; uptimeMs: number } | null
}

export interface SpooledObservation extends Observation {
  /** File name, or null where the disk was full and it is in memory only. */
  name: string | null
}

/** Room for some dozen observations is kept, for the day on which the disk is full. */
const RESERVE_BYTES = 131_072
/** In memory, when even the reserve is used up: two weeks of observations. */
const MAX_UNSAVED = 200
/** So long that names sort by number for longer than any computer lives. */
const DIGITS = 12

export class Spool {
  private next = 1
  private readonly unsaved: SpooledObservation[] = []

  constructor(private readonly dir: string) {
    for (const name of ['observations', 'rejected', 'damaged'])
      mkdirSync(join(dir, name), { recursive: true, mode: 0o700 })
    const last = readdirSync(this.path('observations')).filter(isObservation).sort().at(-1)
    this.next = last ? Number(last.slice(0, DIGITS)) + 1 : 1
  }

  /** Of the one process that writes: takes off what a killed one left half written, and makes the reserve. */
  initialize(): void {
    for (const name of readdirSync(this.path('observations')).filter((n) => n.startsWith('.')))
      rmSync(join(this.path('observations'), name))
    this.reserve()
  }

  private path(folder: string): string {
    return join(this.dir, folder)
  }

  /** True when it is safely on the disk; false when the disk is full and it is kept in memory. Null: no room at all. */
  add(observation: Observation): boolean | null {
    if (this.save(observation)) return true
    rmSync(this.path('reserve'), { force: true })
    if (this.save(observation)) return true
    if (this.unsaved.length >= MAX_UNSAVED) return null
    this.unsaved.push({ ...observation, name: null })
    return false
  }

  /** Tries again what the full disk did not take, and makes the reserve anew. */
  flushUnsaved(): void {
    while (this.unsaved.length > 0 && this.save(this.unsaved[0]!)) this.unsaved.shift()
    if (this.unsaved.length === 0) this.reserve()
  }

  /** The oldest first; a file that cannot be read is put aside. */
  nextBatch(most: number, mostBytes: number): SpooledObservation[] {
    const taken: SpooledObservation[] = []
    let bytes = 0
    for (const name of this.names()) {
      if (taken.length >= most) return taken
      const text = readFileSync(join(this.path('observations'), name), 'utf8')
      const observation = parseObservation(text)
      if (!observation) {
        this.move(name, 'damaged')
        continue
      }
      bytes += text.length
      if (taken.length > 0 && bytes > mostBytes) return taken
      taken.push({ ...observation, name })
    }
    return [...taken, ...this.unsaved.slice(0, most - taken.length)]
  }

  remove(items: readonly SpooledObservation[]): void {
    for (const item of items)
      if (item.name) rmSync(join(this.path('observations'), item.name), { force: true })
      else this.unsaved.splice(this.unsaved.indexOf(item), 1)
  }

  /** Kept beside its reason; a person decides. */
  reject(item: SpooledObservation, reason: string): void {
    const { name, ...observation } = item
    const saved = this.write(
      'rejected',
      name ?? `${item.probe.id}.json`,
      JSON.stringify({ ...observation, reason }),
    )
    if (saved) this.remove([item])
  }

  counts(): { waiting: number; unsaved: number; rejected: number; damaged: number } {
    return {
      waiting: this.names().length + this.unsaved.length,
      unsaved: this.unsaved.length,
      rejected: readdirSync(this.path('rejected')).filter(isObservation).length,
      damaged: readdirSync(this.path('damaged')).length,
    }
  }

  private names(): string[] {
    return readdirSync(this.path('observations')).filter(isObservation).sort()
  }

  private save({ probe, boot }: Observation): boolean {
    const name = `${String(this.next).padStart(DIGITS, '0')}-${probe.id}.json`
    if (!this.write('observations', name, JSON.stringify({ probe, boot }))) return false
    this.next++
    return true
  }

  /** Under another name, to the disk, then renamed, and the folder to the disk. False where the disk is full. */
  private write(folder: string, name: string, text: string): boolean {
    const draft = join(this.path(folder), `.${randomUUID()}`)
    try {
      writeThrough(draft, Buffer.from(text))
      renameSync(draft, join(this.path(folder), name))
      syncFolder(this.path(folder))
      return true
    } catch (error) {
      rmSync(draft, { force: true })
      if (isFull(error)) return false
      throw error
    }
  }

  private reserve(): void {
    try {
      writeThrough(this.path('reserve'), Buffer.alloc(RESERVE_BYTES, 1))
    } catch (error) {
      rmSync(this.path('reserve'), { force: true })
      if (!isFull(error)) throw error
    }
  }

  private move(name: string, folder: string): void {
    renameSync(join(this.path('observations'), name), join(this.path(folder), name))
    syncFolder(this.path(folder))
  }
}

const isObservation = (name: string): boolean => name.endsWith('.json') && !name.startsWith('.')

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

export function writeThrough(path: string, bytes: Buffer): void {
  const file = openSync(path, 'w', 0o600)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function parseObservation(text: string): Observation | null {
  try {
    const { probe, boot } = JSON.parse(text) as Partial<Observation>
    return typeof probe?.id === 'string' && typeof probe.measuredAt === 'string'
      ? { probe, boot: boot ?? null }
      : null
  } catch {
    return null
  }
}

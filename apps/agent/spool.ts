/**
 * The spool keeps observations on the disk until the server has accepted them: one file per observation, written atomically,
 * ordered by file name. `observations/` has those that wait, `rejected/` those that the server rejected, `damaged/` those that could not be
 * read. Nothing is deleted before the server has it.
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

/** A probe in the form that POST /api/v1/probes takes, with what its age can be computed from. */
export interface Observation {
  probe: { id: string; measuredAt: string; outcome: 'ok' | 'no_service' | 'failed'; [field: string]: unknown }
  /** Id of the machine's boot and milliseconds since then, a clock that never jumps; null where the system has none. */
  boot: { id: string; uptimeMs: number } | null
}

export interface SpooledObservation extends Observation {
  /** File name; null where the disk was full, so that the observation is in memory only. */
  name: string | null
}

/** A file of this size is kept in reserve: deleting it makes room for some dozen observations when the disk is full. */
const RESERVE_BYTES = 131_072
/** Number of observations, two weeks of them, that are kept in memory when even the reserve is used up. */
const MAX_UNSAVED = 200
/** File names begin with a number of 12 digits, so that they sort in the order of that number. */
const DIGITS = 12

export class Spool {
  private next = 1
  private readonly unsaved: SpooledObservation[] = []

  constructor(private readonly dir: string) {
    for (const name of ['observations', 'rejected', 'damaged'])
      mkdirSync(join(dir, name), { recursive: true, mode: 0o700 })
    const lastName = readdirSync(this.path('observations')).filter(isObservation).sort().at(-1)
    this.next = lastName ? Number(lastName.slice(0, DIGITS)) + 1 : 1
  }

  /**
   * Removes what a killed process left half written, and creates the reserve. Only the one process that writes may call this.
   */
  initialize(): void {
    for (const name of readdirSync(this.path('observations')).filter((n) => n.startsWith('.')))
      rmSync(join(this.path('observations'), name))
    this.reserve()
  }

  private path(folder: string): string {
    return join(this.dir, folder)
  }

  /** Stores an observation: on the disk, in memory if the disk is full, and nowhere if that is full as well. */
  add(observation: Observation): 'saved' | 'in_memory' | 'lost' {
    if (this.save(observation)) return 'saved'
    rmSync(this.path('reserve'), { force: true })
    if (this.save(observation)) return 'saved'
    if (this.unsaved.length >= MAX_UNSAVED) return 'lost'
    this.unsaved.push({ ...observation, name: null })
    return 'in_memory'
  }

  /** Writes what the full disk did not take before, and creates the reserve again. */
  flushUnsaved(): void {
    while (this.unsaved.length > 0 && this.save(this.unsaved[0]!)) this.unsaved.shift()
    if (this.unsaved.length === 0) this.reserve()
  }

  /** The oldest observations, up to both limits but at least one. A file that cannot be read is moved to `damaged/`. */
  nextBatch(maxCount: number, maxBytes: number): SpooledObservation[] {
    const batch: SpooledObservation[] = []
    let bytes = 0
    for (const name of this.names()) {
      if (batch.length >= maxCount) return batch
      const text = readFileSync(join(this.path('observations'), name), 'utf8')
      const observation = parseObservation(text)
      if (!observation) {
        this.move(name, 'damaged')
        continue
      }
      bytes += Buffer.byteLength(text)
      if (batch.length > 0 && bytes > maxBytes) return batch
      batch.push({ ...observation, name })
    }
    return [...batch, ...this.unsaved.slice(0, maxCount - batch.length)]
  }

  /** Deletes observations that the server has accepted. */
  remove(items: readonly SpooledObservation[]): void {
    for (const item of items)
      if (item.name) rmSync(join(this.path('observations'), item.name), { force: true })
      else this.unsaved.splice(this.unsaved.indexOf(item), 1)
  }

  /** Moves an observation to `rejected/`, with the reason, for a person to decide. */
  reject(item: SpooledObservation, reason: string): void {
    const { name, ...observation } = item
    const isSaved = this.write(
      'rejected',
      name ?? `${item.probe.id}.json`,
      JSON.stringify({ ...observation, reason }),
    )
    if (isSaved) this.remove([item])
  }

  /** Number of observations that wait (`unsaved` of them in memory only), were rejected, and are damaged. */
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

  /**
   * Writes a file under a temporary name, flushes it to the disk, renames it and flushes the folder, so that it is complete or
   * not there. False where the disk is full.
   */
  private write(folder: string, name: string, text: string): boolean {
    const draft = join(this.path(folder), `.${randomUUID()}`)
    try {
      writeThrough(draft, Buffer.from(text))
      renameSync(draft, join(this.path(folder), name))
      syncFolder(this.path(folder))
      return true
    } catch (error) {
      rmSync(draft, { force: true })
      if (isDiskFull(error)) return false
      throw error
    }
  }

  private reserve(): void {
    try {
      writeThrough(this.path('reserve'), Buffer.alloc(RESERVE_BYTES, 1))
    } catch (error) {
      rmSync(this.path('reserve'), { force: true })
      if (!isDiskFull(error)) throw error
    }
  }

  private move(name: string, folder: string): void {
    renameSync(join(this.path('observations'), name), join(this.path(folder), name))
    syncFolder(this.path(folder))
  }
}

const isObservation = (name: string): boolean => name.endsWith('.json') && !name.startsWith('.')

const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Writes a file that only its owner may read, and flushes it to the disk. */
export function writeThrough(path: string, bytes: Buffer): void {
  const file = openSync(path, 'w', 0o600)
  try {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset)
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

/** One process at a time holds a data folder: PGlite itself would let two open it and diverge. */
import { readFileSync } from 'node:fs'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'

interface Holder {
  pid: number
  /**
   * Start time, which distinguishes a process from a later one with the same id; null if the system does not report it.
   */
  started: string | null
}

const thisProcess = (): Holder => ({ pid: process.pid, started: startOf(process.pid) })

/** Start time in clock ticks since boot: field 22 of /proc/<pid>/stat (the name before it may hold spaces). */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

export function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === null || startOf(pid) === started
}

const pathOf = (dir: string) => join(dir, 'lock')

/** Takes the folder, or returns the process that holds it. */
export async function takeLock(dir: string): Promise<{ taken: true } | { taken: false; holder: Holder }> {
  return guarded(dir, async () => {
    const holder = await holderOf(dir)
    if (holder && isAlive(holder)) return { taken: false, holder }
    await rm(pathOf(dir), { force: true })
    await writeNew(pathOf(dir), JSON.stringify(thisProcess()))
    return { taken: true }
  })
}

export const releaseLock = (dir: string): Promise<void> => rm(pathOf(dir), { force: true })

async function holderOf(dir: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(pathOf(dir), 'utf8')) as Holder
  } catch {
    return null
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
}

/** The guard is held for milliseconds; an older one was left by a process that died while it held it. */
const GUARD_STALE_MS = 5_000

/** Reading the lock and replacing it must be one step: otherwise two processes could both replace a stale one. */
async function guarded<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const guard = join(dir, 'lock.guard')
  for (;;) {
    try {
      await writeNew(guard, String(process.pid))
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const age = await stat(guard).then(
        (s) => Date.now() - s.mtimeMs,
        () => 0,
      )
      if (age > GUARD_STALE_MS) await rm(guard, { force: true })
      await sleep(20)
    }
  }
  try {
    return await work()
  } finally {
    await rm(guard, { force: true })
  }
}

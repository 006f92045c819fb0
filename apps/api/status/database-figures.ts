/** Figures of the whole database and of the disk for metrics, read when somebody asks, and then kept for a while. */
import type { Database, Queryable } from '#store/database'
import { withinTime } from '#store/database'
import { type JobResult, type WaitingWork, databaseBytes, listJobResults, waitingWork } from '#store/workers'
import { statfs } from 'node:fs/promises'

/** The database may be busy: metrics say then what was true before. */
const MAX_WAIT_MS = 2_000
/** All figures of one answer come from one reading, and several programs that ask do not make it dearer. */
const FRESH_MS = 10_000
const SIZE_FRESH_MS = 60_000

export interface DatabaseFigures {
  jobs: readonly JobResult[]
  /** The work that waits; null until it was read once. */
  waiting: WaitingWork | null
}

export interface Figures {
  database(): Promise<DatabaseFigures>
  /** Bytes of the database; null until they were read once. */
  bytes(): Promise<number | null>
  /** Free bytes of the disk of DATA_DIR; null where there is no such folder. */
  freeBytes(): Promise<number | null>
}

export function figuresOf({ source: { manager: db } }: Pick<Database, 'source'>, dataDir: string): Figures {
  return {
    database: kept<DatabaseFigures>(FRESH_MS, { jobs: [], waiting: null }, () => readFigures(db)),
    bytes: kept<number | null>(SIZE_FRESH_MS, null, () => databaseBytes(db)),
    freeBytes: kept<number | null>(FRESH_MS, null, () => freeBytesOf(dataDir)),
  }
}

const readFigures = async (db: Queryable): Promise<DatabaseFigures> => ({
  jobs: await listJobResults(db),
  waiting: await waitingWork(db),
})

async function freeBytesOf(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}

/** The value read last, read again after `freshMs`; where that fails or takes too long, the one before. */
function kept<T>(freshMs: number, first: T, read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> = Promise.resolve<T>(first as Awaited<T>)
  let readAt = -Infinity
  return () => {
    if (performance.now() - readAt < freshMs) return value
    readAt = performance.now()
    const before = value
    return (value = withinTime<T>(MAX_WAIT_MS, read).catch<T>(() => before))
  }
}

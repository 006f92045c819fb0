/** One database interface: any PostgreSQL with PostGIS by its URL, or the embedded one in a folder. */
import 'reflect-metadata'
import { DataSource, MigrationExecutor } from 'typeorm'
import { MIGRATIONS } from '#migrations'
import { openEmbedded } from './embedded/index.js'
import { withSessionLock } from './locks.js'
import { PreparedClient } from './prepared-client.js'
import { ENTITIES } from './tables/index.js'

export type { Queryable } from './queryable.js'

export interface Database {
  source: DataSource
  /** Whether this process holds the data: only it runs the scheduled jobs of an embedded database. */
  isOwner: boolean
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** postgres://…; absent for the embedded database. */
  url?: string | undefined
  /** Folder of the embedded database. */
  dataDir: string
  /**
   * `interactive` answers people: PostGIS's declared costs push box queries into parallel scans that take 40 times as
   * long, and nothing may run for long. `batch` classifies and imports.
   */
  purpose: 'interactive' | 'batch'
}

const INTERACTIVE = '-c max_parallel_workers_per_gather=0 -c statement_timeout=20000 -c jit=off'
// Unsynchronised commit is never used: an acknowledged probe is on the disk.
const BATCH = '-c work_mem=128MB -c jit=off'

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url ? openServer(options.url, options.purpose) : openFolder(options.dataDir)
}

const COMMON = {
  type: 'postgres',
  entities: ENTITIES,
  migrations: MIGRATIONS,
  migrationsTableName: 'migration',
  installExtensions: false,
} as const

async function openServer(url: string, purpose: DatabaseOptions['purpose']): Promise<Database> {
  const extra = {
    max: purpose === 'interactive' ? 10 : 3,
    options: purpose === 'interactive' ? INTERACTIVE : BATCH,
    application_name: 'taghtiya',
    Client: PreparedClient,
  }
  const source = await new DataSource({ ...COMMON, url, extra }).initialize()
  return { source, isOwner: true, close: () => source.destroy() }
}

async function openFolder(dir: string): Promise<Database> {
  const engine = await openEmbedded(dir)
  const { poolOptions } = engine
  const source = await new DataSource({ ...COMMON, ...poolOptions, extra: poolOptions }).initialize()
  const close = async () => {
    await source.destroy()
    await engine.close()
  }
  return { source, isOwner: engine.role === 'owner', close }
}

/**
 * Applies the missing migrations, each in a transaction of its own, so that none holds its locks while the next one works. Processes
 * that start together wait for one another. It uses one connection, so that it also works with a pool of one.
 */
export async function migrate(source: DataSource): Promise<void> {
  const runner = source.createQueryRunner()
  try {
    const executor = new MigrationExecutor(source, runner)
    executor.transaction = 'each'
    await withSessionLock(runner, 'migrations', () => executor.executePendingMigrations())
  } finally {
    await runner.release()
  }
}

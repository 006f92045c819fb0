/** One database interface: any PostgreSQL with PostGIS by its URL, or the embedded one in a folder. */
import 'reflect-metadata'
import { DataSource, MigrationExecutor } from 'typeorm'
import { MIGRATIONS } from '#migrations'
import { openEmbedded } from './embedded/index.js'
import { withSessionLock } from './locks.js'
import { PreparedClient } from './prepared-client.js'
import { ENTITIES } from './tables/index.js'
import { withinTime } from './time-limit.js'

export type { Queryable } from './queryable.js'

export interface Database {
  source: DataSource
  /** Whether this process holds the data: only it runs the scheduled jobs of an embedded database. */
  isOwner: boolean
  /** Resolves if the database answers in time; rejects otherwise. It does not wait for a connection of the pool. */
  ping(): Promise<void>
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
  /** The name of the sessions in pg_stat_activity; by default the project's. */
  name?: string
}

/**
 * A process that is frozen, or a machine that is gone, must not hold a transaction for others to wait for: the server
 * ends a session whose transaction makes no step, and looks during a statement whether its client is still there.
 */
const limitsOfSession = (idleSeconds: number): string =>
  `-c idle_in_transaction_session_timeout=${idleSeconds}s -c client_connection_check_interval=10s`
/** Nobody waits for a lock for longer than for a statement. */
const INTERACTIVE = `-c max_parallel_workers_per_gather=0 -c statement_timeout=20s -c lock_timeout=10s -c jit=off ${limitsOfSession(30)}`
// Unsynchronised commit is never used: an acknowledged probe is on the disk. An import computes the cells of areas
// between two statements of a transaction.
const BATCH = `-c work_mem=128MB -c jit=off ${limitsOfSession(300)}`

/** Time limits of our own, for a server that does not even refuse: on the wait for a connection, and on an answer. */
const POOL_LIMITS = {
  interactive: {
    max: 10,
    options: INTERACTIVE,
    connectionTimeoutMillis: 10_000,
    // Longer than the server's own limit, whose error says more.
    query_timeout: 25_000,
  },
  // A run takes as long as it takes. Others wait for its connection.
  batch: { max: 6, options: BATCH, connectionTimeoutMillis: 30_000 },
} as const

/** Within this time the database answers a ping, or it does not answer. */
const PING_TIMEOUT_MS = 2_500
/** The embedded engine has one session: a ping waits for the statement before it. */
const EMBEDDED_PING_TIMEOUT_MS = 30_000

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url ? openServer(options.url, options) : openFolder(options.dataDir)
}

const COMMON = {
  type: 'postgres',
  entities: ENTITIES,
  migrations: MIGRATIONS,
  migrationsTableName: 'migration',
  installExtensions: false,
} as const

async function openServer(
  url: string,
  { purpose, name = 'taghtiya' }: Pick<DatabaseOptions, 'purpose' | 'name'>,
): Promise<Database> {
  const extra = {
    ...POOL_LIMITS[purpose],
    application_name: name,
    // The end of a machine that says nothing is noticed by the system.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    Client: PreparedClient,
  }
  const source = await new DataSource({ ...COMMON, url, extra }).initialize()
  return { source, isOwner: true, ping: () => pingServer(url), close: () => source.destroy() }
}

/** A connection of its own: the pool may be full of statements that wait. */
async function pingServer(url: string): Promise<void> {
  const limits = { connectionTimeoutMillis: PING_TIMEOUT_MS, query_timeout: PING_TIMEOUT_MS }
  const client = new PreparedClient({ connectionString: url, application_name: 'taghtiya ping', ...limits })
  // Told by the rejection below; without a listener an error after it would end the process.
  client.on('error', () => {})
  try {
    await withinTime(PING_TIMEOUT_MS, async () => {
      await client.connect()
      await client.query('SELECT 1')
    })
  } finally {
    // Not awaited: a server that hangs does not answer the farewell either.
    void client.end().catch(() => {})
  }
}

async function openFolder(dir: string): Promise<Database> {
  const engine = await openEmbedded(dir)
  const { poolOptions } = engine
  const source = await new DataSource({ ...COMMON, ...poolOptions, extra: poolOptions }).initialize()
  const close = async () => {
    await source.destroy()
    await engine.close()
  }
  const ping = () => withinTime<void>(EMBEDDED_PING_TIMEOUT_MS, () => source.query('SELECT 1'))
  return { source, isOwner: engine.role === 'owner', ping, close }
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

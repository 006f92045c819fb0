/** A worker that ends is started again; one that is frozen is passed over, and holds nothing that others need. */
import { openDatabase } from '#store/database'
import { listRuns } from '#store/runs'
import { type WorkerName, countWorkers, endSilentWorkers, renewWorkerLease } from '#store/workers'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '#config'
import { restartDelayMs } from '#processes'
import { Settings } from '../../apps/api/settings.js'
import { ReadinessCheck } from '../../apps/api/status/readiness.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'
import { type RunningServer, startServer } from '../support/process.js'

/** Long enough for a busy machine, short enough for a test. */
const LEASE = { WORKER_LEASE_SECONDS: '8' }
let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
})
afterAll(() => database.drop())

test('the delay before a start doubles with each failure, up to a minute', () => {
  expect([1, 2, 3, 7, 8, 50].map(restartDelayMs)).toEqual([1_000, 2_000, 4_000, 60_000, 60_000, 60_000])
})

describe('the worker beside a server', () => {
  let server: RunningServer
  beforeEach(async () => {
    // The lease of a worker that another test killed would speak for the one that is only being loaded.
    await database.source.query(`DELETE FROM lease WHERE key LIKE 'worker %'`)
    server = await startServer({ ...database.env, ...LEASE })
    await expect.poll(workerState).toBe('ok')
  })
  afterEach(async () => {
    server.process.kill('SIGTERM')
    await server.ended
  })

  const workerState = async () =>
    ((await (await fetch(`${server.url}/health/ready`)).json()) as { worker: string }).worker
  const restarts = async () =>
    /^taghtiya_worker_restarts (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]
  /** Linux names the children of a process. */
  const workerPid = () =>
    Number(
      readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim() || NaN,
    )

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'is started again after %s, and that is seen',
    async (signal) => {
      const first = workerPid()
      process.kill(first, signal)
      await expect.poll(workerState, { interval: 20 }).toBe('restarting')
      await expect.poll(restarts, { timeout: 120_000 }).toMatch(/^[1-9]/)
      await expect.poll(workerState).toBe('ok')
      expect(workerPid()).not.toBe(first)
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
    },
  )
})

describe('a frozen worker beside another', () => {
  const workers: ChildProcess[] = []
  afterEach(async () => {
    for (const worker of workers.splice(0)) {
      worker.kill('SIGKILL')
      if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit')
    }
  })

  function startWorkerProcess(): ChildProcess {
    const worker = spawn(process.execPath, ['dist/apps/worker/main.js'], {
      env: { ...process.env, ...database.env, ...LEASE },
      stdio: 'ignore',
    })
    workers.push(worker)
    return worker
  }

  const locksOfRules = () =>
    database.source.query(
      `SELECT l.pid FROM pg_locks AS l JOIN rule AS r ON l.locktype = 'advisory'
         AND l.objid::bigint = hashtext('run of ' || r.id)::bigint & 4294967295
       WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    ) as Promise<unknown[]>
  const newestRun = async () =>
    (await listRuns(database.source.manager, { before: 2 ** 31 - 1, limit: 1 }))[0]!.id

  test('its locks are freed when its lease ends, and the other does its work', async () => {
    const before = await newestRun()
    await database.source.query(
      `INSERT INTO probe SELECT (json_populate_record(p, json_build_object('id', gen_random_uuid(), 'received_at', clock_timestamp()))).*
       FROM probe AS p LIMIT 1`,
    )
    const blocker = database.source.createQueryRunner()
    await blocker.startTransaction()
    // Whoever makes a run has the locks of the rules by now, and waits again and again to read the probes.
    await blocker.query('LOCK TABLE probe IN ACCESS EXCLUSIVE MODE')
    const frozen = startWorkerProcess()
    await expect.poll(async () => (await locksOfRules()).length).toBeGreaterThan(0)
    frozen.kill('SIGSTOP')
    await blocker.rollbackTransaction()
    await blocker.release()
    startWorkerProcess()
    await expect.poll(newestRun).toBeGreaterThan(before)
    await expect.poll(async () => (await locksOfRules()).length).toBe(0)
  })

  test('has its lease before it takes any lock, so that it can be passed over', async () => {
    const blocker = database.source.createQueryRunner()
    await blocker.startTransaction()
    await blocker.query('LOCK TABLE probe, lease IN ACCESS EXCLUSIVE MODE')
    startWorkerProcess()
    const waitingForLease = () =>
      database.source.query(
        `SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'lease'::regclass
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ) as Promise<unknown[]>
    await expect.poll(async () => (await waitingForLease()).length).toBeGreaterThan(0)
    expect(await locksOfRules()).toEqual([])
    await blocker.rollbackTransaction()
    await blocker.release()
  })
})

test('sessions of a worker whose lease ended are ended with their transactions, those of others are not', async () => {
  const names: WorkerName[] = ['worker silent', 'worker lively']
  const open = (name: string) =>
    openDatabase({ url: database.env.DATABASE_URL, dataDir: '', purpose: 'batch', name })
  const [silent, lively] = [await open(names[0]!), await open(names[1]!)]
  const transaction = silent.source.createQueryRunner()
  try {
    const { manager } = lively.source
    await renewWorkerLease(manager, names[0]!, -1)
    await renewWorkerLease(manager, names[1]!, 60_000)
    await transaction.startTransaction()
    await transaction.query('LOCK TABLE site IN ACCESS EXCLUSIVE MODE')
    expect(await endSilentWorkers(manager)).toEqual(['worker silent'])
    // Waits for the lock that the ended session had.
    expect((await database.source.query('SELECT count(*)::int AS n FROM site'))[0].n).toBeGreaterThan(0)
    await expect(transaction.query('SELECT 1')).rejects.toThrow()
    expect(await countWorkers(manager)).toBeGreaterThan(0)
    expect(await endSilentWorkers(manager)).toEqual([])
  } finally {
    await transaction.release()
    await silent.close()
    await lively.close()
  }
})

test('a server whose worker is about to be started again says so, and is ready all the same', async () => {
  const settings = new Settings(loadConfig({}), '0.0.0-test', () => Date.now())
  const worker = { isRunning: false, restarts: 3 }
  const readiness = new ReadinessCheck(database, worker, settings)
  expect(await readiness.read()).toEqual({ status: 'ok', writing: 'ok', worker: 'restarting' })
  worker.isRunning = true
  await renewWorkerLease(database.source.manager, 'worker again', 60_000)
  expect(await readiness.read()).toEqual({ status: 'ok', writing: 'ok', worker: 'ok' })
})

test('a session that does nothing inside a transaction is ended by the server', async () => {
  for (const [purpose, limit] of [
    ['interactive', '30s'],
    ['batch', '5min'],
  ] as const) {
    const { source, close } = await openDatabase({ url: database.env.DATABASE_URL, dataDir: '', purpose })
    expect(await source.query('SHOW idle_in_transaction_session_timeout')).toEqual([
      { idle_in_transaction_session_timeout: limit },
    ])
    await close()
  }
})

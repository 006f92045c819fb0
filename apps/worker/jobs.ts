/** The schedule: a table of the jobs that run by the clock. */
import { MINUTE_MS, TIME_ZONE } from '#domain/units'
import type { Log } from '#log'
import { partitionMonthsAround } from '#setup'
import { logHead, removeOutdated, retireLog } from '#store/audit'
import { judgeWholePlan } from '#store/plan'
import { refreshSitePlatforms } from '#store/platforms'
import { calibrate } from '#store/presence'
import { ensureProbeMonths, flagDisagreeing } from '#store/probes'
import { classifyRulesWithNews, listRules } from '#store/runs'
import { updateAreaSeries } from '#store/series'
import { type WorkerName, dropOldLeases, recordJobEnd, takeLease } from '#store/workers'
import cron, { type RunCoordinator, type ScheduledTask } from 'node-cron'
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { Secrets } from '#store/secrets'
import { deliverWebhooks } from './deliver.js'
import { keepWorkerLease } from './signs-of-life.js'

interface Job {
  name: string
  /** Five-field cron expression, in the country's time zone. */
  cron: string
  /** Resolves to the number of rows that it wrote or judged; null where it does not count them. */
  run(source: DataSource, now: Date, options: WorkerOptions, work: JobContext): Promise<number | null>
}

/** Context of a long job: it reports its progress, and ends early on the signal when the worker stops. */
interface JobContext {
  log(text: string): void
  signal: AbortSignal
}

export interface WorkerOptions {
  /** Opens the secrets of webhooks. */
  secrets: Secrets
  /** Whether webhooks may go to http:// on this machine, for tests. */
  webhooksLoopback: boolean
  /** Time, ms, without a sign of life after which this worker is passed over. */
  workerLeaseMs: number
}

/** A job that does not count its rows. */
const uncounted =
  (work: (source: DataSource, now: Date) => Promise<void>): Job['run'] =>
  async (source, now) => {
    await work(source, now)
    return null
  }

const PLATFORMS: Job = {
  name: 'platforms',
  cron: '*/5 * * * *',
  run: async (source, now, _options, { log, signal }) => {
    const sites = await refreshSitePlatforms(source, now, signal)
    if (sites > 0) log(`platforms: the lines of ${sites} sites were judged`)
    return sites
  },
}

const JOBS: readonly Job[] = [
  {
    name: 'classify',
    cron: '7 * * * *',
    run: async (source, _now, _options, { log, signal }) => {
      const { skipped, judged } = await classifyRulesWithNews(source, 'worker')
      for (const reason of skipped) log(`classify: left for the next time: ${reason}`)
      await updateAreaSeries(source, {
        signal,
        progress: (month) => log(`time series of the areas: ${month} is done`),
        skipped: (reason) => log(`time series of the areas: left for the next time: ${reason}`),
      })
      return judged
    },
  },
  PLATFORMS,
  {
    name: 'partitions',
    cron: '20 2 * * *',
    run: uncounted((source, now) => ensureProbeMonths(source.manager, partitionMonthsAround(now))),
  },
  {
    name: 'neighbours',
    cron: '30 3 * * *',
    run: flagDisagreeing,
  },
  {
    name: 'deliveries',
    cron: '* * * * *',
    run: (source, _now, { secrets, webhooksLoopback }) =>
      deliverWebhooks(source, { secrets, allowsLoopback: webhooksLoopback, now: () => new Date() }),
  },
  // After midnight, items that were promised for the day before are late.
  {
    name: 'plan',
    cron: '10 0 * * *',
    run: uncounted(judgeWholePlan),
  },
  // Its runs judge all cells again, so that it comes once a month, in a quiet hour.
  {
    name: 'calibrate',
    cron: '30 1 1 * *',
    run: async (source, _now, _options, { log, signal }) => {
      let cells = 0
      for (const rule of await listRules(source.manager)) {
        if (signal.aborted || !rule.roster) continue
        const result = await calibrate(source, rule, 'worker')
        if (typeof result !== 'string') cells += result.cells
        log(
          typeof result === 'string'
            ? `calibrate: ${rule.id} is left as it is (${result})`
            : `calibrate: model ${result.model} of ${rule.id} on ${result.cells} cells`,
        )
      }
      return cells
    },
  },
  {
    name: 'retention',
    cron: '50 2 * * 0',
    run: async (source, now, _options, { log }) => {
      const rows = await retireLog(source, now)
      if (rows > 0) log(`retention: ${rows} rows of the log were retired`)
      const { quarantine, documents } = await removeOutdated(source.manager, now)
      if (quarantine + documents > 0)
        log(`retention: ${quarantine} rejected records and ${documents} documents of disputes were removed`)
      const head = await logHead(source.manager)
      // Whoever keeps this line elsewhere can show later that nothing before it was changed or removed.
      if (head) log(`head of the log: ${head.seq}:${head.hash}`)
      return rows + quarantine + documents
    },
  },
  { name: 'leases', cron: '40 2 * * 0', run: uncounted((source) => dropOldLeases(source.manager)) },
]

interface JobRun {
  source: DataSource
  log: Log
  options: WorkerOptions
  signal: AbortSignal
}

/** Runs a job, says in the log when it begins and ends, and notes how it went. It never rejects. */
async function runJob({ name: job, run }: Job, { source, log, options, signal }: JobRun): Promise<void> {
  const begin = performance.now()
  log.record('job started', { job })
  const context: JobContext = { log: (text) => log.info(text), signal }
  let [rows, error]: [number | null, string | null] = [null, null]
  try {
    rows = await run(source, new Date(), options, context)
  } catch (fault) {
    error = String((fault as Error)?.message ?? fault)
    if (!signal.aborted) log.error(`job ${job} failed: ${error}`, { job, stack: (fault as Error)?.stack })
  }
  const durationMs = Math.round(performance.now() - begin)
  const outcome = signal.aborted ? 'stopped' : error === null ? 'succeeded' : 'failed'
  log.record('job ended', { job, outcome, rows, ms: durationMs })
  // A job that was stopped has no result.
  if (signal.aborted) return
  await recordJobEnd(source.manager, { job, durationMs, rows, error }).catch((fault: unknown) =>
    log.warn(`the end of job ${job} was not noted: ${String(fault)}`),
  )
}

export interface Worker {
  /** Stops the schedule, aborts the jobs that can be aborted, and waits for the running ones. */
  stop(): Promise<void>
}

/**
 * A tick belongs to the worker that writes its lease first. The lease outlasts any difference between the workers'
 * clocks, so that a short job does not run twice.
 */
const LEASE_MS = 30 * MINUTE_MS

/** A name that no other worker has, for its lease and its sessions. */
export const newWorkerName = (): WorkerName => `worker ${randomBytes(6).toString('hex')}`

/**
 * Starts the schedule, and classifies and judges the lines of sites at once, because probes may have arrived while no worker ran. `name` is the name of the
 * sessions of `source`.
 */
export async function startWorker(
  source: DataSource,
  name: WorkerName,
  log: Log,
  options: WorkerOptions,
): Promise<Worker> {
  const coordinator: RunCoordinator = {
    shouldRun: (key) => takeLease(source.manager, key, LEASE_MS),
  }
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()
  const run = (job: Job) => {
    const completion = runJob(job, { source, log, options, signal: stopping.signal })
    running.add(completion)
    return completion.finally(() => running.delete(completion))
  }
  const classifyNow = () => void run(JOBS[0]!)
  const lease = await keepWorkerLease(source, {
    name,
    leaseMs: options.workerLeaseMs,
    log: (text) => log.info(text),
    passedOver: classifyNow,
  })
  classifyNow()
  void run(PLATFORMS)
  const tasks: ScheduledTask[] = JOBS.map((job) =>
    cron.schedule(job.cron, () => run(job), {
      name: job.name,
      timezone: TIME_ZONE,
      noOverlap: true,
      distributed: true,
      distributedLease: LEASE_MS,
      runCoordinator: coordinator,
    }),
  )
  return {
    async stop() {
      stopping.abort()
      for (const task of tasks) await task.destroy()
      await Promise.all(running)
      await lease.stop()
    },
  }
}

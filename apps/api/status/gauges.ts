/** Gauges of the jobs, the database, its connections and the disk. Each has its unit in its name, or the things that it counts. */
import { type PoolFigures, poolFigures } from '#store/database'
import { type JobResult, SILENT_DAYS, type WaitingWork } from '#store/workers'
import { type Aggregator, Gauge, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Figures } from './database-figures.js'

type Labels = Readonly<Record<string, string>>
/** A value with its labels; a gauge leaves out what is null. */
type Sample = readonly [labels: Labels, value: number | null]

interface GaugeOptions {
  name: string
  help: string
  labels?: readonly string[]
  /** The way in which several processes on one address become one figure: `max` where each knows the same. */
  aggregator?: Aggregator
  read(): readonly Sample[] | Promise<readonly Sample[]>
}

/** Adds a gauge that is read when somebody asks. */
export function addGauge(
  registry: Registry,
  { name, help, labels = [], aggregator = 'max', read }: GaugeOptions,
): void {
  const collect = async function (this: Gauge) {
    const samples = await read()
    this.reset()
    // A gauge without labels is reset to a zero that nobody measured.
    if (labels.length === 0) this.remove()
    for (const [of, value] of samples) if (value !== null) this.set({ ...of }, value)
  }
  const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [], aggregator, collect })
  registry.registerMetric(gauge)
}

/** Adds what the database and the disk tell. */
export function addDatabaseGauges(registry: Registry, figures: Figures): void {
  addJobs(registry, figures)
  addWaitingWork(registry, figures)
  const addBytes = (name: string, help: string, read: () => Promise<number | null>) =>
    addGauge(registry, { name, help, read: async () => [[{}, await read()]] })
  addBytes('taghtiya_database_size_bytes', 'Size of all tables and indexes', figures.bytes)
  addBytes('taghtiya_data_dir_free_bytes', 'Free space on the disk of DATA_DIR', figures.freeBytes)
}

/** The last result of each job. A job that never succeeded has no `last_success`. Prometheus has a label `job` of its own. */
function addJobs(registry: Registry, figures: Figures): void {
  const ofJobs = (name: string, help: string, read: (job: JobResult) => number | null) =>
    addGauge(registry, {
      name,
      help,
      labels: ['job_name'],
      read: async () =>
        (await figures.database()).jobs.map((job) => [{ job_name: job.job }, read(job)] as const),
    })
  ofJobs('taghtiya_job_duration_seconds', 'Duration of the last run of a job', (job) => job.durationMs / 1000)
  ofJobs(
    'taghtiya_job_last_success_timestamp_seconds',
    'End of the last run of a job that succeeded',
    (job) => job.succeededAt && job.succeededAt.getTime() / 1000,
  )
  ofJobs('taghtiya_job_rows', 'Rows that the last run of a job wrote or judged', (job) => job.rows)
  ofJobs('taghtiya_job_runs', 'Runs of a job that ended', (job) => job.runs)
  ofJobs('taghtiya_job_failures', 'Runs of a job that failed', (job) => job.failures)
  addGauge(registry, {
    name: 'taghtiya_dirty_cells',
    help: 'Cells that the last classification judged again, of all rules',
    read: async () => [
      [{}, (await figures.database()).jobs.find(({ job }) => job === 'classify')?.rows ?? null],
    ],
  })
}

function addWaitingWork(registry: Registry, figures: Figures): void {
  const ofWork = (name: string, help: string, read: (work: WaitingWork) => number | null) =>
    addGauge(registry, {
      name,
      help,
      read: async () => {
        const { waiting } = await figures.database()
        return [[{}, waiting && read(waiting)]]
      },
    })
  ofWork('taghtiya_webhook_waiting_messages', 'Messages to webhooks that wait', (work) => work.deliveries)
  ofWork(
    'taghtiya_webhook_oldest_message_age_seconds',
    'Age of the oldest message to a webhook that waits',
    (work) => work.oldestDeliverySeconds,
  )
  ofWork(
    'taghtiya_quarantined_records',
    'Rejected records that nobody has dealt with',
    (work) => work.quarantined,
  )
  ofWork(
    'taghtiya_probe_partitions_ahead_months',
    'Months after this one with a table for probes',
    (work) => work.monthsAhead,
  )
  ofWork(
    'taghtiya_newest_probe_age_seconds',
    'Time since the newest measurement of any device',
    (work) => work.newestProbeSeconds,
  )
  ofWork('taghtiya_devices', 'Devices in use', (work) => work.devices)
  addGauge(registry, {
    name: 'taghtiya_silent_devices',
    help: 'Devices in use without a measurement for so many days',
    labels: ['days'],
    read: async () => {
      const { waiting } = await figures.database()
      return SILENT_DAYS.map(
        (days, i) => [{ days: String(days) }, waiting?.silentDevices[i] ?? null] as const,
      )
    },
  })
}

/** Adds the connections of the pools, which are asked in memory. Several processes have as many together. */
export function addPoolGauges(registry: Registry, pools: Readonly<Record<string, DataSource>>): void {
  const ofPools = (name: string, help: string, read: (pool: PoolFigures) => readonly Sample[]) =>
    addGauge(registry, {
      name,
      help,
      labels: ['pool', 'state'],
      aggregator: 'sum',
      read: () =>
        Object.entries(pools).flatMap(([pool, source]) =>
          read(poolFigures(source)).map(([of, value]) => [{ pool, ...of }, value] as const),
        ),
    })
  ofPools('taghtiya_pool_connections', 'Open connections to the database', ({ used, idle }) => [
    [{ state: 'used' }, used],
    [{ state: 'idle' }, idle],
  ])
  ofPools('taghtiya_pool_max_connections', 'Connections that a pool may open', ({ max }) => [[{}, max]])
  ofPools('taghtiya_pool_waiting_requests', 'Work that waits for a connection', ({ waiting }) => [
    [{}, waiting],
  ])
}

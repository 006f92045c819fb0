/** The lines of jobs and their results: of a worker that runs, and of a job that fails. */
import { openLog } from '#log'
import { listJobResults } from '#store/workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newWorkerName, startWorker } from '../../apps/worker/jobs.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { fillObservatory } from '../support/observatory.js'

interface Line {
  msg: string
  job?: string
  [field: string]: unknown
}

describe.each(ENGINES)('jobs on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await fillObservatory(database, new Date())
  })
  afterAll(() => database.drop())

  /** Starts a worker, which classifies at once, and resolves to its lines when that has ended. */
  async function linesOfFirstJobs(): Promise<Line[]> {
    const written: string[] = []
    const lines = () => written.map((line) => JSON.parse(line) as Line)
    const log = openLog({ format: 'json', level: 'info' }, { write: (line) => void written.push(line) })
    const options = { secrets: database.secrets, webhooksLoopback: false, workerLeaseMs: 60_000 }
    const worker = await startWorker(database.source, newWorkerName(), log, options)
    const ended = (job: string) => lines().some((line) => line.msg === 'job ended' && line.job === job)
    await expect.poll(() => ended('classify') && ended('platforms'), { timeout: 120_000 }).toBe(true)
    await worker.stop()
    return lines()
  }
  const result = async (job: string) =>
    (await listJobResults(database.source.manager)).find((one) => one.job === job)!

  test('a job has a line when it starts, and one when it ends with its rows and time', async () => {
    const lines = await linesOfFirstJobs()
    const [started, ended] = lines.filter(({ job, msg }) => job === 'classify' && msg.startsWith('job '))
    expect(started).toMatchObject({ msg: 'job started', level: 'info' })
    expect(ended).toMatchObject({ msg: 'job ended', outcome: 'succeeded' })
    expect(ended!.rows).toBeGreaterThan(30)
    expect(ended!.ms).toBeGreaterThan(1)
    expect(new Date(ended!.time as string) >= new Date(started!.time as string)).toBe(true)
    const noted = await result('classify')
    expect(noted).toMatchObject({ rows: ended!.rows, durationMs: ended!.ms, error: null, failures: 0 })
  })

  test('a classification without news judges no cell', async () => {
    const lines = await linesOfFirstJobs()
    expect(lines.find(({ job, msg }) => job === 'classify' && msg === 'job ended')).toMatchObject({ rows: 0 })
  })

  test('a job that fails tells why, and keeps its last success', async () => {
    const before = await result('platforms')
    await database.source.query('ALTER TABLE site_platforms RENAME TO site_platforms_away')
    const lines = await linesOfFirstJobs().finally(() =>
      database.source.query('ALTER TABLE site_platforms_away RENAME TO site_platforms'),
    )
    const failed = lines.find(({ level }) => level === 'error')!
    expect(failed).toMatchObject({ job: 'platforms', msg: expect.stringContaining('site_platforms') })
    expect(failed.stack).toContain('QueryFailedError')
    expect(lines.find(({ job, msg }) => job === 'platforms' && msg === 'job ended')).toMatchObject({
      outcome: 'failed',
      rows: null,
    })
    const after = await result('platforms')
    expect(after.error).toContain('site_platforms')
    expect(after).toMatchObject({ failures: 1, runs: before.runs + 1, succeededAt: before.succeededAt })
  })
})

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { type Cluster, startCluster } from './cluster.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-kept-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function query(cluster: Cluster, sql: string): Promise<unknown[]> {
  const client = new pg.Client(cluster.url('postgres'))
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('a cluster is restarted on its data, and gone when it is stopped', async () => {
  const cluster = await startCluster({ durable: false })
  await query(cluster, 'CREATE TABLE kept AS SELECT 1 AS n')
  const [before] = await query(cluster, 'SELECT pg_postmaster_start_time() AS at')
  await cluster.restart()
  expect(await query(cluster, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  expect(await query(cluster, 'SELECT pg_postmaster_start_time() AS at')).not.toEqual([before])
  await cluster.stop()
  expect(existsSync(cluster.dir)).toBe(false)
})

test('a cluster with a folder of its own finds its data again', async () => {
  const first = await startCluster({ durable: false, keptIn: folder })
  await query(first, 'CREATE TABLE kept AS SELECT 2 AS n')
  await first.stop()
  const second = await startCluster({ durable: false, keptIn: folder })
  expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 2 }])
  await second.stop()
})

import { openDatabase } from '#store/database'
import { prepareDatabase } from '#setup'
import pg from 'pg'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startCluster } from './cluster.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the cluster, with `DATABASE` in place of a database's name. */
    clusterUrl: string
    /** Folder of a prepared embedded database; its copies lie beside it, so that one removal removes all. */
    embeddedTemplate: string
  }
}

async function prepare(url: string | undefined, dataDir: string): Promise<void> {
  const database = await openDatabase({ url, dataDir, purpose: 'batch' })
  await prepareDatabase(database.source, new Date(), () => {})
  // Without a roster the operators of a cell are those that were measured there: tests of rosters write their own.
  await database.source.query('DELETE FROM roster_entry')
  await database.close()
}

/** Prepares one database of each engine; each test file works on a copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Tests kill processes, never the machine: they need not wait for the disk.
  const cluster = await startCluster({ durable: false })
  const admin = new pg.Client(cluster.url('postgres'))
  await admin.connect()
  await admin.query('CREATE DATABASE template')
  await admin.end()
  const folders = mkdtempSync(join(tmpdir(), 'taghtiya-embedded-'))
  const removeFolders = () => rmSync(folders, { recursive: true, force: true })
  // An interrupted run has no teardown.
  process.once('exit', removeFolders)
  const embedded = join(folders, 'template')
  await Promise.all([prepare(cluster.url('template'), embedded), prepare(undefined, embedded)])
  project.provide('clusterUrl', cluster.url('DATABASE'))
  project.provide('embeddedTemplate', embedded)
  return async () => {
    await cluster.stop()
    removeFolders()
  }
}

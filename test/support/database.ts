/** A fresh, prepared database (tables, rules, regions and provinces) of either engine for a test file. */
import { type Database, openDatabase } from '#store/database'
import { KeyFile, type Secrets, prepareSecrets } from '#store/secrets'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'

export const ENGINES = ['postgresql', 'embedded'] as const
export type EngineName = (typeof ENGINES)[number]

export interface TestDatabase extends Database {
  /** Environment for a separate process: DATABASE_URL or DATA_DIR, and the file with the keys of the secrets. */
  env: { DATABASE_URL?: string; DATA_DIR?: string; SECRETS_KEY_FILE: string }
  secrets: Secrets
  drop(): Promise<void>
}

export async function freshDatabase(engine: EngineName): Promise<TestDatabase> {
  return databaseAt(engine === 'postgresql' ? await serverPlace() : folderPlace())
}

export async function databaseAt(place: Place): Promise<TestDatabase> {
  const database = await openDatabase({
    url: place.env.DATABASE_URL,
    dataDir: place.env.DATA_DIR ?? '',
    purpose: 'batch',
  })
  const keyFolder = mkdtempSync(join(tmpdir(), 'taghtiya-keys-'))
  const SECRETS_KEY_FILE = join(keyFolder, 'secrets.key')
  const secrets = await prepareSecrets(database.source, new KeyFile(SECRETS_KEY_FILE))
  const drop = async () => {
    await database.close()
    await place.remove()
    rmSync(keyFolder, { recursive: true, force: true })
  }
  return { ...database, secrets, env: { ...place.env, SECRETS_KEY_FILE }, drop }
}

interface Place {
  env: Omit<TestDatabase['env'], 'SECRETS_KEY_FILE'>
  remove(): Promise<void>
}

let databases = 0

/** A database without anything on the tests' cluster. */
export const emptyServerPlace = (): Promise<Place> => serverPlace('template0')

/** A copy of a template on the tests' cluster. */
export async function serverPlace(template = 'template'): Promise<Place> {
  const name = `t_${process.pid}_${++databases}`
  const url = (database: string) => inject('clusterUrl').replace('DATABASE', database)
  await withClient(url('postgres'), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const remove = () => withClient(url('postgres'), (c) => c.query(`DROP DATABASE ${name} WITH (FORCE)`))
  return { env: { DATABASE_URL: url(name) }, remove }
}

/** A copy of the prepared folder of the embedded database. */
export function folderPlace(): Place {
  const template = inject('embeddedTemplate')
  const dir = mkdtempSync(join(dirname(template), 'copy-'))
  cpSync(template, dir, { recursive: true })
  return { env: { DATA_DIR: dir }, remove: async () => rmSync(dir, { recursive: true, force: true }) }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

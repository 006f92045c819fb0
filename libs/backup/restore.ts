/** Restores a backup into an empty database, and compares what is there with what was there. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { extract } from 'tar'
import type { DataSource } from 'typeorm'
import {
  type WrongDigest,
  analyse,
  foreignTables,
  isKnownMigration,
  readState,
  wrongDigests,
} from '#store/backup'
import { EMBEDDED_FOLDER, openDatabase } from '#store/database'
import type { BackupTarget } from './back-up.js'
import { BackupError } from './backup-error.js'
import { type Manifest, readManifest } from './manifest.js'
import { runTool } from './postgresql-tools.js'

export interface Restored {
  manifest: Manifest
  /** The differences from the manifest, one line each; empty where all is as it was. */
  differences: string[]
}

/**
 * Restores `file` into the database at the URL, which must be empty, or into the folder, which must hold no database. Throws
 * BackupError before anything is written where the backup is not whole, is of the other kind, or is newer than this program.
 * On a server all of it is restored or nothing. `prepared` runs after the comparison: migrations since the backup.
 */
export async function restore(
  target: BackupTarget,
  file: string,
  told: (line: string) => void,
  prepared: (source: DataSource, manifest: Manifest) => Promise<void>,
): Promise<Restored> {
  told(`checking ${file}`)
  const manifest = await readManifest(file)
  refuseOtherKind(manifest, target)
  if (!isKnownMigration(manifest.migration))
    throw new BackupError(
      `the backup was made by a newer version (its last migration is ${manifest.migration}): install that version first`,
    )
  if (target.url === undefined) await unpack(target.dataDir, file)
  else await restoreDump(target.url, file, told)
  const database = await openDatabase({ ...target, purpose: 'batch' })
  try {
    told('collecting statistics')
    await analyse(database.source.manager)
    told('comparing counts and digests')
    const differences = await compare(database.source, manifest)
    if (differences.length === 0) await prepared(database.source, manifest)
    return { manifest, differences }
  } finally {
    await database.close()
  }
}

function refuseOtherKind({ kind }: Manifest, { url }: BackupTarget): void {
  if (kind === 'server' && url === undefined)
    throw new BackupError('the backup is of a database on a server: set DATABASE_URL to an empty database')
  if (kind === 'embedded' && url !== undefined)
    throw new BackupError(
      'the backup is of an embedded database: restore it without DATABASE_URL, into the folder DATA_DIR',
    )
}

async function unpack(dataDir: string, file: string): Promise<void> {
  const folder = join(dataDir, EMBEDDED_FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0)
    throw new BackupError(`${folder} holds a database already: restore into another DATA_DIR`)
  await extract({ file, cwd: folder, strict: true })
}

async function restoreDump(url: string, file: string, told: (line: string) => void): Promise<void> {
  const database = await openDatabase({ url, dataDir: '', purpose: 'batch' })
  try {
    const tables = await foreignTables(database.source.manager)
    if (tables.length > 0)
      throw new BackupError(
        `the database is not empty (it has ${tables.slice(0, 3).join(', ')}${tables.length > 3 ? ' …' : ''}): make a new one`,
      )
  } finally {
    await database.close()
  }
  await runTool(
    'pg_restore',
    url,
    ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges', '--no-comments', file],
    told,
  )
}

async function compare(source: DataSource, manifest: Manifest): Promise<string[]> {
  const found = await readState(source.manager)
  const wrong = await wrongDigests(source.manager)
  return [
    ...differing('table', manifest.rows, found.rows, 'rows'),
    ...differing('run', manifest.digests, found.digests, 'digest'),
    ...wrong.map(
      ({ run, stored, computed }: WrongDigest) =>
        `run ${run}: its cells give the digest ${computed} and not ${stored}`,
    ),
  ]
}

function differing(
  what: string,
  before: Readonly<Record<string, string | number>>,
  after: Readonly<Record<string, string | number>>,
  value: string,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map(
      (name) =>
        `${what} ${name}: ${value} ${before[name] ?? 'none'} in the backup, ${after[name] ?? 'none'} restored`,
    )
}

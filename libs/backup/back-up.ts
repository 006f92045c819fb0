/** Makes a backup while the observatory runs: the file, and its manifest, of one moment. */
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { create } from 'tar'
import type { DataSource, QueryRunner } from 'typeorm'
import { type DatabaseState, holdMoment, readState } from '#store/backup'
import { EMBEDDED_FOLDER } from '#store/database'
import { recordEvent } from '#store/people'
import { BackupError } from './backup-error.js'
import { FORMAT, type Manifest, manifestPathOf, sizeAndDigestOf, writeManifest } from './manifest.js'
import { runTool } from './postgresql-tools.js'

/** The place of the database: the URL, or else the folder. */
export interface BackupTarget {
  url: string | undefined
  dataDir: string
}

/**
 * Writes the file `out` and its manifest, and notes it in the log. Neither may exist; a folder, which ends with a slash, gets a file that
 * is named by the moment. The data are those of one moment: probes go on
 * being taken on a server; the embedded database waits until its folder is copied. `told` gets lines of progress.
 */
export async function backUp(
  source: DataSource,
  target: BackupTarget,
  out: string,
  author: string,
  told: (line: string) => void,
): Promise<{ file: string; manifest: Manifest }> {
  const file = out.endsWith('/') ? join(out, `${new Date().toISOString().replaceAll(':', '')}.backup`) : out
  await refuseExisting(file)
  const draft = `${file}.part`
  try {
    // The file has all data of the country: only its owner may read it.
    await makeEmpty(draft)
    const state = await atOneMoment(source, async (runner, moment) =>
      target.url === undefined
        ? await copyFolder(runner, target.dataDir, draft, told)
        : await dump(runner, target.url, moment, draft, told),
    )
    const manifest: Manifest = {
      format: FORMAT,
      kind: target.url === undefined ? 'embedded' : 'server',
      ...state,
      ...(await sizeAndDigestOf(draft)),
    }
    await rename(draft, file)
    await writeManifest(file, manifest)
    const { bytes, sha256, madeAt } = manifest
    await recordEvent(source.manager, {
      kind: 'export',
      author,
      action: 'back up',
      subject: 'database',
      detail: { bytes, sha256, madeAt },
    })
    return { file, manifest }
  } finally {
    await rm(draft, { force: true })
  }
}

async function makeEmpty(draft: string): Promise<void> {
  try {
    await (await open(draft, 'w', 0o600)).close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new BackupError(
      `${draft} cannot be written (${code}): the folder must exist, and be open to this user`,
    )
  }
}

async function refuseExisting(file: string): Promise<void> {
  for (const path of [file, manifestPathOf(file)]) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    )
    if (isThere) throw new BackupError(`${path} exists already: a backup replaces no file`)
  }
}

type State = DatabaseState & { madeAt: string }

async function atOneMoment(
  source: DataSource,
  work: (runner: QueryRunner, moment: string) => Promise<DatabaseState>,
): Promise<State> {
  const runner = source.createQueryRunner()
  try {
    await runner.startTransaction('REPEATABLE READ')
    const { moment, madeAt } = await holdMoment(runner.manager)
    const state = await work(runner, moment)
    await runner.commitTransaction()
    return { ...state, madeAt }
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction()
    throw error
  } finally {
    await runner.release()
  }
}

/** The counts and the dump are of the same moment. */
async function dump(
  runner: QueryRunner,
  url: string,
  moment: string,
  draft: string,
  told: (line: string) => void,
): Promise<DatabaseState> {
  const args = ['--format=custom', '--no-owner', '--no-privileges', `--snapshot=${moment}`, '--file', draft]
  const [state] = await Promise.all([readState(runner.manager), runTool('pg_dump', url, args, told)])
  return state
}

/**
 * Nothing is written into the folder between a checkpoint and the end of the transaction, because the engine has one session.
 * The copy is as a folder after a crash, right after a checkpoint.
 */
async function copyFolder(
  runner: QueryRunner,
  dataDir: string,
  draft: string,
  told: (line: string) => void,
): Promise<DatabaseState> {
  const state = await readState(runner.manager)
  await runner.query('CHECKPOINT')
  told('copying the folder of the database')
  await create({ cwd: join(dataDir, EMBEDDED_FOLDER), file: draft, gzip: true, portable: true }, ['.'])
  return state
}

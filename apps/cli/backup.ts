/** `backup` and `restore`: the whole database in one file, and back. */
import { BackupError, type Manifest, backUp, restore } from '#backup'
import type { Config } from '#config'
import { prepareDatabase } from '#setup'
import { recordEvent } from '#store/people'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

interface BackupOptions {
  config: Config
  author: string
  output: Output
}

/** Differences that are told one by one. */
const MAX_DIFFERENCES = 20

export async function runBackup(
  source: DataSource,
  { config, out, author, output }: BackupOptions & { out: string | undefined },
): Promise<boolean> {
  if (!out) throw new UsageError('missing --out FILE')
  const { file, manifest } = await orCommandError(() =>
    backUp(source, targetOf(config), out, author, (line) => output.progress(line)),
  )
  output.progress('')
  output.result([`${file}: ${summaryOf(manifest)}`, `SHA-256 ${manifest.sha256}`], { file, ...manifest })
  return true
}

/** True where the restored database is as the backed up one was. */
export async function runRestore(
  file: string | undefined,
  { config, author, output }: BackupOptions,
): Promise<boolean> {
  if (!file) throw new UsageError('missing FILE')
  const { manifest, differences } = await orCommandError(() =>
    restore(
      targetOf(config),
      file,
      (line) => output.progress(line),
      async (source, { madeAt, sha256 }) => {
        await prepareDatabase(source, new Date(), output.progress)
        await recordEvent(source.manager, {
          kind: 'change',
          author,
          action: 'restore',
          subject: 'database',
          detail: { madeAt, sha256 },
        })
      },
    ),
  )
  output.progress('')
  const lines =
    differences.length === 0
      ? [
          `restored ${summaryOf(manifest)}`,
          'counts of all tables and digests of all runs are those of the backup',
        ]
      : [
          ...differences.slice(0, MAX_DIFFERENCES),
          `${differences.length} differences: the database is NOT what was backed up`,
        ]
  output.result(lines, {
    madeAt: manifest.madeAt,
    rows: manifest.rows,
    runs: Object.keys(manifest.digests).length,
    differences,
  })
  return differences.length === 0
}

const targetOf = ({ databaseUrl, dataDir }: Config) => ({ url: databaseUrl, dataDir })

function summaryOf({ madeAt, rows, digests, bytes }: Manifest): string {
  const total = Object.values(rows).reduce((sum, n) => sum + n, 0)
  return `${madeAt}, ${rows['probe'] ?? 0} probes and ${Object.keys(digests).length} runs, ${total} rows in all, ${(bytes / 1e6).toFixed(1)} MB`
}

async function orCommandError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof BackupError) throw new CommandError(error.message)
    throw error
  }
}

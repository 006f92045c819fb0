/** The manifest beside a backup: what made it, what is in it, and what the file must be. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { DatabaseState } from '#store/backup'
import { BackupError } from './backup-error.js'

/** `server`: a custom-format dump of pg_dump. `embedded`: the folder of the embedded database, as a gzipped tar file. */
export type BackupKind = 'server' | 'embedded'

export interface Manifest extends DatabaseState {
  format: typeof FORMAT
  kind: BackupKind
  /** Moment of the data, ISO 8601. */
  madeAt: string
  /** Size of the file. */
  bytes: number
  /** SHA-256 of the file, hexadecimal. */
  sha256: string
}

export const FORMAT = 'taghtiya-backup-1'

export const manifestPathOf = (file: string): string => `${file}.manifest.json`

export async function sizeAndDigestOf(file: string): Promise<Pick<Manifest, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { bytes: (await stat(file)).size, sha256: hash.digest('hex') }
}

export const writeManifest = (file: string, manifest: Manifest): Promise<void> =>
  writeFile(manifestPathOf(file), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' })

/** The manifest of a backup whose file is what it says. Throws BackupError where a file is missing or not whole. */
export async function readManifest(file: string): Promise<Manifest> {
  const path = manifestPathOf(file)
  const text = await readFile(path, 'utf8').catch(() => {
    throw new BackupError(`${path} cannot be read: a backup is two files, and both are needed`)
  })
  const manifest = parsed(text)
  if (manifest?.format !== FORMAT)
    throw new BackupError(`${path} is no manifest of a backup ("format" is not ${FORMAT})`)
  const found = await sizeAndDigestOf(file).catch(() => {
    throw new BackupError(`${file} cannot be read`)
  })
  if (found.bytes !== manifest.bytes)
    throw new BackupError(`${file} has ${found.bytes} bytes and not ${manifest.bytes}: it is not whole`)
  if (found.sha256 !== manifest.sha256)
    throw new BackupError(
      `${file} is not the file that was made: its SHA-256 is ${found.sha256}, the manifest has ${manifest.sha256}`,
    )
  return manifest
}

function parsed(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest | null
  } catch {
    return null
  }
}

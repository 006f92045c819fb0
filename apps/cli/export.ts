/** `export COLLECTION --format F --out FILE`: writes the file and, beside it, a description of it. */
import { DEFAULT_RULE } from '#domain/rule'
import { EXPORT_FORMATS, dataPackage, isExportFormat } from '#formats/export'
import {
  COLLECTIONS,
  type Collection,
  asPoints,
  collectionOf,
  exportFeatures,
  isCollection,
  licencesOf,
} from '#store/ogc'
import { recordEvent } from '#store/people'
import { type RunRow, findRule, findRun, latestRun } from '#store/runs'
import { isSimulated } from '#store/sites'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

interface ExportOptions {
  source: DataSource
  author: string
  output: Output
  collection: string | undefined
  format: string | undefined
  out: string | undefined
  rule: string | undefined
  run: string | undefined
  licence: string | null
}

/** Writes an export and its datapackage.json. True when both are written. */
export async function runExport(options: ExportOptions): Promise<boolean> {
  const { source, output, collection: name = '', format = '', out } = options
  if (!isCollection(name))
    throw new UsageError(`unknown or missing collection; expected one of: ${COLLECTIONS.join(', ')}`)
  if (!isExportFormat(format))
    throw new UsageError(
      `--format must be one of ${Object.keys(EXPORT_FORMATS).join(', ')}; it is "${format}"`,
    )
  if (!out) throw new UsageError(`export ${name} requires --out FILE`)
  const collection = collectionOf(name)
  const run = await runOf(collection, options)
  const layer = format === 'csv' ? asPoints(collection) : collection
  await recordEvent(source.manager, {
    kind: 'export',
    author: options.author,
    action: 'export a collection',
    subject: `${name}.${format}`,
  })
  const written = { rows: 0, bytes: 0, hash: createHash('sha256') }
  const features = countRows(exportFeatures(source.manager, layer, run), (rows) => {
    written.rows += rows
    output.progress(`${written.rows} rows`)
  })
  await writeAtomically(out, EXPORT_FORMATS[format].write(layer, features), (piece) => {
    written.bytes += Buffer.byteLength(piece)
    written.hash.update(piece)
  })
  const rule = run && (await findRule(source.manager, run.rule, run.ruleVersion))!
  const description = dataPackage({
    layer,
    format,
    path: basename(out),
    bytes: written.bytes,
    sha256: written.hash.digest('hex'),
    simulated: await isSimulated(source.manager),
    licences: licencesOf(layer, options.licence),
    run: run && { ...run },
    rule: rule && { ...rule },
  })
  await writeFile(`${out}.datapackage.json`, `${JSON.stringify(description, null, 2)}\n`)
  const ofRun = run ? ` of run ${run.id} (${run.rule})` : ''
  output.result(
    [`${written.rows} rows of ${name}${ofRun} in ${out}; ${basename(out)}.datapackage.json describes them`],
    {
      rows: written.rows,
      bytes: written.bytes,
      run: run?.id ?? null,
    },
  )
  return true
}

/** The part of a datapackage.json that describes the file itself. */
interface DescribedFile {
  resources: [{ bytes: number; hash: string }]
}

/** Compares a file with the description beside it, because copies can be cut short or mixed up. True if they agree. */
export async function verifyExport(file: string | undefined, output: Output): Promise<boolean> {
  if (!file) throw new UsageError('export verify requires a FILE')
  const { bytes, hash } = await readDescription(`${file}.datapackage.json`)
  const actual = { bytes: 0, hash: createHash('sha256') }
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      actual.bytes += chunk.length
      actual.hash.update(chunk)
    }
  } catch (error) {
    throw new CommandError(`cannot read ${file} (${(error as NodeJS.ErrnoException).code})`)
  }
  const isSame = actual.bytes === bytes && `sha256:${actual.hash.digest('hex')}` === hash
  const sentence = isSame
    ? 'matches its description'
    : `does not match its description: it has ${actual.bytes} bytes, ${bytes} were written`
  output.result([`${file} ${sentence}`], { same: isSame, bytes: actual.bytes, described: bytes })
  return isSame
}

async function readDescription(file: string): Promise<DescribedFile['resources'][0]> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as DescribedFile).resources[0]
  } catch {
    throw new CommandError(`${file} is missing or is not the description of an export`)
  }
}

/** The run to export: the one named by --run, else the latest one of the rule; null for a collection without runs. */
async function runOf(
  { id, ofRun }: Collection,
  { source, rule, run }: ExportOptions,
): Promise<RunRow | null> {
  if (!ofRun) {
    if (rule !== undefined || run !== undefined)
      throw new UsageError(`${id} does not depend on a run: omit --rule and --run`)
    return null
  }
  if (run !== undefined && !/^\d{1,9}$/.test(run))
    throw new UsageError(`--run must be the id of a run; it is "${run}"`)
  const ruleId = rule ?? DEFAULT_RULE.id
  const exportedRun = run
    ? await findRun(source.manager, Number(run))
    : await latestRun(source.manager, ruleId)
  if (!exportedRun)
    throw new CommandError(run ? `there is no run ${run}` : `the rule "${ruleId}" has no run yet`)
  return exportedRun
}

async function* countRows<T>(
  batches: AsyncIterable<T[]>,
  count: (rows: number) => void,
): AsyncGenerator<T[]> {
  for await (const batch of batches) {
    count(batch.length)
    yield batch
  }
}

/** Writes under another name until the file is complete, so that a file that exists can be relied on. */
async function writeAtomically(
  out: string,
  pieces: AsyncIterable<string | Uint8Array>,
  onPiece: (piece: string | Uint8Array) => void,
): Promise<void> {
  const part = `${out}.part`
  async function* observed() {
    for await (const piece of pieces) {
      onPiece(piece)
      yield piece
    }
  }
  try {
    await pipeline(Readable.from(observed(), { objectMode: false }), createWriteStream(part))
    await rename(part, out)
  } catch (error) {
    await rm(part, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'ENOTDIR')
      throw new CommandError(`cannot write ${out} (${code})`)
    throw error
  }
}

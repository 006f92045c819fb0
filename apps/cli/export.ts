/** `export COLLECTION --format F --out FILE`: the file, and beside it what it is. */
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
  output: Output
  collection: string | undefined
  format: string | undefined
  out: string | undefined
  rule: string | undefined
  run: string | undefined
  licence: string | null
}

const DEFAULT_RULE = 'ma-floor'

export async function runExport(options: ExportOptions): Promise<boolean> {
  const { source, output, collection: name = '', format = '', out } = options
  if (!isCollection(name)) throw new UsageError(`export what? One of: ${COLLECTIONS.join(', ')}`)
  if (!isExportFormat(format))
    throw new UsageError(
      `--format is "${format}": one of ${Object.keys(EXPORT_FORMATS).join(', ')} is needed`,
    )
  if (!out) throw new UsageError(`export ${name} needs --out FILE`)
  const collection = collectionOf(name)
  const run = await runOf(collection, options)
  const layer = format === 'csv' ? asPoints(collection) : collection
  const told = { rows: 0, bytes: 0, hash: createHash('sha256') }
  const features = countRows(exportFeatures(source.manager, layer, run), (rows) => {
    told.rows += rows
    output.progress(`${told.rows} rows`)
  })
  await writeAtomically(out, EXPORT_FORMATS[format].write(layer, features), (piece) => {
    told.bytes += Buffer.byteLength(piece)
    told.hash.update(piece)
  })
  const rule = run && (await findRule(source.manager, run.rule, run.ruleVersion))!
  const description = dataPackage({
    layer,
    format,
    path: basename(out),
    bytes: told.bytes,
    sha256: told.hash.digest('hex'),
    simulated: await isSimulated(source.manager),
    licences: licencesOf(layer, options.licence),
    run: run && { ...run },
    rule: rule && { ...rule },
  })
  await writeFile(`${out}.datapackage.json`, `${JSON.stringify(description, null, 2)}\n`)
  const of = run ? ` of run ${run.id} (${run.rule})` : ''
  output.result(
    [`${told.rows} rows of ${name}${of} in ${out}; ${basename(out)}.datapackage.json describes them`],
    {
      rows: told.rows,
      bytes: told.bytes,
      run: run?.id ?? null,
    },
  )
  return true
}

interface DescribedFile {
  resources: [{ bytes: number; hash: string }]
}

/** Copies get cut and mixed up: compares a file with the description that was written beside it. */
export async function verifyExport(file: string | undefined, output: Output): Promise<boolean> {
  if (!file) throw new UsageError('export verify needs a FILE')
  const { bytes, hash } = await readDescription(`${file}.datapackage.json`)
  const found = { bytes: 0, hash: createHash('sha256') }
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      found.bytes += chunk.length
      found.hash.update(chunk)
    }
  } catch (error) {
    throw new CommandError(`cannot read ${file} (${(error as NodeJS.ErrnoException).code})`)
  }
  const same = found.bytes === bytes && `sha256:${found.hash.digest('hex')}` === hash
  const words = same
    ? 'is what its description says'
    : `is not what its description says: it has ${found.bytes} bytes, ${bytes} were written`
  output.result([`${file} ${words}`], { same, bytes: found.bytes, described: bytes })
  return same
}

async function readDescription(file: string): Promise<DescribedFile['resources'][0]> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as DescribedFile).resources[0]
  } catch {
    throw new CommandError(`${file} is no description of an export, or is not there`)
  }
}

async function runOf(
  { id, ofRun }: Collection,
  { source, rule, run }: ExportOptions,
): Promise<RunRow | null> {
  if (!ofRun) {
    if (rule !== undefined || run !== undefined)
      throw new UsageError(`${id} speaks of no run: leave --rule and --run out`)
    return null
  }
  if (run !== undefined && !/^\d{1,9}$/.test(run))
    throw new UsageError(`--run is "${run}": the id of a run is needed`)
  const found = run
    ? await findRun(source.manager, Number(run))
    : await latestRun(source.manager, rule ?? DEFAULT_RULE)
  if (!found)
    throw new CommandError(
      run ? `there is no run ${run}` : `the rule "${rule ?? DEFAULT_RULE}" has no run yet`,
    )
  return found
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

/** Under another name until it is whole: a file that is there can be relied on. */
async function writeAtomically(
  out: string,
  pieces: AsyncIterable<string | Uint8Array>,
  told: (piece: string | Uint8Array) => void,
): Promise<void> {
  const part = `${out}.part`
  async function* telling() {
    for await (const piece of pieces) {
      told(piece)
      yield piece
    }
  }
  try {
    await pipeline(Readable.from(telling(), { objectMode: false }), createWriteStream(part))
    await rename(part, out)
  } catch (error) {
    await rm(part, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'ENOTDIR')
      throw new CommandError(`cannot write ${out} (${code})`)
    throw error
  }
}

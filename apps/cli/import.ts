/** `import areas|localities|sites|declared|planned|plan|probes FILE`. */
import { type RowRejection } from '#formats/fields'
import { UnreadableFileError } from '#formats/file'
import { readAreas, readCoverage, readLocalities, readPlan, readSites } from '#formats/lists'
import { ImportQuestion, TOOL_FORMATS, UNIT_NAMES } from '#formats/tools'
import { TECHNOLOGIES } from '#domain/probe'
import { cellToSql, coveredCells } from '#geo'
import {
  type ResultsPreview,
  ProbeWriter,
  type ImportOptions as Results,
  importResults,
  previewResults,
} from '#ingest'
import { workingCellCountOf } from '#setup'
import { importAreas, upsertLocalities } from '#store/areas'
import { type CoverageKind, type CoverageRow, importCoverage } from '#store/coverage'
import { recordChange } from '#store/people'
import { importPlan } from '#store/plan'
import { findSite, upsertSites } from '#store/sites'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

interface ImportOptions {
  source: DataSource
  file: string
  author: string
  output: Output
  vintage?: string | undefined
  site?: string | undefined
  operator?: string | undefined
  date?: string | undefined
  format?: string | undefined
  unit?: string | undefined
  measuredAt?: string | undefined
  technology?: string | undefined
  preview?: boolean | undefined
}

type Importer = (options: ImportOptions) => Promise<boolean>

const IMPORTERS: Record<string, Importer> = {
  areas,
  localities,
  sites,
  declared: coverage('declared'),
  planned: coverage('planned'),
  plan,
  probes,
}

/** True when everything in the file was taken. */
export async function runImport(
  kind: string | undefined,
  options: Omit<ImportOptions, 'file'> & { file?: string | undefined },
): Promise<boolean> {
  const importer = IMPORTERS[kind ?? '']
  if (!importer) throw new UsageError(`import what? One of: ${Object.keys(IMPORTERS).join(', ')}`)
  if (!options.file) throw new UsageError(`import ${kind} needs a FILE`)
  try {
    return await importer({ ...options, file: options.file })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
      throw new CommandError(`cannot read ${options.file} (${code})`)
    if (error instanceof UnreadableFileError) throw new CommandError(error.message)
    throw error
  }
}

/** Refusals shown to people; --json has them all. */
const MAX_REPORTED = 50

function report(
  { output, file }: ImportOptions,
  imported: number,
  refused: readonly RowRejection[],
  notes: readonly string[],
): boolean {
  const lines = [
    ...notes.map((note) => `note: ${note}`),
    ...refused.slice(0, MAX_REPORTED).map(rejectionLine),
    ...(refused.length > MAX_REPORTED
      ? [`… and ${refused.length - MAX_REPORTED} more; --json lists all`]
      : []),
    `${imported} imported, ${refused.length} refused, from ${basename(file)}`,
  ]
  output.result(lines, { imported, refused, notes })
  return refused.length === 0
}

const rejectionLine = ({ line, code, field, value, reason }: RowRejection) =>
  `refused${line === undefined ? '' : ` line ${line}`}${code ? ` (${code})` : ''}: ${field} "${value}": ${reason}`

async function areas(options: ImportOptions): Promise<boolean> {
  const { source, file, author, output, vintage } = options
  if (vintage !== undefined && !/^(19|20)\d\d$/.test(vintage))
    throw new UsageError(`--vintage is "${vintage}": a year is needed`)
  const read = readAreas(await readFile(file), {
    name: basename(file),
    ...(vintage && { vintage: Number(vintage) }),
  })
  output.progress(`${read.areas.length} areas read; checking and writing …`)
  const done = await importAreas(source, read.areas, {
    source: basename(file),
    author,
    cellCount: workingCellCountOf,
  })
  return report(options, done.imported, [...read.rejections, ...done.refused], read.notes)
}

/** Rows in one statement. */
const CHUNK = 2_000

async function localities(options: ImportOptions): Promise<boolean> {
  const { source, file, author, output } = options
  const read = await readLocalities(createReadStream(file), basename(file))
  for (let i = 0; i < read.localities.length; i += CHUNK) {
    await upsertLocalities(source.manager, read.localities.slice(i, i + CHUNK))
    output.progress(`${i} of ${read.localities.length} localities`)
  }
  await recordChange(source.manager, author, 'import localities', `${read.localities.length} localities`, {
    file: basename(file),
  })
  return report(options, read.localities.length, read.rejections, read.notes)
}

async function sites(options: ImportOptions): Promise<boolean> {
  const { source, file, author } = options
  const read = await readSites(createReadStream(file), basename(file))
  for (let i = 0; i < read.sites.length; i += CHUNK)
    await upsertSites(source.manager, read.sites.slice(i, i + CHUNK), { author, simulated: false })
  await recordChange(source.manager, author, 'import sites', `${read.sites.length} sites`, {
    file: basename(file),
  })
  return report(options, read.sites.length, read.rejections, read.notes)
}

/** A wrong polygon can name the whole Earth: Morocco has fewer than a million cells, each a network or two. */
const MAX_CELLS = 2_000_000

function coverage(kind: CoverageKind): Importer {
  return async (options) => {
    const { source, file, author, output, operator, date } = options
    const read = await readCoverage(createReadStream(file), basename(file), { operator, date })
    const refused = [...read.rejections]
    const rows: CoverageRow[] = []
    for (const { place, line, ...claim } of read.claims) {
      const cells = coveredCells(place)
      if (cells === null)
        refused.push({ line, field: 'h3', value: 'h3' in place ? place.h3 : '', reason: NO_CELL })
      else if (cells.length === 0) refused.push({ line, field: 'geometry', value: '', reason: NO_CENTRE })
      for (const h3 of cells ?? []) rows.push({ cell: cellToSql(h3), ...claim })
      if (rows.length > MAX_CELLS)
        throw new CommandError(`${basename(file)} covers more than ${MAX_CELLS} cells`)
    }
    const about = {
      source: basename(file),
      author,
      progress: (n: number) => output.progress(`${n} of ${rows.length} cells`),
    }
    const { added, replaced, duplicates } = await importCoverage(source, kind, rows, about)
    const note = `${added} cells added, ${replaced} replaced, ${duplicates} known already or named twice`
    return report(options, read.claims.length - (refused.length - read.rejections.length), refused, [note])
  }
}

const NO_CELL = 'is not an H3 cell of resolution 8'
const NO_CENTRE = 'no cell has its centre in the polygon: it is smaller than a cell'

/** New and changed items of the plan; `--preview` only says what they would be. */
async function plan(options: ImportOptions): Promise<boolean> {
  const { source, file, author, preview = false } = options
  const name = basename(file)
  const read = await readPlan(createReadStream(file), name)
  const about = {
    author,
    source: name,
    comment: `import of ${name}`,
    simulated: false,
    now: new Date(),
    preview,
  }
  const { added, changed, unchanged, refused } = await importPlan(source, read.rows, about)
  const note = `${added} new, ${changed} changed, ${unchanged} unchanged${preview ? '; nothing was written' : ''}`
  return report(options, preview ? 0 : added + changed, [...read.rejections, ...refused], [note])
}

/** Results of any tool, or probes of the contract; `--site` gives a place to those without one. */
async function probes(options: ImportOptions): Promise<boolean> {
  const { source, file, author, output, preview } = options
  const { device, ...defaults } = await deviceOptionsOf(options)
  const reading = { ...defaults, ...formatOptionsOf(options), device, clock: () => Date.now() }
  try {
    if (preview) return reportPreview(options, await previewResults(createReadStream(file), reading))
    const result = await importResults(new ProbeWriter(source, 1), createReadStream(file), reading)
    const { accepted, duplicates, rejected, rejectedMore = 0, format } = result
    await recordChange(source.manager, author, 'import probes', `${accepted} probes`, {
      file: basename(file),
    })
    const lines = [
      ...rejected.slice(0, MAX_REPORTED).map((r) => `refused record ${r.index + 1}: ${r.reason}`),
      `${accepted} accepted, ${duplicates} duplicates, ${rejected.length + rejectedMore} refused (in quarantine), from ${basename(file)} (${format})`,
    ]
    output.result(lines, result)
    return rejected.length === 0
  } catch (error) {
    if (error instanceof ImportQuestion)
      throw new CommandError(error.message.replaceAll(/\b(format|unit|measuredAt)=/g, asFlag))
    throw error
  }
}

/** The question names the parameters of the API; here they are options. */
const asFlag = (_: string, name: string) => `--${name === 'measuredAt' ? 'measured-at' : name} `

function reportPreview({ output, file }: ImportOptions, preview: ResultsPreview): boolean {
  const { records, accepted, reasons, format, unit } = preview
  const lines = [
    ...reasons.map(({ reason, count }) => `would refuse ${count}: ${reason}`),
    `${basename(file)} is ${format}${unit ? `, speeds ${unit}` : ''}: of ${records} records ${accepted} would be accepted; nothing was written`,
  ]
  output.result(lines, preview)
  return accepted === records
}

function formatOptionsOf({ format, unit, measuredAt, technology }: ImportOptions) {
  const among = <T extends string>(
    name: string,
    given: string | undefined,
    known: readonly T[],
  ): T | null => {
    if (given === undefined) return null
    if (!known.includes(given as T))
      throw new UsageError(`--${name} is "${given}": one of ${known.join(', ')}`)
    return given as T
  }
  if (measuredAt !== undefined && Number.isNaN(Date.parse(measuredAt)))
    throw new UsageError(`--measured-at is "${measuredAt}": a time such as 2026-03-01T09:30:00Z is needed`)
  const said = among('technology', technology, TECHNOLOGIES)
  return {
    format: among('format', format === 'auto' ? undefined : format, TOOL_FORMATS),
    unit: among('unit', unit, UNIT_NAMES),
    measuredAt,
    ...(said && { technology: said }),
  }
}

async function deviceOptionsOf({
  source,
  site,
  operator,
}: ImportOptions): Promise<Pick<Results, 'device' | 'operator' | 'technology'>> {
  if (site === undefined) return { device: null, operator }
  const found = await findSite(source.manager, site)
  if (!found) throw new CommandError(`no site has the code "${site}"`)
  return {
    device: { id: null, siteCode: found.code, lat: found.lat, lng: found.lng },
    operator: operator ?? found.operator,
    technology: found.technology,
  }
}

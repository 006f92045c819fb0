/** `import areas|localities|sites|lines|declared|planned|plan|probes FILE`. */
import type { RowRejection } from '#formats/fields'
import { UnreadableFileError } from '#formats/file'
import {
  type ListOptions,
  type RowBalance,
  assertBalanced,
  readAreas,
  readCoverage,
  readLines,
  readLocalities,
  readPlan,
  readSites,
  rejectedRowCount,
} from '#formats/lists'
import { ImportQuestion } from '#formats/tools'
import { type ResultsPreview, ProbeWriter, importResults, judgeCoverage, previewResults } from '#ingest'
import { workingCellCountOf } from '#setup'
import { importAreas, upsertLocalities } from '#store/areas'
import { type CoverageKind, importCoverage } from '#store/coverage'
import { recordChange } from '#store/people'
import { importPlan } from '#store/plan'
import { importLines } from '#store/programme'
import { paddedSiteCodes, upsertSites } from '#store/sites'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import {
  type ImportOptions,
  crsOption,
  decimalOption,
  deviceOptionsOf,
  formatOptionsOf,
} from './import-options.js'
import { CommandError, UsageError } from './output.js'

type Importer = (options: ImportOptions) => Promise<boolean>

const IMPORTERS: Record<string, Importer> = {
  areas,
  localities,
  sites,
  declared: coverage('declared'),
  planned: coverage('planned'),
  plan,
  lines,
  probes,
}

/** True when every row of the file was taken. */
export async function runImport(
  kind: string | undefined,
  options: Omit<ImportOptions, 'file'> & { file?: string | undefined },
): Promise<boolean> {
  const importer = Object.hasOwn(IMPORTERS, kind ?? '') ? IMPORTERS[kind!] : undefined
  if (!importer)
    throw new UsageError(`unknown or missing kind; expected one of: ${Object.keys(IMPORTERS).join(', ')}`)
  if (!options.file) throw new UsageError(`import ${kind} needs a FILE`)
  try {
    return await importer({ ...options, file: options.file })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
      throw new CommandError(`cannot read ${options.file} (${code})`)
    if (error instanceof UnreadableFileError || error instanceof ImportQuestion)
      throw new CommandError(error.message.replaceAll(PARAMETER, asFlag))
    throw error
  }
}

/** Questions name the parameters of the API; here they are options. */
const PARAMETER = /\b(format|unit|lossUnit|decimal|crs|sheet|measuredAt)=/g
const asFlag = (_: string, name: string) =>
  `--${name === 'measuredAt' ? 'measured-at' : name === 'lossUnit' ? 'loss-unit' : name} `

/** Rejections that are shown to people; --json has them all. */
const MAX_REPORTED = 50

interface ImportReport {
  balance: RowBalance
  rejections: readonly RowRejection[]
  notes: readonly string[]
  /** Nothing was written: the rows that would have been are counted as such. */
  preview?: boolean
}

/** Says what became of the rows of a file, after checking that none is missing. */
function report(
  { output, file }: ImportOptions,
  { balance, rejections, notes, preview }: ImportReport,
): boolean {
  assertBalanced(balance)
  const { rows, unchanged, rejected } = balance
  const imported = preview ? 0 : balance.written
  const lines = [
    ...notes.map((note) => `note: ${note}`),
    ...rejections.slice(0, MAX_REPORTED).map(rejectionLine),
    ...(rejections.length > MAX_REPORTED
      ? [`… and ${rejections.length - MAX_REPORTED} more; --json lists all`]
      : []),
    `${preview ? `${balance.written} would be` : imported} imported, ${rejected} refused${unchanged > 0 ? `, ${unchanged} unchanged` : ''}, of ${rows} rows from ${basename(file)}`,
  ]
  output.result(lines, { imported, refused: rejections, notes, rows, refusedRows: rejected, unchanged })
  return rejections.length === 0
}

const rejectionLine = ({ line, code, field, value, reason }: RowRejection) =>
  `refused${line === undefined ? '' : ` line ${line}`}${code ? ` (${code})` : ''}: ${field} "${value}": ${reason}`

/** The options that all lists are read with. */
function listOptionsOf({ file, sheet, crs, decimal }: ImportOptions): ListOptions {
  return { name: basename(file), sheet, crs: crsOption(crs), decimal: decimalOption(decimal) }
}

async function areas(options: ImportOptions): Promise<boolean> {
  const { source, file, author, output, vintage } = options
  if (vintage !== undefined && !/^(19|20)\d\d$/.test(vintage))
    throw new UsageError(`--vintage is "${vintage}": a year is needed`)
  const areaFile = await readAreas(createReadStream(file), {
    ...listOptionsOf(options),
    ...(vintage && { vintage: Number(vintage) }),
  })
  output.progress(`${areaFile.areas.length} areas read; checking and writing …`)
  const { imported, refused } = await importAreas(source, areaFile.areas, {
    source: basename(file),
    author,
    cellCount: workingCellCountOf,
  })
  return report(options, {
    balance: {
      rows: areaFile.rowCount,
      written: imported,
      unchanged: 0,
      rejected: rejectedRowCount(areaFile.rejections) + refused.length,
    },
    rejections: [...areaFile.rejections, ...refused],
    notes: areaFile.notes,
  })
}

/** Rows in one statement. */
const CHUNK = 2_000

async function localities(options: ImportOptions): Promise<boolean> {
  const { source, file, author, output } = options
  const list = await readLocalities(createReadStream(file), listOptionsOf(options))
  for (let i = 0; i < list.localities.length; i += CHUNK) {
    await upsertLocalities(source.manager, list.localities.slice(i, i + CHUNK))
    output.progress(`${i} of ${list.localities.length} localities`)
  }
  await recordChange(source.manager, author, 'import localities', `${list.localities.length} localities`, {
    file: basename(file),
  })
  return report(options, {
    balance: {
      rows: list.rowCount,
      written: list.localities.length,
      unchanged: 0,
      rejected: rejectedRowCount(list.rejections),
    },
    ...list,
  })
}

async function sites(options: ImportOptions): Promise<boolean> {
  const { source, file, author } = options
  const list = await readSites(createReadStream(file), listOptionsOf(options))
  const padded = await paddedSiteCodes(
    source.manager,
    list.sites.map(({ code }) => code),
  )
  const written = list.sites.filter(({ code }) => !padded.has(code))
  const rejections = [
    ...list.rejections,
    ...list.sites.filter(({ code }) => padded.has(code)).map(({ code }) => lostZerosRejection(code, padded)),
  ]
  for (let i = 0; i < written.length; i += CHUNK)
    await upsertSites(source.manager, written.slice(i, i + CHUNK), {
      author,
      simulated: false,
      kept: list.absent,
    })
  await recordChange(source.manager, author, 'import sites', `${written.length} sites`, {
    file: basename(file),
  })
  return report(options, {
    balance: {
      rows: list.rowCount,
      written: written.length,
      unchanged: 0,
      rejected: rejectedRowCount(list.rejections) + list.sites.length - written.length,
    },
    rejections,
    notes: list.notes,
  })
}

const lostZerosRejection = (code: string, padded: ReadonlyMap<string, string>): RowRejection => ({
  code,
  field: 'code',
  value: code,
  reason: `there is a site ${padded.get(code)!}: the leading zeros of this code are probably lost; format the column as text`,
})

/** A wrong polygon can name the whole Earth: Morocco has fewer than a million cells, each a network or two. */
const MAX_CELLS = 2_000_000

function coverage(kind: CoverageKind): Importer {
  return async (options) => {
    const { source, file, author, output, operator, date } = options
    const list = await readCoverage(createReadStream(file), { ...listOptionsOf(options), operator, date })
    const judged = await judgeCoverage(source.manager, list, { operator: null, scope: null }, MAX_CELLS)
    if ('tooMany' in judged) throw new CommandError(`${basename(file)} covers more than ${MAX_CELLS} cells`)
    const { rows, rejections } = judged
    const about = {
      source: basename(file),
      author,
      progress: (n: number) => output.progress(`${n} of ${rows.length} cells`),
    }
    const { added, replaced, duplicates } = await importCoverage(source, kind, rows, about)
    const rejected = rejectedRowCount(rejections)
    return report(options, {
      balance: {
        rows: list.rowCount,
        written: judged.claims,
        unchanged: 0,
        rejected,
      },
      rejections,
      notes: [
        ...list.notes,
        `${added} cells added, ${replaced} replaced, ${duplicates} known already or named twice`,
      ],
    })
  }
}

/** New and changed items of the plan; `--preview` only says what they would be. */
async function plan(options: ImportOptions): Promise<boolean> {
  const { source, file, author, preview = false } = options
  const name = basename(file)
  const list = await readPlan(createReadStream(file), listOptionsOf(options))
  const about = {
    author,
    source: name,
    comment: `import of ${name}`,
    simulated: false,
    now: new Date(),
    preview,
  }
  const { added, changed, unchanged, refused } = await importPlan(source, list.rows, about)
  const rejections = [...list.rejections, ...refused]
  const note = `${added} new, ${changed} changed, ${unchanged} unchanged${preview ? '; nothing was written' : ''}`
  return report(options, {
    balance: {
      rows: list.rowCount,
      written: added + changed,
      unchanged,
      rejected: rejectedRowCount(rejections),
    },
    rejections,
    notes: [...list.notes, note],
    preview,
  })
}

/** Lines of sites: who provides them, and on which days they were surveyed, contracted and installed. */
async function lines(options: ImportOptions): Promise<boolean> {
  const { source, file, author, preview = false } = options
  const name = basename(file)
  const list = await readLines(createReadStream(file), listOptionsOf(options))
  const { added, changed, unchanged, refused } = await importLines(source, list.rows, {
    author,
    file: name,
    comment: `import of ${name}`,
    now: new Date(),
    preview,
  })
  const rejections = [...list.rejections, ...refused]
  const note = `${added} new, ${changed} changed, ${unchanged} unchanged${preview ? '; nothing was written' : ''}`
  return report(options, {
    balance: {
      rows: list.rowCount,
      written: added + changed,
      unchanged,
      rejected: rejectedRowCount(rejections),
    },
    rejections,
    notes: [...list.notes, note],
    preview,
  })
}

/** Results of any tool, or probes of the contract; `--site` gives a place to those without one. */
async function probes(options: ImportOptions): Promise<boolean> {
  const { source, file, author, output, preview } = options
  const { device, ...defaults } = await deviceOptionsOf(options)
  const resultsOptions = { ...defaults, ...formatOptionsOf(options), device, clock: () => Date.now() }
  if (preview) return reportPreview(options, await previewResults(createReadStream(file), resultsOptions))
  const result = await importResults(new ProbeWriter(source, 1), createReadStream(file), resultsOptions)
  const { accepted, duplicates, rejected, rejectedMore = 0, format, notes } = result
  await recordChange(source.manager, author, 'import probes', `${accepted} probes`, {
    file: basename(file),
  })
  const lines = [
    ...notes.map((note) => `note: ${note}`),
    ...rejected.slice(0, MAX_REPORTED).map((r) => `refused record ${r.index + 1}: ${r.reason}`),
    `${accepted} accepted, ${duplicates} duplicates, ${rejected.length + rejectedMore} refused (in quarantine), from ${basename(file)} (${format})`,
  ]
  output.result(lines, result)
  return rejected.length === 0
}

function reportPreview({ output, file }: ImportOptions, preview: ResultsPreview): boolean {
  const { records, accepted, reasons, format, unit, notes } = preview
  const lines = [
    ...notes.map((note) => `note: ${note}`),
    ...reasons.map(({ reason, count }) => `would refuse ${count}: ${reason}`),
    `${basename(file)} is ${format}${unit ? `, speeds ${unit}` : ''}: of ${records} records ${accepted} would be accepted; nothing was written`,
  ]
  output.result(lines, preview)
  return accepted === records
}

/** `roster list|add|end|withdraw|import`: which operators may serve the country. */
import { operatorOf } from '#domain/operator'
import type { Technology } from '#domain/probe'
import type { RosterEntry } from '#domain/roster'
import { parseDay } from '#formats/civil-time'
import { technologyOf } from '#formats/fields'
import { UnreadableFileError } from '#formats/file'
import { assertBalanced, readRoster, rejectedRowCount } from '#formats/lists'
import {
  type RosterAuthor,
  type RosterFieldRejection,
  type RosterRow,
  addRosterEntry,
  endRosterEntry,
  importRoster,
  listRoster,
  listRosterHistory,
  withdrawRosterEntry,
} from '#store/roster'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

/** The options of all actions, as they were written. */
interface RosterOptions {
  source: DataSource
  author: string
  output: Output
  /** The id of an entry, or a file. */
  subject: string | undefined
  values: {
    at?: string | undefined
    'known-before'?: string | undefined
    history?: boolean | undefined
    operator?: string | undefined
    technology?: string | undefined
    region?: string | undefined
    from?: string | undefined
    to?: string | undefined
    source?: string | undefined
    assumption?: boolean | undefined
    comment?: string | undefined
    preview?: boolean | undefined
    sheet?: string | undefined
  }
}

const ACTIONS: Record<string, (options: RosterOptions) => Promise<boolean>> = {
  list,
  add,
  end,
  withdraw,
  import: importFile,
}

/** True when all of it was done. */
export async function runRoster(action: string | undefined, options: RosterOptions): Promise<boolean> {
  const run = Object.hasOwn(ACTIONS, action ?? '') ? ACTIONS[action!] : undefined
  if (!run)
    throw new UsageError(`unknown or missing action; expected one of: ${Object.keys(ACTIONS).join(', ')}`)
  return run(options)
}

const MAX_HISTORY = 10_000

async function list({ source, output, values }: RosterOptions): Promise<boolean> {
  const { at, 'known-before': knownBefore, history = false } = values
  if (history && (at ?? knownBefore) !== undefined)
    throw new UsageError('--history has all entries: omit --at and --known-before')
  const items = history
    ? await listRosterHistory(source.manager, { before: Number.MAX_SAFE_INTEGER, limit: MAX_HISTORY })
    : await listRoster(source.manager, {
        day: dayOption('at', at),
        knownBefore: knownBefore === undefined ? null : momentOption(knownBefore),
      })
  output.result(items.length > 0 ? items.map(lineOf) : ['the roster has no entries'], { items })
  return true
}

function lineOf({ id, withdrawnAt, withdrawnBy, withdrawalComment, ...entry }: RosterRow): string {
  const withdrawn = withdrawnAt
    ? `; withdrawn ${withdrawnAt.toISOString()} by ${withdrawnBy} (${withdrawalComment})`
    : ''
  return `${id}  ${textOf(entry)}${withdrawn}`
}

function textOf({
  operator,
  technologies,
  regionCodes,
  from,
  to,
  source,
  isAssumption,
}: RosterEntry): string {
  const place = regionCodes === null ? 'whole country' : `regions ${regionCodes.join(', ')}`
  const time = `${from ? ` from ${from}` : ''}${to ? ` to ${to}` : ''}`
  return `${operator}: ${technologies.join(', ')}; ${place}${time}; ${source}${isAssumption ? ' (assumption)' : ''}`
}

async function add({ source, author, output, values }: RosterOptions): Promise<boolean> {
  const { operator, technology, source: text } = values
  if (!operator || !technology || !text)
    throw new UsageError('roster add needs --operator, --technology, --source and --comment')
  const entry: RosterEntry = {
    operator: operatorOf(operator) ?? '',
    technologies: itemsOf(technology).map(technologyNamed),
    regionCodes: values.region === undefined ? null : itemsOf(values.region),
    from: dayOption('from', values.from),
    to: dayOption('to', values.to),
    source: text,
    isAssumption: values.assumption ?? false,
  }
  const result = await addRosterEntry(source, entry, byOf(author, values.comment))
  if ('rejections' in result) throw rejectedError(result.rejections)
  output.result([`entry ${result.entry.id}: ${textOf(result.entry)}`], result.entry)
  return true
}

async function end({ source, author, output, subject, values }: RosterOptions): Promise<boolean> {
  const id = idOf(subject)
  const to = dayOption('to', values.to)
  if (to === null) throw new UsageError('roster end needs --to D, the last day')
  const result = await endRosterEntry(source, id, to, byOf(author, values.comment))
  if ('missing' in result) throw new CommandError(`the roster has no entry ${id}, or it was withdrawn`)
  if ('rejections' in result) throw rejectedError(result.rejections)
  output.result([`entry ${id} is replaced by ${result.entry.id}: ${textOf(result.entry)}`], result.entry)
  return true
}

async function withdraw({ source, author, output, subject, values }: RosterOptions): Promise<boolean> {
  const id = idOf(subject)
  if (!(await withdrawRosterEntry(source, id, byOf(author, values.comment))))
    throw new CommandError(`the roster has no entry ${id}, or it was withdrawn`)
  output.result([`entry ${id} is withdrawn`], { withdrawn: id })
  return true
}

async function importFile({ source, author, output, subject, values }: RosterOptions): Promise<boolean> {
  if (!subject) throw new UsageError('roster import needs a FILE')
  const file = basename(subject)
  const list = await readRoster(createReadStream(subject), { name: file, sheet: values.sheet }).catch(
    throwExpected,
  )
  const preview = values.preview ?? false
  const about = { author, comment: values.comment ?? `import of ${file}`, file, preview }
  const { added, unchanged, refused } = await importRoster(source, list.rows, about)
  const rejections = [...list.rejections, ...refused]
  const rejected = rejectedRowCount(rejections)
  assertBalanced({ rows: list.rowCount, written: added.length, unchanged, rejected })
  const lines = [
    ...list.notes.map((note) => `note: ${note}`),
    ...added.map((entry) => `${preview ? 'would add' : 'added'} ${textOf(entry)}`),
    ...rejections.map(
      ({ line, field, value, reason }) => `refused line ${line}: ${field} "${value}": ${reason}`,
    ),
    `${added.length} ${preview ? 'would be ' : ''}added, ${unchanged} unchanged, ${rejected} refused, of ${list.rowCount} rows from ${file}`,
  ]
  output.result(lines, {
    added: added.length,
    unchanged,
    refused: rejections,
    notes: list.notes,
    rows: list.rowCount,
    preview,
  })
  return rejections.length === 0
}

function throwExpected(error: unknown): never {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
    throw new CommandError(`cannot read ${path} (${code})`)
  if (error instanceof UnreadableFileError) throw new CommandError(error.message)
  throw error
}

const rejectedError = (rejections: readonly RosterFieldRejection[]) =>
  new CommandError(rejections.map(({ field, value, reason }) => `${field} "${value}": ${reason}`).join('; '))

function byOf(author: string, comment: string | undefined): RosterAuthor {
  if (!comment?.trim()) throw new UsageError('--comment is needed: the reason of the change, for the history')
  return { author, comment }
}

function idOf(subject: string | undefined): number {
  if (!subject || !/^\d{1,15}$/.test(subject))
    throw new UsageError(`the id of an entry is needed, as roster list has it; it is "${subject ?? ''}"`)
  return Number(subject)
}

const itemsOf = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

function technologyNamed(text: string): Technology {
  const technology = technologyOf(text)
  if (!technology) throw new UsageError(`--technology names "${text}", which is not a known technology`)
  return technology
}

const MIN_YEAR = 1990

function dayOption(name: 'at' | 'from' | 'to', text: string | undefined): string | null {
  if (text === undefined) return null
  const day = parseDay(text, MIN_YEAR)
  if ('reason' in day) throw new UsageError(`--${name} is "${text}": it ${day.reason}`)
  return day.value
}

/** A time as the store takes it: RFC 3339, or a day. */
function momentOption(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return dayOption('at', text)!
  if (!/^\d{4}-\d\d-\d\d[T ].+$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new UsageError(
      `--known-before must be a date like 2026-03-01 or 2026-03-01T09:00:00Z; it is "${text}"`,
    )
  return new Date(text).toISOString()
}

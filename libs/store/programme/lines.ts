/** Lines of sites as people report them. A change makes a new version, by its author; no version is changed or removed. */
import { LINE_FIELDS, type LineRecord, type LineRole, lineRejections } from '#domain/programme'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { localDay } from '../database/local-time.js'
import { queryRow, queryRows } from '../database/query.js'
import { param, raw, sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'

export interface LineVersion {
  version: number
  record: LineRecord
  author: string
  comment: string | null
  at: Date
}

export interface LineRow extends LineRecord {
  version: number
}

/** The columns of a row `l` of `site_line`. */
export const LINE_COLUMNS =
  raw(`l.site_code AS "siteCode", l.role, l.version, l.operator, l.technology, l.contract,
  l.surveyed_on::text AS "surveyedOn", l.contracted_on::text AS "contractedOn", l.installed_on::text AS "installedOn"`)

/** The lines of sites, main lines first. */
export async function linesOfSites(db: Queryable, codes: readonly string[]): Promise<LineRow[]> {
  return queryRows(
    db,
    sql`SELECT ${LINE_COLUMNS} FROM site_line AS l WHERE l.site_code = ANY(${codes}::text[]) ORDER BY l.site_code, l.role`,
  )
}

/** All versions of the lines of a site, newest first. */
export async function lineVersions(db: Queryable, site: string): Promise<LineVersion[]> {
  return queryRows(
    db,
    sql`SELECT v.version, v.record, v.author, v.comment, v.at FROM site_line_version AS v
     WHERE v.site_code = ${site} ORDER BY v.at DESC, v.version DESC`,
  )
}

export interface LineAuthor {
  author: string
  comment: string | null
}

/** A field that is refused, with its value as text. */
export interface LineFieldRejection {
  field: string
  value: string
  reason: string
}

/** `current`: the version that stands, where it is not the one that was read (0: none). */
export type LineResult = { line: LineRow } | { rejections: LineFieldRejection[] } | { current: number }

/** Writes a line as a whole. `base` is the version that was read, null for a line that is new. */
export async function saveLine(
  source: DataSource,
  line: LineRecord,
  { base, now, ...by }: LineAuthor & { base: number | null; now: Date },
): Promise<LineResult> {
  return source.transaction(async (tx) => {
    const rejections = fieldRejections(line, await localDayAt(tx, now))
    if (rejections.length > 0) return { rejections }
    await takeLock(tx, 'site lines')
    const before = await findLine(tx, line.siteCode, line.role)
    if ((before?.version ?? null) !== base) return { current: before?.version ?? 0 }
    const saved = await writeLine(tx, line, before?.version ?? 0, by)
    await recordChange(tx, by.author, 'save line', `${line.siteCode} ${line.role}`, {
      comment: by.comment,
      before: before ?? null,
      after: line,
    })
    return { line: saved }
  })
}

async function localDayAt(tx: Queryable, moment: Date): Promise<string> {
  const row = await queryRow<{ day: string }>(
    tx,
    sql`SELECT ${localDay(param(moment, 'timestamptz'))}::text AS day`,
  )
  return row!.day
}

const fieldRejections = (line: LineRecord, today: string): LineFieldRejection[] =>
  lineRejections(line, today).map(({ field, reason }) => ({
    field,
    value: String(line[field as keyof LineRecord] ?? ''),
    reason,
  }))

async function findLine(tx: Queryable, site: string, role: LineRole): Promise<LineRow | undefined> {
  return queryRow(
    tx,
    sql`SELECT ${LINE_COLUMNS} FROM site_line AS l WHERE l.site_code = ${site} AND l.role = ${role}`,
  )
}

async function writeLine(
  tx: Queryable,
  line: LineRecord,
  before: number,
  { author, comment }: LineAuthor,
): Promise<LineRow> {
  const { siteCode, role, operator, technology, contract, surveyedOn, contractedOn, installedOn } = line
  const version = before + 1
  await queryRows(
    tx,
    sql`INSERT INTO site_line (site_code, role, version, operator, technology, contract, surveyed_on, contracted_on, installed_on)
     VALUES (${siteCode}, ${role}, ${version}, ${operator}, ${technology}, ${contract}, ${surveyedOn}::date,
       ${contractedOn}::date, ${installedOn}::date)
     ON CONFLICT (site_code, role) DO UPDATE SET version = excluded.version, operator = excluded.operator,
       technology = excluded.technology, contract = excluded.contract, surveyed_on = excluded.surveyed_on,
       contracted_on = excluded.contracted_on, installed_on = excluded.installed_on`,
  )
  await queryRows(
    tx,
    sql`INSERT INTO site_line_version (site_code, role, version, record, author, comment)
     VALUES (${siteCode}, ${role}, ${version}, ${JSON.stringify(line)}::jsonb, ${author}, ${comment})`,
  )
  return { ...line, version }
}

/** A line of a file; a field that is undefined has no column in the file, and stays as it is. */
export interface LineImportRow {
  /** Number of the line in the file. */
  line: number
  record: Pick<LineRecord, 'siteCode' | 'role'> & Partial<LineRecord>
  comment: string | null
}

export interface LineRowRejection extends LineFieldRejection {
  line: number
  /** Code of the site. */
  code: string
}

export interface LineImport {
  /** Numbers of lines that were added, changed, or found as they are; with `preview` that would be. */
  added: number
  changed: number
  unchanged: number
  refused: LineRowRejection[]
}

interface LineImportOptions extends LineAuthor {
  /** Name of the file. */
  file: string
  now: Date
  /** Writes nothing. */
  preview: boolean
}

/** Writes the lines of a file that are not refused, in one transaction. */
export async function importLines(
  source: DataSource,
  rows: readonly LineImportRow[],
  { file, now, preview, author, comment }: LineImportOptions,
): Promise<LineImport> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'site lines')
    const today = await localDayAt(tx, now)
    const codes = [...new Set(rows.map(({ record }) => record.siteCode))]
    const sites = new Set(await knownSites(tx, codes))
    const lines = new Map((await linesOfSites(tx, codes)).map((line) => [keyOf(line), line]))
    const outcome: LineImport = { added: 0, changed: 0, unchanged: 0, refused: [] }
    for (const row of rows) {
      const { record, comment: own } = row
      const before = lines.get(keyOf(record))
      const after = mergedLine(before, record)
      const rejections = rowRejections(row, after, { sites, today })
      outcome.refused.push(...rejections)
      if (rejections.length > 0) continue
      const isSame = before !== undefined && LINE_FIELDS.every((field) => before[field] === after[field])
      outcome[isSame ? 'unchanged' : before ? 'changed' : 'added']++
      if (isSame) continue
      const version = before?.version ?? 0
      const by = { author, comment: own ?? comment }
      lines.set(keyOf(record), preview ? { ...after, version } : await writeLine(tx, after, version, by))
    }
    const { added, changed } = outcome
    if (!preview && added + changed > 0)
      await recordChange(tx, author, 'import lines', `${added + changed} lines`, {
        added,
        changed,
        file,
        comment,
      })
    return outcome
  })
}

function rowRejections(
  { line, record }: LineImportRow,
  after: LineRecord,
  { sites, today }: { sites: ReadonlySet<string>; today: string },
): LineRowRejection[] {
  const { siteCode } = record
  const rejections = sites.has(siteCode)
    ? fieldRejections(after, today)
    : [{ field: 'siteCode', value: siteCode, reason: 'no site has this code' }]
  return rejections.map((rejection) => ({ line, code: siteCode, ...rejection }))
}

const keyOf = ({ siteCode, role }: Pick<LineRecord, 'siteCode' | 'role'>): string => `${siteCode} ${role}`

function mergedLine(before: LineRow | undefined, record: LineImportRow['record']): LineRecord {
  const fields = LINE_FIELDS.map((field) => [
    field,
    record[field] === undefined ? (before?.[field] ?? null) : record[field],
  ])
  return { siteCode: record.siteCode, role: record.role, ...Object.fromEntries(fields) } as LineRecord
}

async function knownSites(tx: Queryable, codes: readonly string[]): Promise<string[]> {
  const rows = await queryRows<{ code: string }>(
    tx,
    sql`SELECT code FROM site WHERE code = ANY(${codes}::text[])`,
  )
  return rows.map(({ code }) => code)
}

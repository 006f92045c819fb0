/** `audit verify|head|export|retain`: the log, whole or not, and how long it is kept. */
import {
  type LogHead,
  MAX_RETENTION_DAYS,
  MIN_RETENTION_DAYS,
  logHead,
  sealedRows,
  setRetention,
  verifyLog,
} from '#store/audit'
import { recordEvent } from '#store/people'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DataSource } from 'typeorm'
import { type Output, UsageError } from './output.js'

interface AuditOptions {
  source: DataSource
  author: string
  output: Output
  values: { expect?: string | undefined; out?: string | undefined; days?: string | undefined }
}

const ACTIONS: Record<string, (options: AuditOptions) => Promise<boolean>> = {
  verify,
  head,
  export: exportLog,
  retain,
}

/** True when the log is whole, or the action was done. */
export async function runAudit(action: string | undefined, options: AuditOptions): Promise<boolean> {
  const run = Object.hasOwn(ACTIONS, action ?? '') ? ACTIONS[action!] : undefined
  if (!run)
    throw new UsageError(`unknown or missing action; expected one of: ${Object.keys(ACTIONS).join(', ')}`)
  return run(options)
}

async function verify({ source, output, values }: AuditOptions): Promise<boolean> {
  const result = await verifyLog(source, expectedHead(values.expect))
  const { rows, first, head: newest, redacted, faults } = result
  const lines = faults.map(({ seq, id, reason }) => `BAD seal ${seq ?? '-'}, row ${id ?? '-'}: ${reason}`)
  const summary =
    newest === null
      ? 'the log is empty'
      : `${rows} rows from seal ${first} to ${newest.seq}, ${redacted} redacted`
  output.result(
    [
      ...lines,
      faults.length > 0 ? `${summary}: the log is NOT whole` : `${summary}: the log is whole`,
      ...(newest ? [`head ${newest.seq}:${newest.hash}`] : []),
    ],
    result,
  )
  return faults.length === 0
}

async function head({ source, output }: AuditOptions): Promise<boolean> {
  const newest = (await logHead(source.manager)) ?? null
  output.result([newest ? `${newest.seq}:${newest.hash}` : 'the log is empty'], newest)
  return true
}

async function exportLog({ source, author, output, values }: AuditOptions): Promise<boolean> {
  const { out } = values
  if (!out) throw new UsageError('usage: audit export --out FILE')
  await recordEvent(source.manager, { kind: 'export', author, action: 'export log', subject: '' })
  let rows = 0
  async function* lines() {
    for await (const row of sealedRows(source.manager)) {
      rows++
      yield `${JSON.stringify(row)}\n`
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(out))
  output.result([`${rows} rows with their seals in ${out}`], { rows })
  return true
}

async function retain({ source, author, output, values }: AuditOptions): Promise<boolean> {
  const days = /^\d{1,5}$/.test(values.days ?? '') ? Number(values.days) : 0
  if (days < MIN_RETENTION_DAYS || days > MAX_RETENTION_DAYS)
    throw new UsageError(
      `--days must be a whole number from ${MIN_RETENTION_DAYS} to ${MAX_RETENTION_DAYS}; it is "${values.days ?? ''}"`,
    )
  const retention = await setRetention(source, { subject: 'log', days }, author)
  output.result([`rows of the log are kept for ${days} days`], retention)
  return true
}

function expectedHead(text: string | undefined): LogHead | null {
  if (text === undefined) return null
  const [, seq, hash] = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text) ?? []
  if (!seq || !hash) throw new UsageError(`--expect must be a head as audit head prints it; it is "${text}"`)
  return { seq, hash }
}

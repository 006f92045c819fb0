/** The one way of probes into the database: a single one, an array, a stream of any length. */
import { type Bounds, MOROCCO_BOUNDS } from '#domain/probe'
import { type LineRecord } from '#formats/file'
import type { Device } from '#store/people'
import type { ProbeRow, RefusedProbe } from '#store/probes'
import { type Context, judge } from './record.js'
import type { ProbeWriter } from './writer.js'

export interface RejectedRecord {
  /** Position among the records of the request, from 0. */
  index: number
  id: string | null
  field: string
  reason: string
}

export interface IngestResult {
  accepted: number
  duplicates: number
  rejected: RejectedRecord[]
  /** Refused beyond those listed: all are in quarantine. */
  rejectedMore?: number
}

/** What was refused is listed up to here, so that an answer stays small. */
const MAX_LISTED = 10_000
/** The largest document that is taken, with the probe around it. */
const MAX_DOCUMENT = 1_200_000

/** Batches on their way to the database at once: larger groups, and the next ones are judged while the last is written. */
const MAX_IN_FLIGHT = 4

export interface IngestOptions {
  device: Device | null
  /** Milliseconds since 1970. */
  clock: () => number
  bounds?: Bounds
  maxRaw?: number
}

export async function ingest(
  writer: ProbeWriter,
  batches: AsyncIterable<readonly LineRecord[]> | Iterable<readonly LineRecord[]>,
  options: IngestOptions,
): Promise<IngestResult> {
  const result: IngestResult = { accepted: 0, duplicates: 0, rejected: [] }
  const inFlight: Promise<void>[] = []
  for await (const batch of batches) {
    inFlight.push(ingestBatch(writer, batch, options, result))
    // A failure must reach the caller from the await below, not as an unhandled rejection meanwhile.
    inFlight.at(-1)!.catch(() => {})
    if (inFlight.length >= MAX_IN_FLIGHT) await inFlight.shift()
  }
  await Promise.all(inFlight)
  return result
}

/** Records of a JSON body: one object or an array of them. */
export function recordsOf(body: unknown): LineRecord[] {
  const documents: unknown[] = Array.isArray(body) ? body : [body]
  return documents.map((document, index) => ({ index, document, text: '' }))
}

async function ingestBatch(
  writer: ProbeWriter,
  batch: readonly LineRecord[],
  { device, clock, bounds = MOROCCO_BOUNDS, maxRaw }: IngestOptions,
  result: IngestResult,
): Promise<void> {
  const context: Context = { device, bounds, now: clock(), ...(maxRaw && { maxRaw }) }
  const rows: ProbeRow[] = []
  const refused: RefusedProbe[] = []
  for (const record of batch) {
    const judged = record.problem
      ? { rejection: { field: '', reason: record.problem } }
      : judge(record.document, context)
    if ('row' in judged) rows.push(judged.row)
    else refused.push(refuse(record, judged.rejection, device, result))
  }
  const [fresh] = await Promise.all([writer.write(rows), writer.quarantine(refused)])
  result.accepted += fresh
  result.duplicates += rows.length - fresh
}

function refuse(
  record: LineRecord,
  { field, reason }: { field: string; reason: string },
  device: Device | null,
  result: IngestResult,
): RefusedProbe {
  if (result.rejected.length < MAX_LISTED)
    result.rejected.push({ index: record.index, id: idOf(record.document), field, reason })
  else result.rejectedMore = (result.rejectedMore ?? 0) + 1
  return {
    deviceId: device?.id ?? null,
    siteCode: device?.siteCode ?? null,
    field: field || null,
    reason: storable(reason),
    document: storable(textOf(record).slice(0, MAX_DOCUMENT)),
  }
}

function textOf({ text, document }: LineRecord): string {
  if (text) return text
  try {
    return JSON.stringify(document)
  } catch {
    return '(nested too deeply to be written)'
  }
}

function idOf(document: unknown): string | null {
  const id = (document as { id?: unknown } | null | undefined)?.id
  return typeof id === 'string' ? id.slice(0, 100) : null
}

/** What text cannot hold is shown as U+FFFD. */
const storable = (text: string) => text.replaceAll('\u0000', '\ufffd').toWellFormed()
